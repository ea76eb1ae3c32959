"""Which days a page is about: an address names them, and only closed days are shown."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from babel.dates import format_date

from collector.errors import CollectorError
from collector.index.periods import Days, Kind, containing, previous
from collector.web.languages import gettext, language

LATEST: Final = "30h"  # h for hari: days
_ROLLING: Final = {"30h": 30, "90h": 90, "365h": 365}
_CALENDAR: Final[dict[Kind, re.Pattern[str]]] = {
    "month": re.compile(r"(?P<year>\d{4})-(?P<part>0[1-9]|1[0-2])"),
    "triwulan": re.compile(r"(?P<year>\d{4})-t(?P<part>[1-4])"),
    "semester": re.compile(r"(?P<year>\d{4})-s(?P<part>[12])"),
    "year": re.compile(r"(?P<year>\d{4})"),
}
_MONTHS: Final[dict[Kind, int]] = {"month": 1, "triwulan": 3, "semester": 6, "year": 12}


class PeriodError(CollectorError, ValueError):
    """An address names a period that does not exist or is not closed; `what` says it to readers."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Period(NamedTuple):
    code: str  # as it stands in an address: 30h, 2019-08, 2019-t3, 2019-s2, 2019
    kind: Kind  # day: a number of days until yesterday
    days: Days

    @property
    def before(self) -> Days:
        """The period of the same kind just before, to compare with."""
        if self.kind == "day":
            return Days(self.days.first - timedelta(days=len(self.days)), self.days.first)
        return previous(self.kind, self.days)

    @property
    def name(self) -> str:
        return _name(self)


def named(code: str, today: date) -> Period:
    """The period that `code` names; raises PeriodError unless it ended before `today`."""
    if code in _ROLLING:
        return _rolling(code, today)
    period = _calendar(code)
    if period is None:
        raise PeriodError(gettext("Periode “%(code)s” tidak dikenal.", code=code[:20]))
    if period.days.end > today:
        raise PeriodError(
            gettext("Periode %(name)s belum ditutup; angkanya belum ada.", name=period.name)
        )
    return period


def choices(first: date, today: date) -> dict[str, list[Period]]:
    """Every closed period since `first`, newest first, under the heading of its kind."""
    return {
        gettext("Terakhir"): [_rolling(code, today) for code in _ROLLING],
        gettext("Bulan"): list(_closed("month", first, today)),
        gettext("Triwulan"): list(_closed("triwulan", first, today)),
        gettext("Semester"): list(_closed("semester", first, today)),
        gettext("Tahun"): list(_closed("year", first, today)),
    }


def _rolling(code: str, today: date) -> Period:
    return Period(code, "day", Days(today - timedelta(days=_ROLLING[code]), today))


def _calendar(code: str) -> Period | None:
    for kind, pattern in _CALENDAR.items():
        match = pattern.fullmatch(code)
        if match is not None:
            part = int(match.groupdict().get("part", 1))
            return _of(kind, int(match["year"]), (part - 1) * _MONTHS[kind] + 1)
    return None


def _of(kind: Kind, year: int, month: int) -> Period | None:
    try:
        return around(kind, date(year, month, 1))
    except ValueError:  # year 0 or 10000
        return None


def around(kind: Kind, day: date) -> Period:
    """The calendar period in which the day lies."""
    days = containing(kind, day)
    return Period(_code(kind, days.first), kind, days)


def _code(kind: Kind, first: date) -> str:
    if kind == "month":
        return first.isoformat()[:7]
    year = first.isoformat()[:4]
    if kind == "semester":
        return f"{year}-s{(first.month + 5) // 6}"
    return f"{year}-t{(first.month + 2) // 3}" if kind == "triwulan" else year


def _closed(kind: Kind, first: date, today: date) -> Iterator[Period]:
    days = previous(kind, containing(kind, today))
    while days.end > first:
        yield around(kind, days.first)
        days = previous(kind, days)


def _name(period: Period) -> str:
    first = period.days.first
    if period.kind == "day":
        return gettext("%(n)s hari terakhir", n=len(period.days))
    if period.kind == "month":
        return format_date(first, "MMMM yyyy", locale=language())
    if period.kind == "triwulan":
        quarter = ("I", "II", "III", "IV")[first.month // 3]
        return gettext("Triwulan %(quarter)s %(year)s", quarter=quarter, year=first.year)
    if period.kind == "semester":
        half = "I" if first.month == 1 else "II"
        return gettext("Semester %(half)s %(year)s", half=half, year=first.year)
    return gettext("Tahun %(year)s", year=first.year)
