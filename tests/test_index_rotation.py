"""A rotation is balanced, random, and the same for whoever repeats it."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.periods import Days
from collector.index.rotation import (
    NeverOpen,
    Slot,
    block_order,
    counting,
    schedule,
    stretches,
)
from collector.index.skm import SLUGS

FIRST = date(2026, 1, 5)  # a Monday
seeds = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)
blocks = st.integers(1, 12)
steps = st.sampled_from(["day", "week"])


def weekdays(day: date) -> bool:
    return day.weekday() < 5


@given(seeds, blocks, steps, st.dates(date(2024, 1, 1), date(2027, 1, 1)))
def test_each_block_asks_each_element_once_and_no_day_is_left_out(seed, n, step, first):
    slots = schedule(seed, stretches(first, n, step, weekdays))
    assert len(slots) == 9 * n
    for block in range(n):
        assert sorted(slot.element for slot in slots[9 * block : 9 * block + 9]) == sorted(SLUGS)
    assert slots[0].days.first == first
    assert all(before.days.end == after.days.first for before, after in pairwise(slots))


@given(seeds, blocks, steps)
def test_every_element_is_asked_on_as_many_open_days_of_days_or_weeks(seed, n, step):
    slots = schedule(seed, stretches(FIRST, n, step, weekdays))
    opened = Counter()
    for days, element in slots:
        opened[element] += sum(weekdays(days.first + timedelta(days=at)) for at in range(len(days)))
    assert set(opened.values()) == {n * (5 if step == "week" else 1)}


@given(seeds, st.integers(1, 40))
def test_the_order_follows_from_the_seed_alone(seed, block):
    assert block_order(seed, block) == block_order(seed, block)
    assert schedule(seed, stretches(FIRST, 3, "week", weekdays)) == schedule(
        seed, stretches(FIRST, 3, "week", weekdays)
    )


def test_an_order_once_published_stays():
    """By hand: sort the nine by sha256 of "senyum rotation\\n<seed>\\n<block>\\n<element>\\n"."""
    assert block_order("martapura", 1) == [
        "perilaku",
        "kompetensi",
        "persyaratan",
        "pengaduan",
        "produk",
        "waktu",
        "sarana",
        "biaya",
        "prosedur",
    ]


def test_each_element_comes_at_each_place_about_equally_often():
    places = Counter(
        (element, place)
        for block in range(1, 901)
        for place, element in enumerate(block_order("2026", block))
    )
    # 100 each are expected; five standard deviations are 47.
    assert len(places) == 81
    assert all(53 <= n <= 147 for n in places.values())


def test_a_longer_plan_begins_like_a_shorter_one():
    short, long = (schedule("a", stretches(FIRST, n, "week", weekdays)) for n in (2, 5))
    assert long[:18] == short


def test_by_day_closed_days_belong_to_the_open_one_before():
    spans = stretches(FIRST, 1, "day", weekdays)
    assert spans[4] == Days(date(2026, 1, 9), date(2026, 1, 12))  # Friday to Sunday


def test_a_week_without_an_open_day_asks_nothing_new():
    holiday = Days(date(2026, 1, 12), date(2026, 1, 19))
    spans = stretches(FIRST, 1, "week", lambda day: weekdays(day) and day not in holiday)
    assert spans[0] == Days(FIRST, date(2026, 1, 19))
    assert spans[1] == Days(date(2026, 1, 19), date(2026, 1, 26))


def test_who_is_never_open_has_no_schedule():
    with pytest.raises(NeverOpen, match="no day is open in the 60 days"):
        stretches(FIRST, 1, "week", lambda day: False)
    with pytest.raises(NeverOpen):
        stretches(FIRST, 9, "day", lambda day: day < date(2026, 1, 20))


def test_only_whole_blocks_are_scheduled():
    with pytest.raises(ValueError, match="no whole blocks"):
        schedule("a", stretches(FIRST, 1, "week", weekdays)[:5])


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3)), max_size=6))
def test_of_several_plans_each_day_has_the_last_that_has_begun(given_plans):
    plans = [
        (
            first := FIRST + timedelta(days=at),
            schedule(f"{number}", stretches(first, n, "week", weekdays)) if n else [],
        )
        for number, (at, n) in enumerate(given_plans)
    ]
    found = counting(plans)
    for day in (FIRST + timedelta(days=at) for at in range(0, 700, 3)):
        begun = [slots for first, slots in plans if first <= day]
        expected = [slot.element for slot in begun[-1] if day in slot.days] if begun else []
        assert [slot.element for slot in found if day in slot.days] == expected


def test_a_plan_that_is_replaced_keeps_the_days_before():
    old = [Slot(Days(FIRST, FIRST + timedelta(days=7)), "waktu")]
    end = FIRST + timedelta(days=3)
    assert counting([(FIRST, old), (end, [])]) == [Slot(Days(FIRST, end), "waktu")]
