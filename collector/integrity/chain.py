"""One epoch's chain, recomputed vote by vote from the rows. Pure, but for the rows it is given."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from collector.integrity import filing
from collector.ledger.evidence import Checkpoint, Row
from kiosk import wire


class Stand(NamedTuple):
    """How far a chain is known: its last vote, the head there, and the link of what was filed."""

    seq: int
    head: str
    filed: str


class Fault(NamedTuple):
    kind: str  # slug, explained in finding.py
    seq: int
    found: str


def beginning(kiosk: str, key: str) -> Stand:
    """Before the first vote."""
    return Stand(0, wire.genesis(kiosk, key), filing.begin(wire.fingerprint(key)))


class Walk:
    """Recomputes from `start` on. `faults` gathers what does not hold; it goes on behind each."""

    def __init__(self, kiosk: str, epoch: str, start: Stand, rows: Iterator[Row]) -> None:
        self._kiosk = kiosk
        self._epoch = epoch
        self._rows = rows
        self._next = next(rows, None)
        self._lines: list[str] = []
        self._received: set[int] = set()
        self.seq, self.head, self.filed = start
        self.votes = 0
        self.quarters: set[int] = set()  # in which there was a vote, of quality A or B
        self.vague: Counter[str] = Counter()  # votes of quality C and D
        self.faults: list[Fault] = []

    @property
    def stand(self) -> Stand:
        return Stand(self.seq, self.head, self.filed)

    def to(self, stop: int) -> None:
        """Take the votes up to `stop`. The one loop that runs for every vote: about 4 µs."""
        row, rows, lines, head = self._next, self._rows, self._lines, self.head
        kiosk, epoch = self._kiosk, self._epoch
        while row is not None and row[0] <= stop:
            (
                seq, face, question, replaces, origin_epoch, origin_seq, test, quarter, salt, time,
                quality, lo, hi, corrects, counted, received_ms, *fine,
            ) = row  # fmt: skip
            if seq == self.seq + 1:
                self.seq = seq
            else:
                self._leap(seq)
            origin = None if origin_epoch is None else wire.Origin(origin_epoch, origin_seq)
            commitment = time.hex()
            vote = wire.Vote(
                seq, face, question, replaces, origin, test, quarter, salt.hex(), commitment, None
            )
            head = wire.next_head(head, wire.leaf(kiosk, epoch, vote))
            received = received_ms // filing.QUARTER_MS * 900
            lines.append(filing.line((seq, quality, lo, hi, corrects, counted, received)))
            self._received.add(received_ms)
            if fine[0] is not None and _commitment(*fine) != commitment:
                self._fault("fine-time", seq, "its exact time is not the one it committed to")
            self._count(quality, lo)
            row = next(rows, None)
        self._next, self.head = row, head

    def _count(self, quality: str, lo: int) -> None:
        self.votes += 1
        if quality < "C":
            self.quarters.add(lo)
        else:
            self.vague[quality] += 1

    def rest(self) -> None:
        """Take what is left."""
        self.to(wire.MAX_INT)

    def meet(self, checkpoint: Checkpoint) -> None:
        """Compare with a checkpoint up to which all votes are taken, and go on from its head."""
        if self.seq < checkpoint.seq:
            self._hole(self.seq + 1, checkpoint.seq)
            self.seq = checkpoint.seq
        elif self.head != checkpoint.head:
            found = f"the votes give head {self.head[:16]}…, kept is {checkpoint.head[:16]}…"
            self._fault("chain", checkpoint.seq, found)
        if self._received - {checkpoint.received_ms}:
            self._fault(
                "arrival", checkpoint.seq, "votes of one batch say they came at other times"
            )
        self.head = checkpoint.head
        self.filed = filing.next_filed(self.filed, checkpoint, self._lines)
        self._lines.clear()
        self._received.clear()

    def _leap(self, seq: int) -> None:
        """A vote that does not follow the one before; rows come in order of seq."""
        if seq <= self.seq:
            self._fault("hole", seq, f"a vote stands at {seq}, before the first")
        else:
            self._hole(self.seq + 1, seq - 1)
            self.seq = seq

    def _hole(self, first: int, last: int) -> None:
        which = f"vote {first} is" if first == last else f"votes {first} to {last} are"
        self._fault("hole", first, f"{which} not there")

    def _fault(self, kind: str, seq: int, found: str) -> None:
        self.faults.append(Fault(kind, seq, found))


def _commitment(tsalt: bytes, wall_ms: int, synced: int, boot: bytes, up_ms: int) -> str:
    clock: wire.ClockState = "synced" if synced else "unsynced"
    return wire.time_commitment(wire.Fine(tsalt.hex(), wall_ms, clock, boot.hex(), up_ms))
