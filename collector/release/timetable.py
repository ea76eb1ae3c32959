"""When figures are given out: on days that are fixed beforehand, whatever they say."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from collector.index.periods import Days, Kind, containing, previous
from collector.release.rules import AGENCY, REPLY_DAYS, SIGNED, WAIT_DAYS

_LONGEST_LAST = ("month", "triwulan", "semester", "year")


class Period(NamedTuple):
    kind: Kind
    days: Days

    @property
    def due(self) -> date:
        """The first day on which it may be given out, or proposed."""
        return self.days.end + timedelta(days=WAIT_DAYS)

    @property
    def is_signed(self) -> bool:
        """Does it need a district user's signature?"""
        return self.kind in SIGNED


def reply_until(today: date) -> date:
    """The last day on which an agency may add its remark to what is proposed today."""
    return today + timedelta(days=REPLY_DAYS)


def period_of(days: Days) -> Period | None:
    """The calendar period of exactly these days; None if it is none that is given out."""
    kinds = (kind for kind in AGENCY.kinds if containing(kind, days.first) == days)
    return next((Period(kind, days) for kind in kinds), None)


def due(first: date, today: date) -> list[Period]:
    """All periods since `first` that may be given out, in the order in which they became due."""
    found = [period for kind in AGENCY.kinds for period in _due(kind, first, today)]
    return sorted(found, key=lambda each: (each.days.end, _LONGEST_LAST.index(each.kind)))


def _due(kind: Kind, first: date, today: date) -> Iterator[Period]:
    days = previous(kind, containing(kind, today))
    while days.end > first:
        if Period(kind, days).due <= today:
            yield Period(kind, days)
        days = previous(kind, days)


def under_way(today: date) -> list[Period]:
    """The periods in which yesterday lies: the district's figures of these change daily."""
    yesterday = today - timedelta(days=1)
    return [Period(kind, containing(kind, yesterday)) for kind in AGENCY.kinds]


def months_of(days: Days) -> list[str]:
    """The months of these days, as YYYY-MM."""
    found, day = [], days.first
    while day < days.end:
        found.append(day.isoformat()[:7])
        day = containing("month", day).end
    return found
