"""Working days between two local days: Monday to Friday, without holidays and cuti bersama."""

from bisect import bisect_right
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from collector.index.periods import Days

_SATURDAY: Final = 5


class WorkingDays:
    """Those of `days`. `holiday` gives the name of a holiday, or None, as Calendar.holiday does.

    An office that serves on all seven days has these working days too: the limits of complaints
    are those of the administration.
    """

    def __init__(self, days: Days, holiday: Callable[[date], str | None]) -> None:
        every = (days.first + timedelta(days=n) for n in range(len(days)))
        self._days = days
        self._working = [day for day in every if day.weekday() < _SATURDAY and holiday(day) is None]

    def between(self, first: date, last: date) -> int:
        """Those after `first`, up to and with `last`: the same day is 0, the next working day 1.

        Raises ValueError for a day outside of `days`, or a `last` before `first`.
        """
        if not first <= last or first not in self._days or last not in self._days:
            raise ValueError(f"{first} to {last} does not lie in {self._days}")
        return bisect_right(self._working, last) - bisect_right(self._working, first)
