"""A small ledger that has something of everything, for audits to read and for tamperers to spoil.

ledger = Ledger(tmp_path)        # three kiosks, four epochs, corrections, tests, restarts, all
report = ledger.verify()         # qualities of time, a held epoch, a move, a journal
"""

import random
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
from sqlite_utils import Database

from collector.integrity import audit, witnessing
from collector.integrity.audit import Report, Wishes
from collector.integrity.told import nobody
from collector.integrity.witness_audit import File
from collector.ledger import journal, registry
from collector.ledger.store import read_snapshot, writing
from kiosk import wire
from tests.fleet import COLLECTOR_KEY, START_MS, ZONE, TestCollector, TestKiosk

FACES = ("smile", "neutral", "frown")


class Ledger:
    """Told once; `witness` and `verify` as the commands do them."""

    def __init__(self, folder: Path, votes: int = 40) -> None:
        self.path = folder / "ledger.db"
        self.collector = TestCollector(folder)
        self._random = random.Random(7)
        self.kiosks = [self._add(f"dukcapil-0{n}", n) for n in (1, 2, 3)]
        for kiosk in self.kiosks:
            self.tell(kiosk, votes)
        self._carry_over()
        self._announce()

    @property
    def db(self) -> Database:
        return self.collector.db

    def close(self) -> None:
        self.collector.close()

    # ------------------------------------------------------------ what it has

    def _add(self, name: str, seed: int) -> TestKiosk:
        kiosk = TestKiosk(name, self.collector.clock, seed)
        self.collector.add(kiosk, f"loket-{1 + seed % 2}", from_at=START_MS // 1000 - 86_400)
        self.note("kiosk-added", kiosk=name)
        return kiosk

    def tell(self, kiosk: TestKiosk, votes: int) -> None:
        """Press and send, some with corrections, tests, restarts and a clock that is not synced."""
        for _ in range(votes):
            self.press(kiosk)
            if self._random.random() < 0.3:
                self.send(kiosk)
        self.send(kiosk)

    def press(self, kiosk: TestKiosk) -> None:
        chance = self._random.random()
        if chance < 0.05:
            kiosk.reboot()
            kiosk.synced = self._random.random() < 0.5
        kiosk.press(self._random.choice(FACES), test=chance > 0.93)
        if 0.1 < chance < 0.2:
            self.collector.clock.ms += self._random.choice([1_000, 1_500, 9_000])
            kiosk.press("frown", replaces=len(kiosk.chain))
        self.collector.clock.ms += self._random.choice([4_000, 60_000, 1_000_000])

    def send(self, kiosk: TestKiosk) -> None:
        stored = self.seq(kiosk)
        if stored < len(kiosk.chain):
            self.collector.take(kiosk.hello(), kiosk.votes(stored))

    def seq(self, kiosk: TestKiosk) -> int:
        return int(str(self.collector.value("SELECT seq FROM epochs WHERE epoch = ?", kiosk.epoch)))

    def _carry_over(self) -> None:
        """The first kiosk has a new card, to which it carried its last votes."""
        registry.revoke(self.db, self.kiosks[0].epoch)
        self.note("key-revoked", epoch=self.kiosks[0].epoch)
        self.new = self._add("dukcapil-01", 11)
        for vote in self.kiosks[0].chain[-3:]:
            seq, origin = len(self.new.chain) + 1, wire.Origin(self.kiosks[0].epoch, vote.seq)
            self.new.append(msgspec.structs.replace(vote, seq=seq, origin=origin, replaces=None))
        self.tell(self.new, 10)

    def _announce(self) -> None:
        """A key that nobody has approved."""
        stranger = TestKiosk("dukcapil-02", self.collector.clock, seed=12)
        stranger.press("smile")
        self.collector.take(stranger.hello(), stranger.votes())

    def note(self, what: str, **detail: object) -> None:
        with writing(self.db):
            journal.note(self.db, self.collector.clock.ms, "cli:sari", what, **detail)

    # ------------------------------------------------------------ what is done with it

    def witness(self) -> bytes:
        """Take one, kept in the ledger too; its file."""
        with closing(read_snapshot(self.path)) as db:
            witness, file = witnessing.take(db, COLLECTOR_KEY, self.collector.clock.ms, nobody)
        witnessing.keep(self.db, witness, file)
        return file

    def verify(self, *brought: bytes, every_signature: bool = False) -> Report:
        with closing(read_snapshot(self.path)) as db:
            return verify(db, brought, every_signature=every_signature)


def verify(db: Database, brought: Sequence[bytes] = (), *, every_signature: bool = False) -> Report:
    files = [File(f"file-{n}", data) for n, data in enumerate(brought, 1)]
    now = START_MS // 1000 + 30 * 86_400
    return audit.verify(db, Wishes(COLLECTOR_KEY.public, ZONE, now, files, every_signature))


def kinds(report: Report) -> set[str]:
    return set(report.counted)
