"""Calendar periods, half-open, in local days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.periods import Days, Kind, containing, previous

KINDS: tuple[Kind, ...] = ("day", "week", "month", "triwulan", "semester", "year")
days_of_a_life = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("kind", "first", "end"),
    [
        ("day", date(2026, 8, 26), date(2026, 8, 27)),
        ("week", date(2026, 8, 24), date(2026, 8, 31)),
        ("month", date(2026, 8, 1), date(2026, 9, 1)),
        ("triwulan", date(2026, 7, 1), date(2026, 10, 1)),
        ("semester", date(2026, 7, 1), date(2027, 1, 1)),
        ("year", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_the_period_of_a_day(kind: Kind, first: date, end: date) -> None:
    assert containing(kind, date(2026, 8, 26)) == Days(first, end)


def test_a_week_may_cross_a_year() -> None:
    assert containing("week", date(2027, 1, 1)) == Days(date(2026, 12, 28), date(2027, 1, 4))


@given(st.sampled_from(KINDS), days_of_a_life)
def test_periods_follow_each_other_without_gap(kind: Kind, day: date) -> None:
    period = containing(kind, day)
    assert day in period
    assert period.end not in period
    assert previous(kind, period).end == period.first
    assert containing(kind, period.last) == period


@given(days_of_a_life, st.integers(1, 1000))
def test_a_period_is_as_long_as_its_days(first: date, length: int) -> None:
    days = Days(first, first + timedelta(days=length))
    assert len(days) == length
    assert days.last == first + timedelta(days=length - 1)


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="cannot begin on 2026-02-01 and end before 2026-02-01"):
        Days(date(2026, 2, 1), date(2026, 2, 1))
