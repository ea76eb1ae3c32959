"""Bursts: how many votes of one face, close together, may count.

A rule that waits for many presses and then takes them away but for the first would let a masher
erase what others pressed before. So there is only a limit, and each face has its own: of the votes
the most are kept that keep within it. Of a set with more votes in it that is never less.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Limit(NamedTuple):
    """At most `votes` within `ms`: the vote after them is later than `ms` after their first."""

    votes: int
    ms: int


def beyond(times: Mapping[str, Sequence[int]], limits: Iterable[Limit]) -> dict[str, set[int]]:
    """Of one kiosk, face → times of its votes (ms, ascending) → positions that are taken out.

    The earliest that may stay stays. No other choice keeps more: whichever votes are chosen, the
    n-th of them is not before the n-th that is kept here (by induction over n).
    """
    known = tuple(limits)
    return {face: _beyond(own, known) for face, own in times.items()}


def _beyond(times: Sequence[int], limits: Sequence[Limit]) -> set[int]:
    kept: list[int] = []
    out = set()
    for position, at in enumerate(times):
        if all(_room(kept, at, limit) for limit in limits):
            kept.append(at)
        else:
            out.add(position)
    return out


def _room(kept: Sequence[int], at: int, limit: Limit) -> bool:
    return len(kept) < limit.votes or at - kept[-limit.votes] > limit.ms
