"""Votes that are carried into a later epoch: as they were pressed, each knowing where it stood."""

from kiosk import wire
from kiosk.carrying import carried
from tests.golden import vote

OLD = "0c" * 32


def places(votes: list[wire.Vote], after: int) -> list[tuple[int, int | None]]:
    return [(each.seq, each.replaces) for each in carried(OLD, votes, after)]


def test_a_correction_goes_with_the_vote_that_it_corrects() -> None:
    window = [vote(7, "smile"), vote(8, "neutral", replaces=7), vote(9, "frown", replaces=7)]
    assert places(window, after=2) == [(3, None), (4, 3), (5, 3)]


def test_of_corrections_whose_first_vote_stays_behind_the_last_still_counts_alone() -> None:
    """The collector has the first vote already: one more citizen than there was, and not two."""
    window = [vote(8, "neutral", replaces=7), vote(9, "frown", replaces=7), vote(10, "smile")]
    assert places(window, after=0) == [(1, None), (2, 1), (3, None)]


def test_the_first_place_of_all_is_kept() -> None:
    first = wire.Origin("ab" * 32, 41)
    once, again = carried(OLD, [vote(5, "smile"), vote(6, "frown", origin=first)], 0)
    assert once.origin == wire.Origin(OLD, 5)
    assert again.origin == first
    assert (again.salt, again.time, again.fine) == (vote(6, "frown").salt, again.time, again.fine)
