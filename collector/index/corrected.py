"""What corrections within a settle window do to an index: they go downwards only."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from collector.index.interval import exact_mean, interval
from collector.index.rounding import half_up
from collector.index.scales import DEFAULT, FaceMapping

Direction = tuple[str, str]  # the face of the first vote of a window, and of the one that counts


class Gap(NamedTuple):
    """The index as it is, and without any correction; points of the mapping, to hundredths."""

    shown: Decimal
    low: Decimal  # the interval of the index
    high: Decimal
    uncorrected: Decimal

    @property
    def is_odd(self) -> bool:
        return not self.low <= self.uncorrected <= self.high


def gap(
    votes: Mapping[str, int],
    corrections: Mapping[Direction, int],
    phi: Decimal,
    mapping: FaceMapping = DEFAULT,
) -> Gap | None:
    """`votes` as they count, `corrections` are in them. None if there is no vote of the mapping."""
    points = mapping.points
    known = {face: votes.get(face, 0) for face in points}
    if not any(known.values()):
        return None
    before = Counter(known)
    for (first, last), n in corrections.items():
        if first in points and last in points:
            before[first] += n
            before[last] -= n
    return Gap(
        half_up(exact_mean(known, points)),
        *interval(known, points, phi),
        half_up(exact_mean(before, points)),
    )
