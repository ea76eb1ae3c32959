"""Participation, uptime and coverage of each agency: beside every index."""

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from sqlite_utils import Database

from collector.index.calendar import Calendar, Span
from collector.index.participation import Coverage, Participation, participation
from collector.index.periods import Days
from collector.index.uptime import Uptime, Window, service_hours, uptime, window
from collector.ledger.heard import heard_in, heard_since
from collector.ledger.placements import everywhere
from collector.ledger.places import agencies
from collector.ledger.visitors import people


class Clock(NamedTuple):
    calendar: Calendar
    zone: tzinfo
    now_s: int


Hours = list[tuple[date, tuple[Span, ...]]]


class _Home(NamedTuple):
    """What a counter belongs to."""

    agency: str
    service: str
    unit: str
    name: str  # of the counter, with that of its unit


def participations(
    db: Database, days: Days, votes: dict[str, int], clock: Clock
) -> dict[str, Participation]:
    """Of every agency that is known."""
    services = {agency.agency: agency.service for agency in agencies(db)}
    came, homes, serving = people(db, days), _homes(db), _Serving(days, clock)
    heard, covered = _uptimes(db, serving, homes), _coverages(db, days, homes, clock)
    return {
        agency: participation(
            votes.get(agency, 0),
            came.get(agency),
            serving.days_of(service),
            heard.get(agency, Uptime(0, 0)),
            covered.get(agency, Coverage(0, 0)),
        )
        for agency, service in services.items()
    }


class _Serving:
    """Service hours of a period; those of a type of service, or a named unit, are made once."""

    def __init__(self, days: Days, clock: Clock) -> None:
        self.days, self.clock = days, clock
        self._every = [days.first + timedelta(days=n) for n in range(len(days))]
        self._today = datetime.fromtimestamp(clock.now_s, clock.zone).date()
        named = (each.units or frozenset() for each in clock.calendar.schedules)
        self._named = frozenset().union(*named)
        self._hours: dict[tuple[str, str], Hours] = {}
        self._sets: dict[tuple[str, str], int] = {}

    def days_of(self, service: str) -> int:
        """On which a unit that no schedule names is open, until today."""
        return sum(bool(spans) and day < self._today for day, spans in self._of((service, "")))

    def hours_of(self, home: _Home, seen: Window) -> int:
        key = (home.service, home.unit if home.unit in self._named else "")
        if key not in self._sets:
            self._sets[key] = service_hours(seen, self.clock.zone, self._of(key))
        return self._sets[key]

    def _of(self, key: tuple[str, str]) -> Hours:
        if key not in self._hours:
            hours = self.clock.calendar.hours
            self._hours[key] = [(day, hours(day, *key)) for day in self._every]
        return self._hours[key]


def _homes(db: Database) -> dict[str, _Home]:
    rows = db.conn.execute(
        "SELECT counter, agency, service, unit, units.name || ', ' || counters.name FROM counters"
        " JOIN units USING (unit) JOIN agencies USING (agency) ORDER BY counter"
    )
    return {counter: _Home(*row) for counter, *row in rows}


def _uptimes(db: Database, serving: _Serving, homes: dict[str, _Home]) -> dict[str, Uptime]:
    """Of all kiosks of each agency, wherever each stood at the time."""
    since = heard_since(db)
    if since is None:
        return {}
    clock = serving.clock
    seen = window(serving.days, clock.zone, clock.now_s, since)
    heard, found = heard_in(db, seen), defaultdict[str, Uptime](lambda: Uptime(0, 0))
    for kiosk, from_at, to_at, counter in everywhere(db):
        expected = serving.hours_of(homes[counter], seen) & seen.between(from_at, to_at)
        found[homes[counter].agency] += uptime(heard.get(kiosk, 0), expected)
    return dict(found)


def _coverages(
    db: Database, days: Days, homes: dict[str, _Home], clock: Clock
) -> dict[str, Coverage]:
    """At the end of the last day, or now if that is yet to come."""
    at = min(_midnight(days.end, clock.zone) - 1, clock.now_s)
    placed = {
        counter
        for _kiosk, from_at, to_at, counter in everywhere(db)
        if from_at <= at and (to_at is None or to_at > at)
    }
    all_of, without = Counter[str](), defaultdict[str, list[str]](list)
    for counter, home in homes.items():
        all_of[home.agency] += 1
        if counter not in placed:
            without[home.agency].append(home.name)
    return {
        agency: Coverage(n - len(without[agency]), n, tuple(without[agency]))
        for agency, n in all_of.items()
    }


def _midnight(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())
