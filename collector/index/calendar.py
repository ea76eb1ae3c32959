"""When people are served: hours by weekday, dated exceptions, holidays. Local days throughout."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import holidays

from collector.index.periods import Days

Span = tuple[int, int]  # minutes after local midnight, [opens, closes)
Week = tuple[tuple[Span, ...], ...]  # of each weekday, Monday first; () is closed

COUNTRY: Final = "ID"
LANGUAGE: Final = "id"
# `government` adds cuti bersama, on which offices are closed though the law leaves it to others.
CATEGORIES: Final = ("public", "government")


@dataclass(frozen=True)
class Schedule:
    """Hours that hold on `days` (None: always) for some types of service and some units.

    Without `services` and `units` they hold for all; with one or both, for whom either names.
    """

    name: str
    week: Week
    days: Days | None
    services: frozenset[str] | None
    on_holidays: bool
    units: frozenset[str] | None = None
    unconfirmed: frozenset[int] = frozenset()  # weekdays of which nobody has told us the hours

    def holds(self, day: date, service: str, unit: str) -> bool:
        dated = self.days is None or day in self.days
        if self.services is None and self.units is None:
            return dated
        return dated and (service in (self.services or ()) or unit in (self.units or ()))


@dataclass(frozen=True)
class Calendar:
    """Service hours. Of the schedules that hold on a day, the last one in the list decides.

    `changes` are the days on which the regency differs from the nation: the name of a holiday
    that the national calendar lacks, or None for a working day that it takes for a holiday.
    """

    schedules: tuple[Schedule, ...]
    changes: Mapping[date, str | None]

    def hours(self, day: date, service: str, unit: str = "") -> tuple[Span, ...]:
        """When this unit of this type of service is open on `day`; () if it is closed.

        No vote in no hours is no silence. Without a unit: as a unit that no schedule names.
        """
        schedule = self._schedule(day, service, unit)
        if schedule is None or (self.holiday(day) is not None and not schedule.on_holidays):
            return ()
        return schedule.week[day.weekday()]

    def confirmed(self, day: date, service: str, unit: str = "") -> bool:
        """Has somebody told us the hours of that day? Else they are a placeholder."""
        schedule = self._schedule(day, service, unit)
        return schedule is not None and day.weekday() not in schedule.unconfirmed

    def week(self, day: date, service: str, unit: str = "") -> Week:
        """The hours of each weekday, as they are told for `day`; holidays do not matter."""
        schedule = self._schedule(day, service, unit)
        return schedule.week if schedule else ((),) * 7

    def _schedule(self, day: date, service: str, unit: str) -> Schedule | None:
        holding = [each for each in self.schedules if each.holds(day, service, unit)]
        return holding[-1] if holding else None

    def holiday(self, day: date) -> str | None:
        """Its Indonesian name; None on any other day."""
        if day in self.changes:
            return self.changes[day]
        return _national(day.year).get(day)


@lru_cache(maxsize=64)
def _national(year: int) -> Mapping[date, str]:
    """Whole years, so that no thread ever sees half of one."""
    found = holidays.country_holidays(COUNTRY, years=year, categories=CATEGORIES, language=LANGUAGE)
    return dict(found)
