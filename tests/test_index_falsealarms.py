"""How many false alarms a threshold gives: against the formula by hand, and against simulation."""

from decimal import Decimal
from math import sqrt
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.index.falsealarms import LEAST, expected
from tests.effort import examples

THOUSANDTH = Decimal("0.001")


class Month(NamedTuple):
    index: Decimal | None
    low: Decimal | None
    high: Decimal | None
    mapping: str = "smiley-3/linear"


def month(index: float, arm: float) -> Month:
    return Month(*(Decimal(str(round(each, 2))) for each in (index, index - arm, index + arm)))


def months(*indices: float, arm: float = 2.0) -> list[Month | None]:
    return [month(index, arm) for index in indices]


NONE = Month(None, None, None)
INDICES = st.lists(st.floats(40, 90), min_size=LEAST + 1, max_size=24)
ARMS = st.floats(0.1, 10)
POINTS = st.decimals(0, 75, places=1)


def test_by_hand() -> None:
    """Mean of |changes| 2, so sigma 2.507 (above chance: 2.828 / 1.96 = 1.443); arm 2.828."""
    steady = months(80, 82, 80, 82, 80)
    assert expected(steady, Decimal(5)) == (Decimal("0.023"), 4, 0)  # Phi(-5 / 2.507) = Phi(-1.995)
    assert expected(steady, Decimal(1)) == (Decimal("0.130"), 4, 0)  # Phi(-2.828 / 2.507)


def test_without_any_movement_chance_alone_decides() -> None:
    """Phi(-1.96): one in forty."""
    assert expected(months(80, 80, 80, 80, 80), Decimal(0)) == (Decimal("0.025"), 4, 0)


def test_a_fall_of_before_is_counted() -> None:
    found = expected(months(80, 80, 80, 60, 60, 60), Decimal(10))
    assert found is not None
    assert (found.changes, found.fired) == (5, 1)


@pytest.mark.parametrize("hole", [None, NONE, Month(*month(80, 2)[:3], mapping="smiley-4/skm")])
def test_a_month_that_cannot_be_compared_gives_no_change(hole: Month | None) -> None:
    enough = expected([*months(80, 80, 80), hole, *months(80, 80, 80)], Decimal(5))
    assert enough is not None
    assert enough.changes == 4
    assert expected([*months(80, 80), hole, *months(80, 80)], Decimal(5)) is None


def test_too_few_months_say_nothing() -> None:
    assert expected(months(*[80] * LEAST), Decimal(5)) is None
    assert expected([], Decimal(5)) is None


@given(INDICES, ARMS, POINTS, POINTS)
@settings(max_examples=examples(200))
def test_a_higher_threshold_never_gives_more(
    indices: list[float], arm: float, one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))
    found = [expected(months(*indices, arm=arm), points) for points in (low, high)]
    assert found[0] is not None
    assert found[1] is not None
    assert 0 <= found[1].a_month <= found[0].a_month <= Decimal("0.5")
    assert found[1].fired <= found[0].fired <= found[0].changes


@given(INDICES, ARMS, POINTS)
@settings(max_examples=examples(200))
def test_the_months_in_the_other_order_give_the_same_expectation(
    indices: list[float], arm: float, points: Decimal
) -> None:
    """Nothing in it is a trend."""
    there = expected(months(*indices, arm=arm), points)
    back = expected(months(*indices[::-1], arm=arm), points)
    assert there is not None
    assert back is not None
    assert abs(there.a_month - back.a_month) <= THOUSANDTH


@pytest.mark.parametrize("points", [0, 3, 5])
def test_simulated_agencies_that_never_change_give_as_many_as_was_said(points: int) -> None:
    """1,500 of them, of each 13 months of which the interval is as wide as chance makes it."""
    random, sigma, said, fired = Random(557), 1.5, Decimal(0), 0
    for _ in range(1500):
        run = [month(random.gauss(80, sigma), 1.96 * sigma) for _ in range(13)]
        found = expected(run, Decimal(points))
        assert found is not None
        said, fired = said + found.a_month * found.changes, fired + found.fired
    error = 3 * sqrt(fired)  # of a count
    assert fired - error <= said <= 2 * fired + error  # it errs towards more, and by so much
