"""A little kiosk for tests of the collector: signs what it is told to, true or not.

kiosk = TestKiosk("dukcapil-01", clock)
kiosk.press("smile")             # appends a vote to its chain
kiosk.hello(), kiosk.votes()     # sealed: (topic, payload)
"""

import random
import threading
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace
from sqlite_utils import Database

from collector.config import QuarantineSection
from collector.crash import Crash, never
from collector.ingest.inbox import Arrival
from collector.ingest.step import Ingest
from collector.ledger import places, registry
from collector.ledger.counts import local_day
from collector.ledger.deeds import By
from collector.ledger.store import open_ledger, writing
from kiosk import wire
from kiosk.keys import SigningKey

ZONE = ZoneInfo("Asia/Makassar")
START_MS = 1_763_860_500_000  # 2025-11-23 09:15 WITA, the begin of a quarter
COLLECTOR_KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64))))
BY = By("cli:sari", START_MS)
Sealed = tuple[str, bytes]


def signing_key(seed: int) -> SigningKey:
    return SigningKey(Ed25519PrivateKey.from_private_bytes(random.Random(seed).randbytes(32)))


@dataclass
class Clock:
    """True time, which tests move; a kiosk's wall clock may be off by `error_ms`."""

    ms: int = START_MS

    def __call__(self) -> int:
        return self.ms


class TestKiosk:
    """Keeps a chain of votes under one key. `error_ms`: how wrong its wall clock is."""

    __test__ = False

    def __init__(self, name: str, clock: Clock, seed: int = 1) -> None:
        self.name = name
        self.key = signing_key(seed)
        self.epoch = wire.fingerprint(self.key.public)
        self.clock = clock
        self.error_ms = 0
        self.synced = True
        self.chain: list[wire.Vote] = []
        self.heads = [wire.genesis(name, self.key.public)]
        self.after: wire.Succession | None = None
        self.nonce = f"{seed:032x}"
        self._random = random.Random(seed)
        self.reboot()

    def reboot(self) -> None:
        self.boot = self._random.randbytes(16).hex()
        self._booted_ms = self.clock.ms

    def moment(self) -> wire.Moment:
        state: wire.ClockState = "synced" if self.synced else "unsynced"
        now = self.clock.ms
        return wire.Moment(self.boot, now - self._booted_ms, now + self.error_ms, state)

    # ------------------------------------------------------------ votes

    def press(
        self,
        face: str,
        *,
        question: str = "pelayanan",
        replaces: int | None = None,
        origin: wire.Origin | None = None,
        test: bool = False,
        quarter: int | str | None = "as the clock says",
    ) -> wire.Vote:
        moment = self.moment()
        fine = wire.Fine(
            self._random.randbytes(16).hex(), moment.wall, moment.clock, moment.boot, moment.up
        )
        if isinstance(quarter, str):
            quarter = moment.wall // 900_000 * 900 if self.synced else None
        vote = wire.Vote(
            seq=len(self.chain) + 1,
            face=face,
            question=question,
            replaces=replaces,
            origin=origin,
            test=test,
            quarter=quarter,
            salt=self._random.randbytes(16).hex(),
            time=wire.time_commitment(fine),
            fine=fine,
        )
        self.append(vote)
        return vote

    def append(self, vote: wire.Vote) -> None:
        self.chain.append(vote)
        self.heads += wire.chain(self.name, self.epoch, self.heads[-1], [vote])

    def clone(self, length: int | None = None, seed: int = 99) -> "TestKiosk":
        """Another card with the same key and the first `length` votes."""
        other = TestKiosk(self.name, self.clock)
        other.key, other.epoch, other.boot = self.key, self.epoch, self.boot
        other._booted_ms = self._booted_ms
        other.chain = self.chain[:length]
        other.heads = self.heads[: len(other.chain) + 1]
        other._random = random.Random(seed)
        return other

    def successor(self, seed: int, receipted: int = 0) -> "TestKiosk":
        """The same card in a new epoch, with the votes after `receipted` carried over."""
        new = TestKiosk(self.name, self.clock, seed)
        new.boot, new._booted_ms = self.boot, self._booted_ms
        signature = self.key.sign(wire.succession_text(self.name, self.epoch, new.epoch))
        new.after = wire.Succession(self.epoch, signature.hex())
        seqs = {vote.seq: n for n, vote in enumerate(self.chain[receipted:], 1)}
        for vote in self.chain[receipted:]:
            new.append(
                replace(
                    vote,
                    seq=seqs[vote.seq],
                    origin=vote.origin or wire.Origin(self.epoch, vote.seq),
                    replaces=seqs.get(vote.replaces or 0),
                )
            )
        return new

    # ------------------------------------------------------------ messages

    def seal(self, message: wire.Message) -> Sealed:
        return wire.seal(self.name, message, self.key.sign)

    def hello(self, nonce: str | None = None) -> Sealed:
        self.nonce = nonce or self._random.randbytes(16).hex()
        return self.seal(
            wire.Hello(
                v=1,
                epoch=self.epoch,
                key=self.key.public,
                seq=len(self.chain),
                head=self.heads[-1],
                oldest=min(1, len(self.chain)),
                nonce=self.nonce,
                sent=self.moment(),
                firmware="test",
                after=self.after,
            )
        )

    def batch(self, after: int = 0, last: int | None = None) -> wire.Votes:
        return wire.Votes(
            v=1,
            epoch=self.epoch,
            nonce=self.nonce,
            sent=self.moment(),
            prev=self.heads[after],
            votes=tuple(self.chain[after:last]),
        )

    def votes(self, after: int = 0, last: int | None = None) -> Sealed:
        """Votes after + 1 … last, all of them if there is no last."""
        return self.seal(self.batch(after, last))

    def erased_votes(self, after: int = 0, last: int | None = None) -> Sealed:
        batch = self.batch(after, last)
        bare = tuple(_without_fine(vote) for vote in batch.votes)
        return self.seal(
            wire.Votes(batch.v, batch.epoch, batch.nonce, batch.sent, batch.prev, bare)
        )

    def health(self) -> Sealed:
        return self.seal(
            wire.Health(
                v=1,
                epoch=self.epoch,
                seq=len(self.chain),
                head=self.heads[-1],
                nonce=self.nonce,
                sent=self.moment(),
                firmware="test",
                counters=wire.Counters(len(self.chain), len(self.chain), 0, 0, 0, 0, 0),
                queue=0,
                stuck=(),
                disk_free=1_000_000_000,
                temperature=48_000,
            )
        )

    def status(self, state: str, birth: int) -> Sealed:
        return self.seal(
            wire.Status(1, self.epoch, len(self.chain), self.heads[-1], state, birth)  # type: ignore[arg-type]
        )


def _without_fine(vote: wire.Vote) -> wire.Vote:
    return wire.Vote(
        vote.seq,
        vote.face,
        vote.question,
        vote.replaces,
        vote.origin,
        vote.test,
        vote.quarter,
        vote.salt,
        vote.time,
        None,
    )


# ---------------------------------------------------------------- a collector around them


_left_open: list[Database] = []


def _close(db: Database, opener: int) -> None:
    """Close it, or keep it open where another thread than its own happens to collect it:
    SQLite lets no thread close what another has opened."""
    if threading.get_ident() == opener:
        db.close()
    else:
        _left_open.append(db)


class TestCollector:
    """A ledger with two counters, and Ingest over it."""

    __test__ = False

    def __init__(self, folder: Path, clock: Clock | None = None, crash: Crash = never) -> None:
        self.clock = clock or Clock()
        self.day = local_day(ZONE)
        self.path = folder / "ledger.db"
        self.db = open_ledger(self.path)
        self.close = weakref.finalize(self, _close, self.db, threading.get_ident())
        self.ingest = Ingest(self.db, COLLECTOR_KEY, ZONE, crash=crash, now=self.clock)
        add_counters(self.db)

    def add(self, kiosk: TestKiosk, counter: str = "loket-1", from_at: int = 0) -> TestKiosk:
        registry.add_kiosk(
            self.db,
            kiosk.name,
            kiosk.key.public,
            counter,
            from_at=from_at,
            day=self.day,
            now=self.clock.ms // 1000,
        )
        return kiosk

    def kiosk(self, name: str = "dukcapil-01", seed: int = 1) -> TestKiosk:
        """A registered kiosk."""
        return self.add(TestKiosk(name, self.clock, seed))

    def bounded(self, bounds: QuarantineSection) -> Ingest:
        """Another Ingest over the same ledger, which keeps only so much of what it refuses."""
        return Ingest(self.db, COLLECTOR_KEY, ZONE, crash=never, now=self.clock, bounds=bounds)

    def take(self, *sealed: Sealed) -> list[wire.Receipt]:
        """The receipts for messages that all arrive now."""
        return [receipt for _, receipt in self.answers(sealed)]

    def answers(self, sealed: Iterable[Sealed]) -> list[tuple[str, wire.Receipt]]:
        arrivals = [Arrival(topic, payload, self.clock.ms) for topic, payload in sealed]
        return [opened(topic, payload) for topic, payload in self.ingest.take(arrivals)]

    # ------------------------------------------------------------ what is stored

    def rows(self, query: str, *values: object) -> list[tuple]:
        return self.db.conn.execute(query, values).fetchall()

    def value(self, query: str, *values: object) -> object:
        return self.rows(query, *values)[0][0]

    def stored(self, kiosk: TestKiosk) -> list[tuple[int, str]]:
        return self.rows(
            "SELECT votes.seq, face FROM votes JOIN epochs USING (e) WHERE epoch = ? ORDER BY 1",
            kiosk.epoch,
        )

    def refusals(self) -> list[str]:
        return [reason for (reason,) in self.rows("SELECT reason FROM quarantine ORDER BY id")]

    def counted(self) -> dict[tuple[str, str], int]:
        """(counter, face) → votes, of all days."""
        rows = self.rows("SELECT counter, face, SUM(n) FROM counts_day GROUP BY 1, 2")
        return {(counter, face): n for counter, face, n in rows}

    def qualities(self) -> str:
        return "".join(q for (q,) in self.rows("SELECT quality FROM votes ORDER BY e, seq"))


def opened(topic: str, payload: bytes) -> tuple[str, wire.Receipt]:
    letter = wire.unseal(topic, payload)
    letter.verify(COLLECTOR_KEY.public)
    assert isinstance(letter.message, wire.Receipt)
    return letter.kiosk, letter.message


def add_counters(db: Database, numbers: Sequence[int] = (1, 2)) -> None:
    agency = places.Agency("dukcapil", "Dinas Dukcapil", "Dukcapil", "adminduk", "test", True)
    with writing(db):
        places.put_agencies(db, [agency])
        places.put_units(db, [places.Unit("kantor", "dukcapil", "Kantor")])
        places.put_counters(
            db, [places.Counter(f"loket-{n}", "kantor", f"Loket {n}") for n in numbers]
        )
