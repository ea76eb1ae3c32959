"""One epoch against everything that is known of it: its chain, checkpoints, claims and its row."""

from collections.abc import Iterator
from heapq import merge
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.integrity import chain, filing, signature
from collector.integrity.chain import Walk
from collector.integrity.finding import Findings
from collector.integrity.told import Told
from collector.ledger import claims, evidence
from collector.ledger.claims import Claim
from collector.ledger.epochs import Epoch
from collector.ledger.evidence import Checkpoint
from kiosk import wire

EVERY: Final = 4096  # votes between two words to whoever waits


class Seen(NamedTuple):
    """What the walk over one epoch has seen."""

    votes: int
    signatures: int
    quarters: set[int]
    vague: dict[str, int]


class EpochAudit:
    """`restored_ms`: when the ledger was last restored from a backup, as the journal says."""

    def __init__(
        self, db: Database, epoch: Epoch, findings: Findings, restored_ms: int, told: Told
    ) -> None:
        self._epoch = epoch
        self._findings = findings
        self._restored_ms = restored_ms
        self._told = told
        self._last: Checkpoint | None = None
        self._signatures = 0
        self._checkpoints = evidence.checkpoints(db, epoch.e)
        self._claims = claims.of_epoch(db, epoch.epoch)
        self._rows = evidence.rows(db, epoch.e)

    def run(self, every_signature: bool) -> Seen:
        epoch = self._epoch
        if not self._names_its_key():
            return Seen(0, 0, set(), {})
        walk = Walk(epoch.kiosk, epoch.epoch, chain.beginning(epoch.kiosk, epoch.key), self._rows)
        known = 0
        for stop in self._stops():
            walk.to(stop.seq)
            if isinstance(stop, Checkpoint):
                self._meet(walk, stop, every_signature)
            else:
                self._compare(walk, stop)
            if walk.votes - known >= EVERY:
                known = self._tell(walk, known)
        self._end(walk, every_signature)
        self._tell(walk, known)
        return Seen(walk.votes, self._signatures, walk.quarters, dict(walk.vague))

    def _names_its_key(self) -> bool:
        epoch = self._epoch
        try:
            right = wire.fingerprint(epoch.key) == epoch.epoch
        except ValueError:
            right = False
        if not right:
            self._fail("key", None, f"its name is not the fingerprint of its key {epoch.key[:16]}…")
        return right

    def _stops(self) -> Iterator[Checkpoint | Claim]:
        """In the order of seq; at one seq the checkpoint comes first."""
        return merge(self._checkpoints, self._claims, key=_seq)

    def _meet(self, walk: Walk, checkpoint: Checkpoint, every_signature: bool) -> None:
        walk.meet(checkpoint)
        self._last = checkpoint
        if every_signature:
            self._verify(checkpoint)

    def _verify(self, checkpoint: Checkpoint) -> None:
        self._signatures += 1
        if not signature.by_kiosk(self._epoch, checkpoint):
            found = f"the head kept after vote {checkpoint.seq} is not signed by the epoch's key"
            self._fail("signature", checkpoint.seq, found)

    def _compare(self, walk: Walk, claim: Claim) -> None:
        ours = not claim.filed  # a receipt; only witnesses know what was filed
        if walk.seq < claim.seq:
            found = f"{claim.source} has {claim.seq} votes, the ledger {walk.seq}"
            self._fail("receipt" if ours else "cut", walk.seq + 1, found)
        elif claim.head != walk.head:
            found = f"{claim.source} has head {claim.head[:16]}…, the votes give {walk.head[:16]}…"
            self._fail("receipt" if ours else "witnessed", claim.seq, found)
        elif claim.filed and claim.at_ms > self._restored_ms and not self._files(walk, claim):
            found = f"what is noted about votes up to here is not what {claim.source} has"
            self._fail("filed", claim.seq, found)

    def _files(self, walk: Walk, claim: Claim) -> bool:
        ends_here = self._last.seq if self._last else 0
        return ends_here == claim.seq and walk.filed == claim.filed

    def _end(self, walk: Walk, every_signature: bool) -> None:
        """What is behind the last checkpoint, and what the epoch's own row says."""
        signed = self._last.seq if self._last else 0
        walk.rest()
        for fault in walk.faults:
            self._fail(fault.kind, fault.seq, fault.found)
        if walk.seq > signed:
            self._fail("unsigned", signed + 1, f"nothing is signed after vote {signed}")
        if self._last is not None and not every_signature:
            self._verify(self._last)
        self._compare_row(walk)

    def _compare_row(self, walk: Walk) -> None:
        epoch = self._epoch
        if (epoch.seq, epoch.head) != (walk.seq, walk.head):
            found = (
                f"its row says vote {epoch.seq}, head {epoch.head[:16]}…; its votes say"
                f" {walk.seq}, {walk.head[:16]}…"
            )
            self._fail("head", epoch.seq, found)
        elif _quarter(epoch.received_ms) != _quarter(self._last and self._last.received_ms):
            self._fail("head", epoch.seq, "its row and its last batch came at different times")

    def _tell(self, walk: Walk, known: int) -> int:
        self._told("votes", walk.votes - known)
        return walk.votes

    def _fail(self, kind: str, seq: int | None, found: str) -> None:
        self._findings.add(kind, found, self._epoch.kiosk, self._epoch.epoch, seq)


def _quarter(received_ms: int | None) -> int | None:
    """What is kept for ever is kept in quarters; an epoch's row is written anew."""
    return None if received_ms is None else filing.quarter_of(received_ms)


def _seq(stop: Checkpoint | Claim) -> int:
    return stop.seq


def unheard(db: Database, findings: Findings) -> None:
    """Epochs that somebody has witnessed, and that the ledger does not know."""
    for claim in claims.unheard(db):
        found = f"{claim.source} has {claim.seq} votes of it; the ledger does not know it"
        findings.add("lost-epoch", found, "", claim.epoch, claim.seq)
