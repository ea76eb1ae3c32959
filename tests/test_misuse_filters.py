"""What the filtered index leaves out: bursts and votes outside of service hours, and no more."""

from collections.abc import Iterable
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.burst import Limit, beyond
from collector.index.calendar import Calendar, Schedule
from collector.index.offhours import outside

LIMITS = (Limit(3, 15_000), Limit(6, 60_000))
PRESSES = st.lists(st.tuples(st.integers(0, 90), st.sampled_from(["frown", "smile"])), max_size=14)


def kept(presses: Iterable[tuple[int, str]], limits: Iterable[Limit] = LIMITS) -> dict[str, int]:
    """Face → how many of the presses (second, face) count."""
    faces: dict[str, list[int]] = {"frown": [], "smile": []}
    for second, face in sorted(presses):
        faces[face].append(second * 1000)
    out = beyond(faces, limits)
    return {face: len(times) - len(out[face]) for face, times in faces.items()}


@given(PRESSES, PRESSES)
def test_more_presses_never_lower_the_count_of_any_face(
    some: list[tuple[int, str]], more: list[tuple[int, str]]
) -> None:
    fewer, all_of_them = kept(some), kept([*some, *more])
    assert all(all_of_them[face] >= n for face, n in fewer.items())


@given(st.lists(st.integers(0, 40), max_size=9))
def test_no_choice_within_the_limits_keeps_more(seconds: list[int]) -> None:
    limits = (Limit(2, 5000), Limit(3, 12_000))
    best = max(
        size
        for size in range(len(seconds) + 1)
        for chosen in combinations(sorted(seconds), size)
        if kept(((s, "smile") for s in chosen), limits)["smile"] == size
    )
    assert kept(((s, "smile") for s in seconds), limits)["smile"] == best


@given(PRESSES)
def test_what_is_kept_is_within_the_limits(presses: list[tuple[int, str]]) -> None:
    times = sorted(1000 * second for second, face in presses if face == "smile")
    out = beyond({"smile": times}, LIMITS)["smile"]
    left = [at for n, at in enumerate(times) if n not in out]
    for votes, ms in LIMITS:
        assert all(later - at > ms for at, later in zip(left, left[votes:], strict=False))


def test_the_first_of_a_burst_stay_and_other_faces_are_not_touched() -> None:
    smiles = [0, 3200, 6400, 9600, 12_800, 16_000, 19_200]
    assert beyond({"smile": smiles, "frown": [8000]}, LIMITS) == {
        "smile": {3, 4},
        "frown": set(),
    }


def test_a_minute_of_mashing_is_six_votes() -> None:
    assert kept((s, "smile") for s in range(0, 60, 3))["smile"] == 6


# ---------------------------------------------------------------- hours

OFFICE, WARD = ("adminduk", "kantor"), ("Rumah sakit", "rsud")
MONDAY, FRIDAY, SATURDAY, HOLIDAY = (date(2026, 8, day) for day in (10, 14, 15, 17))
WEEK = (((450, 960),),) * 5 + ((), ())
CALENDAR = Calendar(
    (
        Schedule("kantor", WEEK, None, None, on_holidays=False, unconfirmed=frozenset({4})),
        Schedule("malam", (((0, 1440),),) * 7, None, frozenset({"Rumah sakit"}), on_holidays=True),
    ),
    {},
)


@pytest.mark.parametrize(
    ("day", "minute", "out"),
    [
        (MONDAY, 420, True),  # 07.00: until 07.15, and the margin begins then
        (MONDAY, 435, False),
        (MONDAY, 960, False),  # 16.00: within the margin
        (MONDAY, 975, True),
        (FRIDAY, 120, False),  # nobody has told us the hours of a Friday
        (SATURDAY, 600, True),
        (HOLIDAY, 600, True),
    ],
)
def test_a_quarter_wholly_outside_of_hours_and_margin(day: date, minute: int, out: bool) -> None:
    assert outside(CALENDAR, OFFICE, day, minute, 15) is out


@pytest.mark.parametrize("minute", [0, 720, 1425])
def test_where_somebody_is_always_served_nothing_is_outside(minute: int) -> None:
    assert not outside(CALENDAR, WARD, HOLIDAY, minute, 15)


def test_a_margin_reaches_over_midnight() -> None:
    late = Calendar(
        (Schedule("malam", (((1200, 1440),), *[()] * 6), None, None, on_holidays=True),), {}
    )
    tuesday = date(2026, 8, 11)
    assert not outside(late, OFFICE, tuesday, 0, 15)
    assert outside(late, OFFICE, tuesday, 15, 15)


def test_where_no_schedule_holds_nothing_is_known() -> None:
    assert not outside(Calendar((), {}), OFFICE, MONDAY, 0, 15)
