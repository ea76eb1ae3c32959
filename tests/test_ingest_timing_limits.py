"""The limits of dating, each to the millisecond: what a limit still allows, and what is beyond."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ingest.timing import (
    APART_MS,
    EARLIEST,
    TOLERANCE_MS,
    Bounds,
    Evidence,
    bounds_of,
    floor_of,
    offset_of,
    resolve,
)
from collector.ledger.epochs import Greeting
from collector.ledger.votes import Dating
from kiosk import wire
from kiosk.wire import QUARTER_SECONDS as QUARTER

HERE, ELSEWHERE = "0a" * 16, "0b" * 16  # boots: the one that sent the batch, an earlier one
NOON = 1_763_870_400  # a whole quarter, Unix seconds
NOON_MS = NOON * 1000
HOUR, HOUR_MS = 3600, 3_600_000
NOTHING = Bounds(HERE, None, NOON_MS)


def pressed(
    seq: int = 1,
    *,
    up: int = 0,
    wall: int = 0,
    clock: wire.ClockState = "unsynced",
    boot: str = HERE,
    quarter: int | None = None,
) -> wire.Vote:
    fine = wire.Fine("00" * 16, wall, clock, boot, up)
    return wire.Vote(
        seq, "smile", "pelayanan", None, None, False, quarter, "00" * 16, "00" * 32, fine
    )


def erased(quarter: int) -> wire.Vote:
    return wire.Vote(
        1, "smile", "pelayanan", None, None, False, quarter, "00" * 16, "00" * 32, None
    )


def date(
    *votes: wire.Vote,
    received_ms: int = NOON_MS + HOUR_MS,
    not_before: int | None = None,
    offset: int | None = None,
    bounds: Bounds = NOTHING,
) -> list[Dating]:
    offsets = {} if offset is None else {HERE: offset}
    found, _ = resolve(votes, Evidence(received_ms, not_before, offsets, bounds))
    return found


# ---------------------------------------------------------------- when a clock may be believed


@pytest.mark.parametrize(
    ("wall", "believed"),
    [
        (EARLIEST * 1000 - 1, False),
        (EARLIEST * 1000, True),
        (NOON_MS + APART_MS, True),
        (NOON_MS + APART_MS + 1, False),
    ],
)
def test_a_clock_is_believed_from_2020_to_five_minutes_ahead(wall: int, believed: bool) -> None:
    found = offset_of(wire.Moment(HERE, 7, wall, "synced"), NOON_MS)
    assert found == (wall - 7 if believed else None)


@pytest.mark.parametrize(
    ("ahead", "known"), [(0, True), (APART_MS, True), (APART_MS + 1000, False)]
)
def test_a_floor_holds_up_to_five_minutes_ahead(ahead: int, known: bool) -> None:
    dated_at = (NOON_MS + ahead) // 1000
    assert floor_of(dated_at, NOON_MS) == (dated_at if known else None)


@pytest.mark.parametrize(
    ("off", "quality"), [(0, "A"), (TOLERANCE_MS, "A"), (-TOLERANCE_MS, "A"), (5001, "B")]
)
def test_a_synced_press_may_be_five_seconds_off_its_boot(off: int, quality: str) -> None:
    vote = pressed(up=HOUR_MS, wall=NOON_MS + 60_000 + off, clock="synced", quarter=NOON)
    bounds = Bounds(HERE, None, NOON_MS - HOUR_MS + 60_000)
    found = date(vote, offset=NOON_MS - HOUR_MS + 60_000, bounds=bounds)
    assert found == [Dating(quality, NOON, NOON + QUARTER)]


@pytest.mark.parametrize(("apart", "quality"), [(TOLERANCE_MS, "A"), (TOLERANCE_MS + 1, "C")])
def test_synced_presses_of_one_boot_may_be_five_seconds_apart(apart: int, quality: str) -> None:
    votes = [
        pressed(seq, up=up, wall=NOON_MS + up + off, clock="synced", boot=ELSEWHERE, quarter=NOON)
        for seq, up, off in ((1, 60_000, 0), (2, 120_000, apart))
    ]
    found = date(*votes, not_before=NOON - HOUR)
    assert {dating.quality for dating in found} == {quality}


@pytest.mark.parametrize(
    ("offset", "low", "quality"),
    [
        (APART_MS, None, "B"),
        (APART_MS + 1, None, "D"),
        (APART_MS, -1, "B"),
        (APART_MS + 1, -1, "D"),
        (-APART_MS - 1, -1, "B"),
        (-APART_MS - 2, -1, "D"),
        (-10 * APART_MS, None, "B"),
    ],
)
def test_a_clock_may_be_five_minutes_beyond_what_a_receipt_encloses(
    offset: int, low: int | None, quality: str
) -> None:
    """Without a lower bound a clock that is behind contradicts nothing."""
    bounds = Bounds(HERE, None if low is None else NOON_MS + low, NOON_MS)
    (found,) = date(pressed(up=450_000), offset=NOON_MS + offset, bounds=bounds)
    assert found.quality == quality


# ---------------------------------------------------------------- which quarter may be


@pytest.mark.parametrize(
    ("quarter", "quality"),
    [(EARLIEST - QUARTER, "D"), (EARLIEST, "B"), (NOON, "B"), (NOON + QUARTER, "D")],
)
def test_a_quarter_lies_between_2020_and_five_minutes_ahead(quarter: int, quality: str) -> None:
    received_ms = NOON_MS + QUARTER * 1000 - APART_MS - 1
    (found,) = date(erased(quarter), received_ms=received_ms)
    assert found.quality == quality


def test_a_quarter_that_begins_just_five_minutes_ahead_may_be() -> None:
    (found,) = date(erased(NOON), received_ms=NOON_MS - APART_MS)
    assert found == Dating("B", NOON, NOON + QUARTER)


@pytest.mark.parametrize(
    ("quarter", "quality"), [(NOON - QUARTER, "B"), (NOON, "B"), (NOON - 2 * QUARTER, "C")]
)
def test_a_vote_may_lie_a_quarter_before_those_that_it_follows(quarter: int, quality: str) -> None:
    (found,) = date(erased(quarter), not_before=NOON)
    assert found.quality == quality


# ---------------------------------------------------------------- between a hello and its batch


def test_only_a_batch_that_echoes_the_hello_has_a_lower_bound() -> None:
    sent = wire.Moment(HERE, 5_000, 0, "unsynced")
    hello = Greeting("n", up_ms=2_000, received_ms=NOON_MS)
    assert bounds_of(sent, "n", NOON_MS + 4_000, hello) == Bounds(
        HERE, NOON_MS - 5_000, NOON_MS - 2_000
    )
    assert bounds_of(sent, "other", NOON_MS + 4_000, hello) == Bounds(HERE, None, NOON_MS - 2_000)
    assert bounds_of(sent, "n", NOON_MS + 4_000, None) == Bounds(HERE, None, NOON_MS - 1_000)


def test_bounds_that_cross_prove_nothing() -> None:
    sent, hello = wire.Moment(HERE, 5_000, 0, "unsynced"), Greeting("n", 9_000, NOON_MS)
    assert bounds_of(sent, "n", NOON_MS + 4_000, hello) == Bounds(HERE, None, NOON_MS - 9_000)
    met = Greeting("n", 5_000, NOON_MS)
    assert bounds_of(sent, "n", NOON_MS + 4_000, met) == Bounds(
        HERE, NOON_MS - 5_000, NOON_MS - 5_000
    )


@pytest.mark.parametrize(
    ("up", "found"),
    [
        (QUARTER * 1000 - 2, Dating("B", NOON, NOON + QUARTER)),
        (QUARTER * 1000 - 1, Dating("C", NOON + QUARTER - 1, NOON + QUARTER + 1)),
        (QUARTER * 1000, Dating("B", NOON + QUARTER, NOON + 2 * QUARTER)),
    ],
)
def test_a_press_is_of_a_quarter_if_both_of_its_bounds_are(up: int, found: Dating) -> None:
    """A millisecond lies between the bounds; whole seconds enclose it, the last one is out."""
    bounds = Bounds(HERE, NOON_MS, NOON_MS + 1)
    assert date(pressed(up=up), bounds=bounds) == [found]


def test_without_a_lower_bound_a_vote_was_pressed_before_the_batch_was_sent() -> None:
    (found,) = date(pressed(up=1_500), bounds=Bounds(HERE, None, NOON_MS))
    assert found == Dating("D", None, NOON + 2)
    (found,) = date(pressed(up=1_500, boot=ELSEWHERE), received_ms=NOON_MS + 999)
    assert found == Dating("D", None, NOON + 1)


# ---------------------------------------------------------------- votes that follow


def test_a_vote_was_pressed_before_those_that_follow_it() -> None:
    """Three of an earlier boot, one of this: nothing but the last one bounds them."""
    before = [pressed(seq, boot=ELSEWHERE) for seq in (1, 2, 3)]
    found = date(*before, pressed(4, up=1_500), not_before=NOON - HOUR)
    assert found == [Dating("C", NOON - HOUR, NOON + 2)] * 4


@pytest.mark.parametrize("quarter", [NOON, NOON + QUARTER])
def test_where_neighbours_cross_a_vote_keeps_a_quarter_before_the_later_one(quarter: int) -> None:
    """A clock that was ahead made a later quarter the floor than the next vote can have."""
    votes = [erased(quarter), pressed(2, boot=ELSEWHERE), pressed(3, up=0)]
    bounds = Bounds(HERE, NOON_MS - 1_000, NOON_MS - 1_000)
    ahead, between, last = date(*votes, bounds=bounds)
    assert ahead == Dating("B", quarter, quarter + QUARTER)
    assert between.hi == last.hi
    assert between.lo == last.hi - QUARTER


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 10**7)), min_size=1, max_size=8))
def test_no_interval_ends_after_that_of_a_later_vote(presses: list[tuple[bool, int]]) -> None:
    votes = [
        pressed(seq, up=up, boot=HERE if here else ELSEWHERE)
        for seq, (here, up) in enumerate(presses, 1)
    ]
    found = date(*votes, not_before=NOON - HOUR)
    ends = [dating.hi for dating in found]
    assert ends == sorted(ends)
    assert all(dating.lo is not None and dating.lo < dating.hi for dating in found)


def test_the_floor_for_the_next_batch_is_the_latest_begin() -> None:
    votes = [erased(NOON), erased(NOON - QUARTER), pressed(3, boot=ELSEWHERE)]
    found, floor = resolve(votes, Evidence(NOON_MS + HOUR_MS, None, {}, NOTHING))
    assert [dating.lo for dating in found] == [NOON, NOON - QUARTER, NOON]
    assert floor == NOON
    _, none = resolve([pressed(boot=ELSEWHERE)], Evidence(NOON_MS, None, {}, NOTHING))
    assert none is None
