"""How much the test of a release withholds in an honest year: `python -m bench.releases`.

The demo's public at every counter of the packaged agencies, counted and not signed; each month
given out, each longer period proposed and signed when it is due. The rows of docs/releases.md.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from collector.config import Config
from collector.demo.cast import Plan, past
from collector.demo.station import Station
from collector.index.periods import Days
from collector.ledger.deeds import By
from collector.ledger.importing import import_places
from collector.ledger.releases import Release, releases
from collector.ledger.store import open_ledger, writing
from collector.places import PACKAGED, read_places
from collector.release.rules import DETAILS
from collector.release.signing import propose, publish_due, sign
from collector.release.timetable import due, reply_until
from collector.servicehours import read_calendar

SEED: Final = 557
YEAR: Final = Days(date(2025, 1, 1), date(2026, 1, 1))
BY: Final = By("cli:bench", 0)


def main() -> None:
    print("\n".join(measure()))


def measure() -> list[str]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        db = open_ledger(Path(folder) / "ledger.db")
        vote(db, Path(folder))
        give_out(db)
        found = releases(db, YEAR)
        db.close()
    return [*rows([each for each in found if each.audience != "district"])]


def vote(db: Database, folder: Path) -> None:
    """The year's votes, as counts by day."""
    places, config = read_places(PACKAGED), Config()
    import_places(db, places)
    plan = Plan(SEED, YEAR.first, YEAR.last)
    stations = past(places, read_calendar(folder), plan, config.zone)
    with writing(db):
        for station in stations:
            db.conn.executemany(
                "INSERT INTO counts_day VALUES (?, ?, ?, 'pelayanan', ?, 'A', ?)",
                _rows(station, plan.days),
            )


def _rows(station: Station, days: list[date]) -> Iterator[tuple[str, str, str, str, int]]:
    for day in days:
        citizens = station.public.citizens(day, station.hours(day))
        faces = Counter(citizen.corrected or citizen.face for citizen in citizens)
        yield from (
            (station.counter, str(day), str(day), face, n) for face, n in sorted(faces.items())
        )


def give_out(db: Database) -> None:
    """By the calendar, to the end of the year after."""
    for period in due(YEAR.first, YEAR.end + timedelta(days=180)):
        if period.days.last not in YEAR:
            continue
        publish_due(db, BY, period.due)
        if period.is_signed:
            propose(db, BY, period, period.due, "")
            sign(db, BY, period, reply_until(period.due) + timedelta(days=1))


def rows(given: list[Release]) -> Iterator[str]:
    """How much was told of what, and how often less than by the votes alone."""
    for key in dict.fromkeys((each.audience, each.scope, each.kind) for each in given):
        own = [each for each in given if (each.audience, each.scope, each.kind) == key]
        details = Counter(each.detail for each in own)
        held = sum(each.held for each in own)
        numbers = [len(own), *(details[detail] for detail in DETAILS), held]
        yield f"| {' | '.join([*key, *map(str, numbers)])} |"


if __name__ == "__main__":
    main()
