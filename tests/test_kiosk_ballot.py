"""A decided vote gets its place in the chain."""

import os

import pytest

from kiosk import wire
from kiosk.ballot import Ballot, NotAVote, quarter, vote_of
from kiosk.errors import SenyumError

MOMENT = wire.Moment(boot="3f" * 16, up=812_400, wall=1_763_860_502_123, clock="synced")
UNSYNCED = wire.Moment(boot="3f" * 16, up=812_400, wall=86_400_000, clock="unsynced")
SMILE = Ballot("smile", "pelayanan", replaces=None, test=False)


def numbers(count: int) -> bytes:
    return bytes(range(count))


def test_a_ballot_becomes_a_vote() -> None:
    vote = vote_of(Ballot("frown", "waktu", replaces=3, test=True), 5, MOMENT, numbers)
    assert (vote.seq, vote.face, vote.question) == (5, "frown", "waktu")
    assert (vote.replaces, vote.test, vote.origin) == (3, True, None)
    assert vote.fine is not None
    assert (vote.fine.wall, vote.fine.clock) == (MOMENT.wall, "synced")
    assert (vote.fine.boot, vote.fine.up) == (MOMENT.boot, MOMENT.up)
    assert vote.time == wire.time_commitment(vote.fine)


def test_no_two_votes_have_the_same_salts() -> None:
    votes = [vote_of(SMILE, 1, MOMENT, os.urandom) for _ in range(100)]
    salts = {vote.salt for vote in votes} | {vote.fine.tsalt for vote in votes if vote.fine}
    assert len(salts) == 200


@pytest.mark.parametrize("late_ms", [0, 899_999])
def test_the_quarter_begins_at_or_before_the_press(late_ms: int) -> None:
    moment = wire.Moment(MOMENT.boot, 1, 1_763_860_500_000 + late_ms, "synced")
    assert quarter(moment) == 1_763_860_500


def test_without_a_right_clock_there_is_no_quarter() -> None:
    assert vote_of(SMILE, 1, UNSYNCED, numbers).quarter is None


@pytest.mark.parametrize(
    "ballot",
    [
        SMILE._replace(face="Smile"),
        SMILE._replace(question="pelayanan\n"),
        SMILE._replace(question="q" * 33),
        SMILE._replace(replaces=0),
        SMILE._replace(replaces=5),
        SMILE._replace(replaces=6),
    ],
)
def test_what_the_wire_refuses_never_enters_the_chain(ballot: Ballot) -> None:
    with pytest.raises(NotAVote, match="vote 5") as caught:
        vote_of(ballot, 5, MOMENT, numbers)
    assert isinstance(caught.value, SenyumError)


def test_a_moment_that_the_wire_refuses_never_enters_the_chain() -> None:
    before = wire.Moment(MOMENT.boot, up=1, wall=-1, clock="unsynced")
    with pytest.raises(NotAVote):
        vote_of(SMILE, 1, before, numbers)
