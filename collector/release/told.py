"""What an audience is told of some votes. All else that it is shown follows from this alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from collector.index.rounding import half_up_to
from collector.index.scales import DEFAULT
from collector.ledger.releases import Alone, Counts, Detail
from collector.release.rules import DETAILS, FLOOR, Rules

_BOTH: Final[tuple[Alone, Alone]] = ("best", "worst")


@dataclass(frozen=True)
class Told:
    """`detail` says how much: exact; rounded; merged, into two cells; floor; nothing.

    `cells` are votes, rounded unless exact: one for each face, or, merged, that of the face that
    stands `alone` and that of all others together. A floor says only that there were enough votes
    and that the face that stands alone has more than 70 %. `index` is in points of the mapping.
    """

    detail: Detail
    n: int | None = None
    cells: Counts = ()
    alone: Alone | None = None
    index: Decimal | None = None


NOTHING: Final = Told("nothing")


def tell(rules: Rules, votes: Counts) -> Told:
    """The most that the rules allow of these votes, by their own cells alone."""
    if min(votes) < 0 or sum(votes) < rules.minimum:
        return NOTHING
    finest = DETAILS.index(rules.finest)
    tries = (at(detail, rules, votes) for detail in DETAILS[finest:])
    return next((told for told in tries if told is not None), NOTHING)


def shares_of(cells: Counts) -> Counts:
    """Whole percent of each cell, half-up, from the cells as they are told."""
    whole = sum(cells)
    return tuple((200 * cell + whole) // (2 * whole) for cell in cells)


def nearest(votes: int, step: int) -> int:
    """To the nearest multiple of `step`, halves upwards."""
    return (votes + step // 2) // step * step


def two(votes: Counts, alone: Alone) -> tuple[int, int]:
    """The votes of the face that stands alone, and of all others."""
    own = votes[-1] if alone == "best" else votes[0]
    return own, sum(votes) - own


def at(detail: Detail, rules: Rules, votes: Counts) -> Told | None:
    """At exactly this detail, or None if a cell would be small."""
    if detail in ("exact", "rounded"):
        return None if any(map(rules.is_small, votes)) else _whole(detail, rules, votes)
    if detail == "merged":
        return next(_merged(rules, votes), None)
    return next(_floors(votes), None) if detail == "floor" else NOTHING


def _whole(detail: Detail, rules: Rules, votes: Counts) -> Told:
    if detail == "exact":
        return Told(detail, sum(votes), votes, None, _index(votes, rules.places))
    return Told(detail, *_rounded(rules, votes, votes), None, _index(votes, 0))


def _rounded(rules: Rules, votes: Counts, cells: Counts) -> tuple[int, Counts]:
    step = rules.step
    return nearest(sum(votes), step), tuple(nearest(cell, step) for cell in cells)


def _merged(rules: Rules, votes: Counts) -> Iterator[Told]:
    for alone in _BOTH:
        cells = two(votes, alone)
        if not any(map(rules.is_small, cells)):
            yield Told("merged", *_rounded(rules, votes, cells), alone, _index(votes, 0))


def _floors(votes: Counts) -> Iterator[Told]:
    for alone in _BOTH:
        if 100 * two(votes, alone)[0] > FLOOR * sum(votes):
            yield Told("floor", alone=alone)


# Fractions are slow, and the test of a release asks for an index very often.
_WHOLE: Final = lcm(*(points.denominator for points in DEFAULT.points.values()))
_POINTS: Final = tuple(int(points * _WHOLE) for points in DEFAULT.points.values())


def _index(votes: Counts, places: int) -> Decimal:
    """The mean of the points of the default mapping, half-up to so many decimals."""
    points = sum(value * n for value, n in zip(_POINTS, votes, strict=True))
    return half_up_to(places, Fraction(points, _WHOLE * sum(votes)))
