"""How fast `audit verify` reads a ledger, which our own ingest has filled with signed batches."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from bench.broker_to_rows import kiosk_name, signed_batches
from collector.crash import never
from collector.ingest.inbox import Arrival
from collector.ingest.step import Ingest
from collector.integrity import audit, witnessing
from collector.integrity.audit import Wishes
from collector.integrity.told import nobody
from collector.ledger import places, registry
from collector.ledger.counts import local_day
from collector.ledger.store import open_ledger, read_snapshot, writing
from kiosk import keys
from kiosk.keys import SigningKey

VOTES = 500_000
A_MESSAGE = 40  # votes
DRAIN = 50  # messages in one transaction
ZONE = ZoneInfo("Asia/Makassar")

Made = TypeVar("Made")


class Pace(NamedTuple):
    signatures: int
    votes_per_second: float
    votes_per_cpu_second: float  # what it is on a machine that has nothing else to do


def measure(folder: Path) -> dict[str, Pace]:
    """Of the default options, with every signature, and of a first witness."""
    ledger, key = folder / "ledger.db", keys.create(folder / "collector.key")
    _fill(ledger, key)
    wishes = Wishes(key.public, ZONE, _now_ms() // 1000)
    return {
        "verify": _verify(ledger, wishes),
        "verify, all signatures": _verify(ledger, wishes._replace(every_signature=True)),
        "first witness": _witness(ledger, key),
    }


def _verify(ledger: Path, wishes: Wishes) -> Pace:
    with closing(read_snapshot(ledger)) as db:
        report, *seconds = _timed(lambda: audit.verify(db, wishes))
    if not report.clean or report.votes != VOTES:
        raise RuntimeError(f"the ledger is not as it was made: {report.counted}, {report.votes}")
    return Pace(report.signatures, *(VOTES / each for each in seconds))


def _witness(ledger: Path, key: SigningKey) -> Pace:
    with closing(read_snapshot(ledger)) as db:
        (witness, _), *seconds = _timed(lambda: witnessing.take(db, key, _now_ms(), nobody))
    return Pace(len(witness.epochs), *(VOTES / each for each in seconds))


def _timed(work: Callable[[], Made]) -> tuple[Made, float, float]:
    """What it makes, seconds by the clock, and seconds of CPU."""
    began, used = time.perf_counter(), time.process_time()
    made = work()
    return made, time.perf_counter() - began, time.process_time() - used


def _fill(ledger: Path, key: SigningKey) -> None:
    kiosks, messages = signed_batches(VOTES, A_MESSAGE)
    with closing(open_ledger(ledger)) as db:
        _register(db, kiosks)
        ingest = Ingest(db, key, ZONE, crash=never, now=_now_ms)
        for some in _drains(messages):
            ingest.take(some)


def _register(db: Database, kiosks: Iterable[SigningKey]) -> None:
    day, now = local_day(ZONE), _now_ms() // 1000
    with writing(db):
        places.put_agencies(db, [places.Agency("a", "Agency", "A", "service", "bench", True)])
        places.put_units(db, [places.Unit("u", "a", "Unit")])
        places.put_counters(db, [places.Counter("c", "u", "Counter")])
    for number, key in enumerate(kiosks):
        name = kiosk_name(number)
        registry.add_kiosk(db, name, key.public, "c", from_at=now - 172_800, day=day, now=now)


def _drains(messages: list[tuple[str, bytes]]) -> Iterator[list[Arrival]]:
    for first in range(0, len(messages), DRAIN):
        yield [Arrival(*message, _now_ms()) for message in messages[first : first + DRAIN]]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
