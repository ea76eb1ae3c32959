"""Interval and class of a figure, made from what is told of it and so telling nothing more."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple

from collector.index.classes import Grade
from collector.index.grades import grade_between
from collector.index.interval import exact_mean, interval
from collector.index.rounding import half_up
from collector.index.scales import DEFAULT
from collector.ledger.releases import Counts
from collector.release.rules import Rules
from collector.release.told import Told

_POINTS: Final = DEFAULT.points


class Measured(NamedTuple):
    """Points; all None where nothing, or no index, is told."""

    low: Decimal | None = None
    high: Decimal | None = None
    grade: Grade | None = None


@lru_cache(maxsize=1 << 12)
def measure(rules: Rules, told: Told, phi: Decimal) -> Measured:
    """The 95 % interval, outward to the decimals of the index, which it holds; and its class.

    It is the interval of votes that are like what was told: the cells themselves or, merged, those
    of the two outer faces among the others that come nearest to the index. Votes that are told
    roughly have another mean than the index, so their interval is moved along to it. `phi` widens
    it (collector.index.dispersion).
    """
    if told.index is None:
        return Measured()
    low, high = _bounds(told, told.index, phi)
    classes = DEFAULT.classes if rules.graded else None
    return Measured(low, high, None if classes is None else grade_between(low, high, classes))


def _bounds(told: Told, index: Decimal, phi: Decimal) -> tuple[Decimal, Decimal]:
    votes = dict(zip(_POINTS, likely(told), strict=True))
    low, high = interval(votes, _POINTS, phi)
    off = Decimal(0) if told.detail == "exact" else index - half_up(exact_mean(votes, _POINTS))
    step = Decimal((0, (1,), int(index.as_tuple().exponent)))
    lowest = max((low + off).quantize(step, ROUND_FLOOR), Decimal(int(DEFAULT.bottom)))
    highest = min((high + off).quantize(step, ROUND_CEILING), Decimal(int(DEFAULT.top)))
    return min(lowest, index), max(highest, index)


def likely(told: Told) -> Counts:
    """Votes like those of which the cells, and an index, were told."""
    if told.alone is None:
        return told.cells
    own, others = told.cells
    faces = len(_POINTS)
    alone, first, second = (0, 1, faces - 1) if told.alone == "worst" else (faces - 1, 0, faces - 2)
    tries = [{alone: own, first: worse} for worse in range(others, -1, -1)]
    splits = [_votes(some, second, others, faces) for some in tries]
    return min(splits, key=lambda votes: _away(votes, told))


def _votes(some: dict[int, int], second: int, others: int, faces: int) -> Counts:
    first = next(reversed(some))
    votes = [some.get(face, 0) for face in range(faces)]
    votes[second] += others - some[first]
    return tuple(votes)


def _away(votes: Counts, told: Told) -> Fraction:
    mean = exact_mean(dict(zip(_POINTS, votes, strict=True)), _POINTS)
    return abs(mean - Fraction(told.index or 0))
