"""Sets of quarters of an hour as bits, against sets as anybody would write them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.periods import Days
from collector.index.uptime import QUARTER, Uptime, Window, service_hours, uptime, window

WITA = ZoneInfo("Asia/Makassar")
MONDAY = date(2026, 8, 3)
quarters = st.sets(st.integers(0, 200), max_size=60)


def bits(found: set[int]) -> int:
    return sum(1 << each for each in found)


def named(found: int) -> set[int]:
    return {n for n in range(found.bit_length()) if found >> n & 1}


@given(heard=quarters, expected=quarters)
def test_uptime_is_the_part_of_what_was_expected(heard: set[int], expected: set[int]) -> None:
    found = uptime(bits(heard), bits(expected))
    assert found == Uptime(len(heard & expected), len(expected))


@given(
    first=st.integers(0, 100),
    length=st.integers(0, 100),
    lo=st.integers(-10, 210 * QUARTER),
    wide=st.integers(1, 100 * QUARTER),
)
def test_a_span_has_the_quarters_that_lie_in_it_wholly(
    first: int, length: int, lo: int, wide: int
) -> None:
    seen = Window(first, first + length)
    inside = {
        n - first
        for n in range(first, first + length)
        if lo <= n * QUARTER and (n + 1) * QUARTER <= lo + wide
    }
    assert named(seen.between(lo, lo + wide)) == inside
    assert named(seen.between(lo, None)) == {
        n - first for n in range(first, first + length) if lo <= n * QUARTER
    }


@given(found=quarters, back=st.integers(0, 50), length=st.integers(0, 100))
def test_a_block_is_cut_to_its_window(found: set[int], back: int, length: int) -> None:
    seen = Window(1000, 1000 + length)
    moved = named(seen.moved(bits(found), 1000 - back))
    assert moved == {n - back for n in found if 0 <= n - back < length}


def test_service_hours_are_local() -> None:
    midnight = int(datetime(2026, 8, 3, tzinfo=WITA).timestamp()) // QUARTER
    seen = window(Days(MONDAY, date(2026, 8, 5)), WITA, 2**40, since=0)
    hours = [(MONDAY, ((450, 720), (780, 960))), (date(2026, 8, 4), ())]
    assert seen == Window(midnight, midnight + 192)
    assert named(service_hours(seen, WITA, hours)) == {*range(30, 48), *range(52, 64)}


@pytest.mark.parametrize(("now", "since", "length"), [(2**40, 0, 96), (0, 0, 0), (2**40, 2**40, 0)])
def test_only_what_has_passed_and_was_noted_is_expected(now: int, since: int, length: int) -> None:
    seen = window(Days(MONDAY, date(2026, 8, 4)), WITA, now, since)
    assert seen.end - seen.first == length
    assert seen.all.bit_length() == length
