"""Complaints: clocks at their limits, indicators, what is told of them, and places."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.cells import SMALL, Cell, cell
from collector.index.complaints import Complaint, clock
from collector.index.handling import MINIMUM, Handling, handling, places, shown
from collector.index.periods import Days
from collector.index.workingdays import WorkingDays

YEAR = Days(date(2026, 1, 1), date(2027, 1, 1))
WORKING = WorkingDays(YEAR, lambda _day: None)
MONDAY = date(2026, 8, 3)
AS_OF = date(2026, 12, 1)


def after(working: int) -> date:
    """So many working days after Monday."""
    weeks, rest = divmod(working, 5)
    return MONDAY + timedelta(days=7 * weeks + rest)


def complaint(status: Any = "open", **more: Any) -> Complaint:
    return Complaint("dinkes", MONDAY, status, **more)


@pytest.mark.parametrize(("days", "in_time"), [(0, True), (5, True), (6, False)])
def test_an_answer_is_in_time_within_five_working_days(days: int, in_time: bool) -> None:
    found = clock(complaint("answered", answered=after(days)), AS_OF, WORKING)
    assert (found.reply, found.in_time, found.due) == (days, in_time, True)


@pytest.mark.parametrize(("days", "due"), [(5, False), (6, True)])
def test_what_may_still_be_answered_in_time_is_not_judged(days: int, due: bool) -> None:
    found = clock(complaint(), after(days), WORKING)
    assert (found.due, found.in_time, found.over) == (due, False, due)


def test_the_clock_of_an_agency_begins_when_it_is_handed_on() -> None:
    late = complaint("answered", disposition=after(10), answered=after(13))
    assert clock(late, AS_OF, WORKING).reply == 3


@pytest.mark.parametrize(
    ("more", "limit"), [({}, 14), ({"examined": False}, 14), ({"examined": True}, 60)]
)
def test_an_answered_complaint_is_over_its_limit_until_it_is_closed(
    more: dict[str, Any], limit: int
) -> None:
    given_answer = complaint("answered", answered=after(1), **more)
    assert not clock(given_answer, after(limit), WORKING).over
    assert clock(given_answer, after(limit + 1), WORKING).over
    closed = complaint("closed", answered=after(1), closed=after(limit + 1), **more)
    assert not clock(closed, after(limit + 2), WORKING).over


def test_what_was_closed_without_an_answer_was_answered_then() -> None:
    assert clock(complaint("closed", closed=after(4)), AS_OF, WORKING).reply == 4


def test_indicators_by_hand() -> None:
    cases = [
        complaint("closed", verified=after(3), answered=after(1), closed=after(9)),
        complaint("closed", verified=after(4), answered=after(5), closed=after(9)),
        complaint("answered", answered=after(7)),
        complaint(),
        complaint("rejected", answered=after(0)),
    ]
    assert handling(cases, after(15), WORKING) == Handling(
        received=4,
        handed_on=0,
        verified=2,
        verified_in_time=1,
        answered=3,
        due=4,
        in_time=2,
        closed=2,
        over=2,
        median=5,
        p90=None,  # the fourth is still waiting
    )


# ---------------------------------------------------------------- what is told


@given(whole=st.integers(0, 60), data=st.data())
def test_a_cell_encloses_its_count_and_tells_neither_it_nor_its_rest_if_small(
    whole: int, data: st.DataObject
) -> None:
    count = data.draw(st.integers(0, whole))
    found = cell(count, whole)
    assert 0 <= found.low <= count <= found.high <= whole
    small = 0 < count < SMALL or 0 < whole - count < SMALL
    assert (found.told is None) == (small and found.low != found.high)
    if small and whole >= 2 * SMALL:
        assert found.high - found.low == SMALL - 2


@pytest.mark.parametrize(
    ("count", "percent"),
    [(0, (0, 0)), (3, (2, 10)), (39, (90, 98)), (40, (100, 100)), (5, (13, 13))],
)
def test_percents_are_whole_and_halves_go_up(count: int, percent: tuple[int, int]) -> None:
    assert cell(count, 40).percent(40) == percent


def many(n: int, late: int = 0) -> list[Complaint]:
    quick = complaint("closed", answered=after(1), closed=after(2))
    slow = complaint("closed", answered=after(9), closed=after(9))
    return [quick] * (n - late) + [slow] * late


def test_under_ten_cases_there_are_counts_alone() -> None:
    told = shown(handling(many(MINIMUM - 1), AS_OF, WORKING))
    assert told.received == told.answered == Cell(9, 9)
    assert told[4:] == (None,) * 5
    assert shown(handling(many(MINIMUM), AS_OF, WORKING))[4:] == (
        (100, 100),
        (100, 100),
        (100, 100),
        1,
        1,
    )


def test_under_five_cases_nothing_but_that_there_are_some() -> None:
    told = shown(handling(many(3), AS_OF, WORKING))
    assert told.received == Cell(1, 4)
    assert told[1:] == (None,) * 8


def test_two_late_ones_are_not_told_but_to_whoever_may_see_all() -> None:
    found = handling(many(40, late=2), AS_OF, WORKING)
    assert shown(found).in_time_percent == (90, 98)
    assert shown(found, exact=True).in_time_percent == (95, 95)


# ---------------------------------------------------------------- places


def test_places_are_shared_and_need_ten_cases() -> None:
    found = {
        name: handling(many(n, late), AS_OF, WORKING)
        for name, n, late in [("a", 20, 5), ("b", 40, 10), ("c", 10, 0), ("d", 9, 0)]
    }
    assert places(found) == {"c": 1, "a": 2, "b": 2}
    assert places({name: found[name] for name in "acd"}) == {}
