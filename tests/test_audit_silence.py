"""How long a placed kiosk was silent: pure, so tried by hand and by chance."""

from hypothesis import given
from hypothesis import strategies as st

from collector.integrity.silence import QUARTER_S, Stretch, longest
from collector.ledger.placements import Placement

ALWAYS = [Placement(0, None, "a")]


def test_the_longest_lies_between_votes_or_at_an_end():
    assert longest([900, 9000], ALWAYS, 10_000) == Stretch(1800, 9000)
    assert longest([900], ALWAYS, 90_000) == Stretch(1800, 90_000)
    assert longest([8100], ALWAYS, 9000) == Stretch(0, 8100)
    assert longest([], ALWAYS, 9000) == Stretch(0, 9000)


def test_a_kiosk_that_stood_nowhere_was_not_silent():
    placed = [Placement(0, 9000, "a"), Placement(900_000, None, "b")]
    assert longest([0, 8100], placed, 909_000) == Stretch(900_000, 909_000)
    assert longest([900], [], 9000) is None
    assert longest([0], [Placement(0, 900, "a")], 9000) is None, "it had a vote all the time"


def test_a_placement_that_is_still_to_come_is_none():
    assert longest([], [Placement(10_000, None, "a")], 9000) is None


@given(st.sets(st.integers(0, 200)), st.integers(1, 250))
def test_no_quarter_with_a_vote_lies_in_a_silent_stretch(numbers: set[int], end: int):
    quarters = [QUARTER_S * number for number in numbers]
    found = longest(quarters, ALWAYS, QUARTER_S * end)
    if found is None:
        assert set(range(end)) <= numbers
        return
    assert found.begin < found.end <= QUARTER_S * end
    assert not any(found.begin <= quarter < found.end for quarter in quarters)
