"""The months of agencies, as their heads were given them: what a fall is judged by.

The district's own figures are given out daily, of the last months alone; those of the heads reach
back as far as there are votes, and may be told to either.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlite_utils import Database

from collector.alerts.situation import Course
from collector.index.falsealarms import Expected, expected
from collector.index.periods import Days, previous
from collector.ledger.alerts import Thresholds
from collector.ledger.releases import Audience, Release, published, published_periods
from collector.release.timetable import Period

AUDIENCE: Final[Audience] = "agency"

Month = dict[str, Release]  # agency → its figure


def months(db: Database, today: date) -> Iterator[Month]:
    """The last that was given out, and those before it until the first that is missing."""
    given = [days for kind, days in published_periods(db, AUDIENCE) if kind == "month"]
    closed = [days for days in given if Period("month", days).due <= today]
    month = closed[0] if closed else None
    while month is not None and month in closed:
        yield _by_agency(db, month)
        month = previous("month", month)


def _by_agency(db: Database, month: Days) -> Month:
    given = published(db, AUDIENCE, month)
    return {each.place: each for each in given if each.scope == "agency"}


def courses(db: Database, thresholds: Thresholds, today: date) -> Iterator[Course]:
    """The last two months of each agency that has a threshold."""
    if not thresholds.own and thresholds.of_all is None:
        return
    given = months(db, today)
    now, before = next(given, {}), next(given, {})
    for agency in sorted(now.keys() & before.keys()):
        points = thresholds.of(agency)
        if points is not None:
            yield Course(agency, before[agency], now[agency], points)


def false_alarms(db: Database, thresholds: Thresholds, today: date) -> dict[str, Expected | None]:
    """Agency → false alarms to be expected of its threshold; None: too little is known of it."""
    given = list(months(db, today))[::-1]
    found: dict[str, Expected | None] = {}
    for agency in sorted({agency for month in given for agency in month}):
        points = thresholds.of(agency)
        if points is not None:
            found[agency] = expected([month.get(agency) for month in given], points)
    return found
