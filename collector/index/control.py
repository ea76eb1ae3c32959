"""Control charts: whether one week differs from how the weeks before used to differ.

Limits come from the first 20 points and stay frozen, so that a slow fall does not move them along.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean
from typing import Final, Literal, NamedTuple

Signal = Literal["beyond", "run"]

BASELINE: Final = 20  # points; with fewer: "garis dasar belum cukup"
RUN: Final = 8  # points in a row on one side of the centre
_SIGMA: Final = 1.128  # mean moving range of two / standard deviation, of a normal law
_REACH: Final = 3.0


class Week(NamedTuple):
    """Votes with the face in question, of all votes of a week."""

    hits: int
    n: int


class Limits(NamedTuple):
    """For one point; on the scale of the points."""

    low: float
    centre: float
    high: float


def individuals(values: Sequence[float], scale: tuple[float, float]) -> list[Limits] | None:
    """XmR: the limits of each value, all alike; None while there are fewer than 20.

    Centre is the mean of the first 20, limits are 2.66 mean moving ranges away (3 / 1.128), cut
    off at the ends of the scale. A week without an index is no value: leave it out. Source: D.
    Wheeler, "Understanding variation", 2nd ed. 2000.
    """
    if len(values) < BASELINE:
        return None
    frozen = values[:BASELINE]
    centre, reach = fmean(frozen), _REACH * _sigma(frozen)
    limits = Limits(max(scale[0], centre - reach), centre, min(scale[1], centre + reach))
    return [limits] * len(values)


def shares(weeks: Sequence[Week]) -> list[Limits] | None:
    """Laney p': the limits of each week's share, 0 to 1; None while there are fewer than 20.

    With p the share of all votes of the first 20 weeks, a week's share lies s = sqrt(p (1 - p) / n)
    from p by chance alone; in units of s the weeks spread by sigma_z, from their moving ranges, and
    the limits are p ± 3 s sigma_z. So votes that are alike within a week do not alarm by
    themselves. Source: D. Laney, "Improved control charts for attributes", Quality Engineering
    14(4), 2002, 531-537. Every week needs a vote.
    """
    if len(weeks) < BASELINE:
        return None
    frozen = weeks[:BASELINE]
    p = sum(week.hits for week in frozen) / sum(week.n for week in frozen)
    spread = [sqrt(p * (1 - p) / week.n) for week in weeks]
    if p in (0, 1):
        return [Limits(p, p, p)] * len(weeks)
    own = zip(frozen, spread, strict=False)
    sigma = _sigma([(week.hits / week.n - p) / s for week, s in own])
    reaches = [_REACH * s * sigma for s in spread]
    return [Limits(max(0.0, p - reach), p, min(1.0, p + reach)) for reach in reaches]


def signals(values: Sequence[float], limits: Sequence[Limits]) -> list[Signal | None]:
    """For each value: beyond its limits, or at least the eighth in a row on one side of the centre.

    The first 20 are judged as well; what stands out among them is in the limits already.
    """
    found: list[Signal | None] = []
    side, length = 0, 0
    for value, limit in zip(values, limits, strict=True):
        here = (value > limit.centre) - (value < limit.centre)
        length = length + 1 if here == side and here else 1
        side = here
        beyond = not limit.low <= value <= limit.high
        found.append("beyond" if beyond else "run" if here and length >= RUN else None)
    return found


def _sigma(values: Sequence[float]) -> float:
    return fmean(abs(after - before) for before, after in pairwise(values)) / _SIGMA
