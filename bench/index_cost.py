"""What `senyum-collector index` costs for a year of 60 agencies, however many votes there are.

The ledger holds counts only, as ingest keeps them; the votes behind them are never read.
"""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import closing, redirect_stdout
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from collector.cli import main
from collector.index.periods import Days
from collector.ledger import reading
from collector.ledger.places import Agency, Counter, Unit, put_agencies, put_counters, put_units
from collector.ledger.store import open_ledger, read_snapshot, writing

AGENCIES, COUNTERS = 60, 5  # counters of each agency
YEAR: Final = Days(date(2026, 1, 1), date(2027, 1, 1))
VOTES: Final = (10**6, 10**8)
SERVICES: Final = 6
TIMES: Final = 15


class Cost(NamedTuple):
    """Milliseconds, the best of 15: whatever else the machine does only adds to it."""

    by_agency: float  # the votes of each agency
    dispersion: float  # phi of each
    uncertain: float  # C and D of each
    command: float  # all of it, as JSON, in a process that runs already


def measure(folder: Path, votes: int) -> Cost:
    """Of a ledger with so many votes in a year; it is made in `folder`."""
    make(folder / "ledger.db", votes)
    services = {f"opd-{n:02}": f"jenis-{n % SERVICES}" for n in range(AGENCIES)}
    with closing(read_snapshot(folder / "ledger.db")) as db:
        parts = [
            _best(lambda: reading.by_agency(db, YEAR)),
            _best(lambda: reading.dispersion(db, YEAR, services)),
            _best(lambda: reading.uncertain(db, YEAR)),
        ]
    return Cost(*parts, _best(lambda: _command(folder)))


def make(file: Path, votes: int) -> None:
    with closing(open_ledger(file)) as db, writing(db):
        for n in range(AGENCIES):
            slug = f"opd-{n:02}"
            put_agencies(db, [Agency(slug, slug, slug, f"jenis-{n % SERVICES}", "bench", True)])
            put_units(db, [Unit(f"{slug}-kantor", slug, "Kantor")])
            names = [f"{slug}-{c}" for c in range(COUNTERS)]
            put_counters(db, [Counter(name, f"{slug}-kantor", "Loket") for name in names])
        db.conn.executemany("INSERT INTO counts_day VALUES (?, ?, ?, ?, ?, ?, ?)", _rows(votes))


def _rows(votes: int) -> Iterator[tuple[Any, ...]]:
    """Working days; each has an hour or so of quality B, and now and then some C."""
    random = Random(6303)
    days = [YEAR.first + timedelta(days=n) for n in range(len(YEAR))]
    working = [day for day in days if day.weekday() < 5]
    a_day = votes / (AGENCIES * COUNTERS * len(working))
    for agency in range(AGENCIES):
        for counter in range(COUNTERS):
            for day in working:
                yield from _day(random, f"opd-{agency:02}-{counter}", day, a_day)


def _day(random: Random, counter: str, day: date, mean: float) -> Iterator[tuple[Any, ...]]:
    n, smile = mean * random.uniform(0.5, 1.5), random.uniform(0.6, 0.85)
    shares = (("smile", smile), ("neutral", (1 - smile) / 2), ("frown", (1 - smile) / 2))
    for face, share in shares:
        for quality, part in (("A", 0.9), ("B", 0.1)):
            row = (counter, day.isoformat(), day.isoformat(), "pelayanan", face, quality)
            yield (*row, max(1, round(n * share * part)))
    if random.random() < 0.02:
        last = (day + timedelta(days=3)).isoformat()
        yield (counter, day.isoformat(), last, "pelayanan", "smile", "C", max(1, round(n / 10)))


def _command(folder: Path) -> None:
    words = ["--data", str(folder), "index", "--period", "2026", "--json"]
    with redirect_stdout(io.StringIO()):
        main(words, standalone_mode=False)


def _best(work: Callable[[], object]) -> float:
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return min(took) * 1000
