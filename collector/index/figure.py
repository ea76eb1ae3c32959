"""One number for one place and period, never without n and an interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from collector.index.classes import Grade
from collector.index.dispersion import INDEPENDENT
from collector.index.grades import grade_between
from collector.index.interval import exact_mean, interval
from collector.index.rounding import half_up
from collector.index.scales import DEFAULT, FaceMapping

MINIMUM: Final = 30  # votes; below it nothing but n is said: "data belum cukup"


@dataclass(frozen=True)
class Figure:
    """What the votes say. Index and bounds are points of the mapping, to hundredths.

    `counts` has every face of the mapping, least favourable first, and n is their sum; `foreign`
    votes show a face that the mapping does not know and count in nothing. `shares` are parts of
    one. Without `enough` votes there are no shares, no index, no interval and no grade; and no
    grade either where the interval touches two classes: "belum dapat digolongkan"; nor where the
    mapping has no classes.
    """

    n: int
    counts: Mapping[str, int]
    foreign: int
    shares: Mapping[str, Decimal]
    index: Decimal | None
    low: Decimal | None
    high: Decimal | None
    grade: Grade | None
    enough: bool
    mapping: str
    phi: Decimal  # by how much votes of one day are alike: 1 is as chance has it


def figure(
    counts: Mapping[str, int], mapping: FaceMapping = DEFAULT, phi: Decimal = INDEPENDENT
) -> Figure:
    """The figure of these votes (face → n); faces that are missing have no votes."""
    known = {face: counts.get(face, 0) for face in mapping.points}
    n = sum(known.values())
    foreign = sum(counts.values()) - n
    if n < MINIMUM:
        return Figure(n, known, foreign, {}, None, None, None, None, False, mapping.name, phi)
    return _figure(n, known, foreign, mapping, phi)


def _figure(
    n: int, known: Mapping[str, int], foreign: int, mapping: FaceMapping, phi: Decimal
) -> Figure:
    low, high = interval(known, mapping.points, phi)
    return Figure(
        n=n,
        counts=known,
        foreign=foreign,
        shares={face: Decimal(votes) / n for face, votes in known.items()},
        index=half_up(exact_mean(known, mapping.points)),
        low=low,
        high=high,
        grade=None if mapping.classes is None else grade_between(low, high, mapping.classes),
        enough=True,
        mapping=mapping.name,
        phi=phi,
    )
