"""Gaps between votes of one face that are more even than those of a queue."""

from collections.abc import Sequence
from itertools import pairwise
from math import fsum, log
from typing import NamedTuple

from scipy.stats import chi2


class Stretch(NamedTuple):
    """So many gaps in a row, the most even of all that were looked at."""

    chance: float  # that so many gaps of a queue are as even as these, or more
    mean: float  # of the gaps, in the unit of the times
    gaps: int
    looks: int  # how many stretches there were


def evenness(gaps: Sequence[float]) -> float:
    """ln of arithmetic by geometric mean: 0 for equal gaps; positive gaps only."""
    m = len(gaps)
    return max(log(fsum(gaps) / m) - fsum(map(log, gaps)) / m, 0.0)


def chance(gaps: Sequence[float], shape: float) -> float:
    """That gamma gaps of this shape are as even as these or more; whatever their mean.

    M = 2 m k ln(AM / GM) is Bartlett's statistic for m variances of 2k degrees of freedom, and
    M / C is about chi squared with m - 1. Source: M. Bartlett 1937, Proc. Royal Society A 160,
    268-282.
    """
    m = len(gaps)
    correction = 1 + (m + 1) / (6 * shape * m)
    return float(chi2.cdf(2 * m * shape * evenness(gaps) / correction, m - 1))


def most_even(
    times: Sequence[float], length: int, least_mean: float, shape: float
) -> Stretch | None:
    """Of all stretches of so many gaps, with a mean above `least_mean`; None if there is none."""
    gaps = [after - before for before, after in pairwise(times)]
    stretches = (gaps[first : first + length] for first in range(len(gaps) - length + 1))
    slow = [own for own in stretches if fsum(own) > least_mean * length and min(own) > 0]
    if not slow:
        return None
    best = min(slow, key=evenness)
    return Stretch(chance(best, shape), fsum(best) / length, length, len(slow))
