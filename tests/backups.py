"""Ledgers with signed votes, and backups of them, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from collector.backup.shelf import Backup
from collector.backup.stamp import Stamp
from collector.backup.taking import take
from collector.ledger.copying import Progress
from tests.fleet import COLLECTOR_KEY, START_MS, TestCollector, TestKiosk


def silent(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def stages(_name: str) -> Progress:
    return silent


def press_some(kiosk: TestKiosk, votes: int, seed: int = 1) -> None:
    random = Random(seed)
    for _ in range(votes):
        kiosk.clock.ms += 20_000
        kiosk.press(random.choice(("smile", "neutral", "frown")))


@contextmanager
def collector_with(folder: Path, votes: int) -> Iterator[tuple[TestCollector, TestKiosk]]:
    """A collector and a kiosk that gave it so many votes; the ledger is closed at the end."""
    collector = TestCollector(folder)
    kiosk = collector.kiosk()
    press_some(kiosk, votes)
    collector.take(kiosk.hello())
    collector.take(kiosk.votes())
    try:
        yield collector, kiosk
    finally:
        collector.db.close()


def back_up(ledger: Path, folder: Path, at_ms: int = START_MS) -> tuple[Backup, Stamp]:
    return take(ledger, folder, at_ms, COLLECTOR_KEY.public, silent)


def spoil(file: Path, at: float = 0.5, length: int = 64) -> None:
    """Other bytes in the middle of a file."""
    with file.open("r+b") as stream:
        stream.seek(int(file.stat().st_size * at))
        before = stream.read(length)
        stream.seek(-len(before), 1)
        stream.write(bytes(byte ^ 0xFF for byte in before))
