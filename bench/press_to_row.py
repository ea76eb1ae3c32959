"""Decided vote → committed row, against the same row committed bare, turn by turn."""

import os
import sqlite3
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from kiosk import wire
from kiosk.outbox import Ballot, Outbox

VOTES = 2000
PUBLIC_KEY = "ab" * 32


class Latency(NamedTuple):
    """Milliseconds."""

    median: float
    p99: float


def measure(folder: Path) -> dict[str, Latency]:
    """Interleaved, so that both see the same disk at the same time."""
    outbox = Outbox.open(folder / "outbox.db", "bench-01", PUBLIC_KEY)
    bare = _bare_database(folder / "bare.db")
    voted, committed = [], []
    for number in range(VOTES):
        moment = _moment(number)
        row = outbox.append(Ballot("smile", "pelayanan", None, False), moment, os.urandom)
        voted.append(_timed(lambda: outbox.append(_ballot(), moment, os.urandom)))  # noqa: B023
        committed.append(_timed(lambda: _commit_bare(bare, number, row)))  # noqa: B023
    outbox.close()
    bare.close()
    return {"vote": _latency(voted), "bare": _latency(committed)}


def _ballot() -> Ballot:
    return Ballot("smile", "pelayanan", None, False)


def _moment(number: int) -> wire.Moment:
    up = 1000 * number
    return wire.Moment(boot="3f" * 16, up=up, wall=1_763_860_502_123 + up, clock="synced")


def _bare_database(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE votes (seq INTEGER PRIMARY KEY, face TEXT, salt TEXT, time TEXT)")
    return db


def _commit_bare(db: sqlite3.Connection, number: int, vote: wire.Vote) -> None:
    row = (number, vote.face, vote.salt, vote.time)
    db.execute("INSERT INTO votes VALUES (?, ?, ?, ?)", row)
    db.commit()


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


def _latency(times: list[float]) -> Latency:
    return Latency(statistics.median(times), statistics.quantiles(times, n=100)[98])
