"""The steps of the trend: closed weeks and months, every day in one of them."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from collector.index.course import Dated, Step, course, steps, usual_step, weeks
from collector.index.periods import Days

TODAY = date(2019, 8, 26)  # a Monday
LONG_AGO = date(2015, 1, 1)
MONTH = Days(date(2019, 7, 27), TODAY)


def test_the_latest_weeks_end_with_the_last_closed_one() -> None:
    shown = steps("week", MONTH, LONG_AGO, TODAY)
    assert len(shown) == 26
    assert shown[-1] == Days(date(2019, 8, 19), TODAY)


def test_the_open_month_is_left_out() -> None:
    assert steps("month", MONTH, LONG_AGO, TODAY)[-1].last == date(2019, 7, 31)


def test_a_long_period_is_shown_whole() -> None:
    year = Days(date(2018, 1, 1), date(2019, 1, 1))
    shown = steps("week", year, LONG_AGO, TODAY)
    assert shown[0].first <= year.first
    assert shown[-1].end >= year.end


def test_nothing_is_shown_from_before_the_first_vote() -> None:
    assert steps("week", MONTH, date(2019, 8, 14), TODAY)[0].first == date(2019, 8, 12)
    assert steps("month", MONTH, date(2019, 8, 14), TODAY) == []


def test_the_usual_step_keeps_the_picture_readable() -> None:
    assert usual_step(MONTH) == "week"
    assert usual_step(Days(date(2018, 1, 1), date(2019, 1, 1))) == "month"


@given(
    st.sampled_from(["week", "month"]),
    st.dates(date(2018, 1, 1), TODAY - timedelta(days=1)),
    st.integers(1, 400),
    st.dates(date(2016, 1, 1), TODAY - timedelta(days=1)),
)
def test_steps_follow_one_another_and_are_closed(
    step: Step, last: date, length: int, begun: date
) -> None:
    end = last + timedelta(days=1)
    shown = steps(step, Days(end - timedelta(days=length), end), begun, TODAY)
    assert all(before.end == after.first for before, after in pairwise(shown))
    assert all(each.end <= TODAY and each.end > begun for each in shown)


AUGUST_5, AUGUST_12, AUGUST_19 = (date(2019, 8, day) for day in (5, 12, 19))
WEEKS = [Days(AUGUST_5, AUGUST_12), Days(AUGUST_12, AUGUST_19)]


def votes_of(first: date, days: int, face: str, n: int, c: int = 0) -> Dated:
    return Dated(Days(first, first + timedelta(days=days)), face, n, c)


def test_each_vote_counts_in_the_step_that_holds_its_day() -> None:
    votes = [
        votes_of(AUGUST_5, 1, "smile", 20),
        votes_of(date(2019, 8, 11), 1, "smile", 10),
        votes_of(date(2019, 8, 11), 1, "frown", 3),
        votes_of(AUGUST_12, 1, "smile", 5),
    ]
    first, second = course(votes, WEEKS)
    assert (first.figure.n, first.figure.counts["frown"], first.figure.enough) == (33, 3, True)
    assert (second.figure.n, second.figure.index) == (5, None)


def test_a_vote_dated_to_some_days_counts_in_the_step_that_holds_them_all() -> None:
    votes = [
        votes_of(AUGUST_5, 7, "smile", 40, 40),
        votes_of(date(2019, 8, 11), 2, "frown", 9, 9),
        votes_of(AUGUST_12, 1, "smile", 3, 1),
        votes_of(date(2019, 8, 18), 2, "frown", 9, 9),
        votes_of(AUGUST_19, 1, "frown", 9),
    ]
    first, second = course(votes, WEEKS)
    assert (first.figure.n, first.c) == (40, 40)
    assert (second.figure.n, second.c) == (3, 1)


def test_every_closed_week_since_the_first_vote() -> None:
    found = weeks(date(2019, 8, 7), date(2019, 8, 19))
    assert found == WEEKS
    assert weeks(date(2019, 8, 7), date(2019, 8, 18)) == WEEKS[:1]
    assert weeks(date(2019, 8, 14), date(2019, 8, 18)) == []
