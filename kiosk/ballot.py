"""A decided vote, and how it becomes a row that nobody will change again. Pure."""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from kiosk import wire
from kiosk.errors import SenyumError

SALT_BYTES: Final = 16


class Ballot(NamedTuple):
    """What somebody decided, before it has a place in the chain."""

    face: str
    question: str
    replaces: int | None  # seq of the first vote of this settle window, which this one corrects
    test: bool


class NotAVote(SenyumError, ValueError):
    """The wire has no such vote."""


def vote_of(
    ballot: Ballot, seq: int, moment: wire.Moment, random: Callable[[int], bytes]
) -> wire.Vote:
    """The vote with which `ballot` takes place `seq`; `random` gives so many random bytes.

    Raises NotAVote: a row that the wire refuses would hold back every later one for ever.
    """
    fine = wire.Fine(
        tsalt=random(SALT_BYTES).hex(),
        wall=moment.wall,
        clock=moment.clock,
        boot=moment.boot,
        up=moment.up,
    )
    vote = wire.Vote(
        seq=seq,
        face=ballot.face,
        question=ballot.question,
        replaces=ballot.replaces,
        origin=None,
        test=ballot.test,
        quarter=quarter(moment),
        salt=random(SALT_BYTES).hex(),
        time=wire.time_commitment(fine),
        fine=fine,
    )
    _check(vote)
    return vote


def quarter(moment: wire.Moment) -> int | None:
    """Unix seconds of the 15-minute bin; None when the wall clock was not known to be right."""
    if moment.clock != "synced":
        return None
    return moment.wall // 1000 // wire.QUARTER_SECONDS * wire.QUARTER_SECONDS


def _check(vote: wire.Vote) -> None:
    if vote.replaces is not None and vote.replaces >= vote.seq:
        raise NotAVote(f"vote {vote.seq} cannot replace vote {vote.replaces}, which is not before")
    try:
        msgspec.json.decode(msgspec.json.encode(vote), type=wire.Vote)
    except msgspec.ValidationError as error:
        raise NotAVote(f"vote {vote.seq} is not as the wire wants it: {error}") from error
