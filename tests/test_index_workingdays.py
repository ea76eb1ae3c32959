"""Working days: what lies between two days, counted one by one as a check."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.calendar import Calendar
from collector.index.periods import Days
from collector.index.workingdays import WorkingDays

YEAR = Days(date(2026, 1, 1), date(2027, 1, 1))
CALENDAR = Calendar((), {date(2026, 8, 18): "Hari jadi", date(2026, 12, 24): None})
WORKING = WorkingDays(YEAR, CALENDAR.holiday)
inside = st.dates(YEAR.first, YEAR.last)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-08-10", "2026-08-10", 0),
        ("2026-08-10", "2026-08-11", 1),
        ("2026-08-14", "2026-08-17", 0),  # a Friday to Independence Day, a Monday
        ("2026-08-14", "2026-08-19", 1),  # and a day that is free in this regency alone
        ("2026-08-15", "2026-08-19", 1),  # from a Saturday: the clock begins on a working day
        ("2026-12-23", "2026-12-24", 1),  # cuti bersama, on which this regency works
    ],
)
def test_weekends_and_holidays_do_not_count(first: str, last: str, days: int) -> None:
    assert WORKING.between(date.fromisoformat(first), date.fromisoformat(last)) == days


@given(a=inside, b=inside)
def test_it_counts_as_one_would_on_a_calendar(a: date, b: date) -> None:
    first, last = min(a, b), max(a, b)
    every = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    by_hand = [day for day in every if day.weekday() < 5 and CALENDAR.holiday(day) is None]
    assert WORKING.between(first, last) == len(by_hand)


@pytest.mark.parametrize(
    ("first", "last"),
    [("2025-12-31", "2026-01-02"), ("2026-12-31", "2027-01-01"), ("2026-02-02", "2026-02-01")],
)
def test_days_beyond_its_own_are_refused(first: str, last: str) -> None:
    with pytest.raises(ValueError, match="does not lie in"):
        WORKING.between(date.fromisoformat(first), date.fromisoformat(last))
