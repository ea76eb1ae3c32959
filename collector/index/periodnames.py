"""Periods as people write them: 2025, 2025-S2, 2025-T3, 2025-07, 2025-W34, a day or two days."""

import re
from datetime import date, timedelta
from typing import Final

from collector.index.periods import Days, Kind, containing

EXAMPLES: Final = (
    "2025, 2025-S2 (semester), 2025-T3 (triwulan), 2025-07, 2025-W34 (week), 2025-08-26"
    " or 2025-07-01/2025-08-15"
)
_FORMS: Final[tuple[tuple[str, Kind, int], ...]] = (
    (r"(\d{4})", "year", 12),
    (r"(\d{4})-S([12])", "semester", 6),
    (r"(\d{4})-T([1-4])", "triwulan", 3),
    (r"(\d{4})-(0[1-9]|1[0-2])", "month", 1),
)


def period_named(text: str) -> Days:
    """The days of a period, by its name. Raises ValueError, with examples."""
    for pattern, kind, months in _FORMS:
        if found := re.fullmatch(pattern, text, re.ASCII):
            year, part = int(found[1]), int(found[2] if found.lastindex == 2 else 1)  # noqa: PLR2004
            return _containing(kind, year, (part - 1) * months + 1, text)
    if found := re.fullmatch(r"(\d{4})-W(\d{2})", text, re.ASCII):
        return _week(int(found[1]), int(found[2]), text)
    return _from_to(text)


def _week(year: int, week: int, text: str) -> Days:
    """By ISO 8601: week 1 holds the year's first Thursday."""
    try:
        return containing("week", date.fromisocalendar(year, week, 1))
    except (ValueError, OverflowError):  # a year has 52 or 53
        raise _no_period(text) from None


def _containing(kind: Kind, year: int, month: int, text: str) -> Days:
    try:
        return containing(kind, date(year, month, 1))
    except ValueError:  # the year 0, or one that ends beyond the calendar
        raise _no_period(text) from None


def _from_to(text: str) -> Days:
    """A day, or two with a stroke between; both are included."""
    first, stroke, last = text.partition("/")
    try:
        return Days(_day(first), _day(last if stroke else first) + timedelta(days=1))
    except (ValueError, OverflowError):
        raise _no_period(text) from None


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError("Python reads 20250826 and 2025-W34-1 as days as well")
    return date.fromisoformat(text)


def _no_period(text: str) -> ValueError:
    return ValueError(f"{text!r} is no period; write {EXAMPLES}")
