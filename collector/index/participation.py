"""How many of those who were served pressed, and how well they could: beside every index."""

from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from collector.index.rounding import half_up_to
from collector.index.uptime import Uptime

_COUNTED: Final = Fraction(9, 10)  # of the days of service


class People(NamedTuple):
    """Who came, by the agency's own count."""

    people: int
    days: int  # for which they were counted


class Coverage(NamedTuple):
    """Counters, on the last day of the period."""

    kiosks: int  # counters that have one
    counters: int
    without: tuple[str, ...] = ()  # names of the counters that have none


class Participation(NamedTuple):
    """Beside an index; None is not known, never zero."""

    people: People | None
    service_days: int
    rate: Decimal | None  # votes per hundred people, to a tenth; not bounded: some vote twice
    uptime: Decimal | None  # percent of service hours, to a tenth
    coverage: Coverage


def participation(
    votes: int, people: People | None, service_days: int, heard: Uptime, coverage: Coverage
) -> Participation:
    """The rate needs people of nine in ten days of service: votes are of all days."""
    known = people is not None and people.days >= _COUNTED * service_days
    rate = _percent(votes, people.people) if people is not None and known else None
    return Participation(
        people, service_days, rate, _percent(heard.heard, heard.expected), coverage
    )


def _percent(part: int, whole: int) -> Decimal | None:
    return half_up_to(1, Fraction(100 * part, whole)) if whole else None
