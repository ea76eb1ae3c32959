"""A run of equal faces that is longer than chance makes it."""

from collections.abc import Sequence
from itertools import groupby
from math import exp
from typing import Final, NamedTuple

from scipy.special import betaln

LONGEST: Final = 5000


class Run(NamedTuple):
    face: str
    first: int  # position
    length: int


def longest_runs(faces: Sequence[str]) -> dict[str, Run]:
    """Of each face that there is, its longest run; the first of equals."""
    found: dict[str, Run] = {}
    at = 0
    for face, same in groupby(faces):
        length = sum(1 for _ in same)
        if face not in found or length > found[face].length:
            found[face] = Run(face, at, length)
        at += length
    return found


def expected_runs(n: int, length: int, a: float, b: float) -> float:
    """How many runs of at least `length` there are by chance among n votes of one day.

    (n - L)(1 - p) p^L + p^L, in the mean over a share p that is Beta(a, b) distributed: the whole
    day may be a good one. With p known and this set to 1/22 it is the usual ln(22 n (1-p)) / -ln p.
    """
    if n < length:
        return 0.0
    within = (n - length) * exp(betaln(a + length, b + 1) - betaln(a, b))
    return within + exp(betaln(a + length, b) - betaln(a, b))


def shortest_odd_run(n: int, a: float, b: float, expected: float) -> int:
    """The shortest length of which at most `expected` runs come by chance among n votes."""
    return next(
        length for length in range(1, LONGEST) if expected_runs(n, length, a, b) <= expected
    )
