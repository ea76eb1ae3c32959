"""Control charts: frozen limits, quiet while nothing happens, loud when something does."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.control import BASELINE, Limits, Week, individuals, shares, signals

SCALE = (25.0, 100.0)
WAVE = [78.0, 80.0] * 10  # moving ranges are all 2
indices = st.lists(st.floats(25, 100), min_size=BASELINE, max_size=60)


def test_under_twenty_weeks_there_is_no_baseline() -> None:
    assert individuals(WAVE[:-1], SCALE) is None
    assert shares([Week(3, 30)] * 19) is None


def test_the_limits_are_those_of_wheeler() -> None:
    limits = individuals(WAVE, SCALE)
    assert limits is not None
    assert limits[0] == pytest.approx((79 - 2.66 * 2, 79, 79 + 2.66 * 2), abs=0.01)


@given(indices)
def test_what_comes_later_moves_no_limit(values: list[float]) -> None:
    first, later = individuals(values[:BASELINE], SCALE), individuals(values, SCALE)
    assert first is not None
    assert later is not None
    assert set(later) == set(first)
    assert SCALE[0] <= later[0].low <= later[0].centre <= later[0].high <= SCALE[1]


def test_a_fall_is_a_signal_at_once_and_a_small_shift_after_eight() -> None:
    values = [*WAVE, 60.0, *[78.9] * 8]
    limits = individuals(values, SCALE)
    assert limits is not None
    found = signals(values, limits)
    assert found[:BASELINE] == [None] * BASELINE
    assert found[BASELINE] == "beyond"
    assert found[-3:] == [None, "run", "run"]


def test_a_value_on_the_centre_ends_a_run() -> None:
    limits = [Limits(0, 10, 20)] * 12
    assert signals([11.0] * 7 + [10.0] + [11.0] * 4, limits) == [None] * 12
    assert signals([11.0] * 12, limits)[7:] == ["run"] * 5


def test_quiet_weeks_hardly_ever_alarm() -> None:
    random, alarms = Random(8), 0
    for _ in range(200):
        values = [random.gauss(80, 2) for _ in range(52)]
        limits = individuals(values, SCALE)
        assert limits is not None
        alarms += signals(values, limits)[BASELINE:].count("beyond")
    assert alarms / (200 * 32) < 0.02


def overdispersed(random: Random, weeks: int, n: int) -> list[Week]:
    """Weeks whose own shares differ, with phi about 4."""
    found = []
    for _ in range(weeks):
        own = random.betavariate(0.2 * 33, 0.8 * 33)
        found.append(Week(sum(random.random() < own for _ in range(n)), n))
    return found


def test_uneven_weeks_do_not_alarm_by_themselves() -> None:
    random, laney, plain = Random(14), 0, 0
    for _ in range(60):
        weeks = overdispersed(random, 52, 100)
        limits = shares(weeks)
        assert limits is not None
        values = [week.hits / week.n for week in weeks]
        laney += signals(values, limits)[BASELINE:].count("beyond")
        plain += sum(abs(value - 0.2) > 3 * 0.04 for value in values[BASELINE:])
    assert laney / (60 * 32) < 0.03 < plain / (60 * 32)


def test_a_busy_week_has_narrow_limits_of_its_own() -> None:
    weeks = [Week(20 + i % 3, 100) for i in range(BASELINE)] + [Week(200, 1000)]
    limits = shares(weeks)
    assert limits is not None
    assert limits[-1].high - limits[-1].low < (limits[0].high - limits[0].low) / 3


def test_a_face_that_nobody_pressed_has_its_limits_at_nothing() -> None:
    weeks = [Week(0, 50)] * BASELINE + [Week(9, 50)]
    limits = shares(weeks)
    assert limits is not None
    assert signals([week.hits / week.n for week in weeks], limits)[-1] == "beyond"
