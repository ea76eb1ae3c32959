"""The months of an audience, as it was given them: what a fall is judged by."""

from collections.abc import Iterator
from datetime import date

from sqlite_utils import Database

from collector.alerts.situation import Course
from collector.index.falsealarms import Expected, expected
from collector.index.periods import Days, previous
from collector.ledger.alerts import Thresholds
from collector.ledger.releases import Audience, Release, published, published_periods
from collector.release.timetable import Period

AUDIENCES: tuple[Audience, ...] = ("district", "agency")

Month = dict[str, Release]  # agency → its figure


def months(db: Database, audience: Audience, today: date) -> Iterator[Month]:
    """The last that was given out and to which votes no longer come, and those before it.

    The latest first, until the first that is missing.
    """
    given = [days for kind, days in published_periods(db, audience) if kind == "month"]
    closed = [days for days in given if Period("month", days).due <= today]
    month = closed[0] if closed else None
    while month is not None and month in closed:
        yield _by_agency(db, audience, month)
        month = previous("month", month)


def _by_agency(db: Database, audience: Audience, month: Days) -> Month:
    given = published(db, audience, month)
    return {each.place: each for each in given if each.scope == "agency"}


def courses(db: Database, thresholds: Thresholds, today: date) -> Iterator[Course]:
    """The last two months of each agency that has a threshold, as each audience knows them."""
    if not thresholds.own and thresholds.of_all is None:
        return
    for audience in AUDIENCES:
        given = months(db, audience, today)
        now, before = next(given, {}), next(given, {})
        for agency in sorted(now.keys() & before.keys()):
            points = thresholds.of(agency)
            if points is not None:
                yield Course(agency, audience, before[agency], now[agency], points)


def false_alarms(db: Database, thresholds: Thresholds, today: date) -> dict[str, Expected | None]:
    """Agency → false alarms to be expected of its threshold; None: too little is known of it.

    By the district's figures of its own closed months.
    """
    given = list(months(db, "district", today))[::-1]
    found: dict[str, Expected | None] = {}
    for agency in sorted({agency for month in given for agency in month}):
        points = thresholds.of(agency)
        if points is not None:
            found[agency] = expected([month.get(agency) for month in given], points)
    return found
