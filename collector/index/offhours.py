"""Votes of a time at which nobody was served."""

from datetime import date, timedelta
from typing import Final

from collector.index.calendar import Calendar

DAY_MINUTES: Final = 24 * 60
QUARTER_MINUTES: Final = 15


def outside(
    calendar: Calendar, place: tuple[str, str], day: date, minute: int, margin: int
) -> bool:
    """Does the quarter of an hour from `minute` of `day` lie wholly outside of hours and margin?

    `place` is type of service and unit; minutes are local. False where the hours of that day are a
    mere placeholder.
    """
    return calendar.confirmed(day, *place) and not any(
        _touches(calendar, place, near, minute - shift * DAY_MINUTES, margin)
        for shift, near in _near(day, minute, margin)
    )


def _near(day: date, minute: int, margin: int) -> list[tuple[int, date]]:
    """The days whose hours, with their margin, may reach this quarter; each with its distance."""
    shifts = [0]
    if minute < margin:
        shifts.append(-1)
    if minute + QUARTER_MINUTES > DAY_MINUTES - margin:
        shifts.append(1)
    return [(shift, day + timedelta(days=shift)) for shift in shifts]


def _touches(
    calendar: Calendar, place: tuple[str, str], day: date, minute: int, margin: int
) -> bool:
    return any(
        minute < closes + margin and minute + QUARTER_MINUTES > opens - margin
        for opens, closes in calendar.hours(day, *place)
    )
