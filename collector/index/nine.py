"""The nine elements as kiosks ask them: a figure for each, and one of all where each has enough.

It is *indeks kiosk sembilan unsur*: no SKM and no IKM, which only a survey gives. An element was
asked on some days and not on others, so that what those days were like is in its figure as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from collector.index.dispersion import INDEPENDENT
from collector.index.figure import Figure, figure
from collector.index.interval import exact_mean
from collector.index.rounding import down, half_up, up
from collector.index.scales import DEFAULT, FaceMapping
from collector.index.skm import SLUGS

LABEL: Final = "indeks kiosk sembilan unsur (bukan SKM, bukan IKM)"


@dataclass(frozen=True)
class Nine:
    """`elements` has all nine, in the order of the annex; `index` only if each has enough votes.

    Index and bounds are points of the mapping, to hundredths. There is no class: the table of
    PermenPANRB 14/2017 is for surveys.
    """

    elements: Mapping[str, Figure]
    index: Decimal | None
    low: Decimal | None
    high: Decimal | None
    mapping: str

    @property
    def asked(self) -> bool:
        return any(each.n for each in self.elements.values())

    @property
    def lacking(self) -> list[str]:
        return [slug for slug, each in self.elements.items() if not each.enough]


def nine(
    votes: Mapping[str, Mapping[str, int]],
    mapping: FaceMapping = DEFAULT,
    phi: Decimal = INDEPENDENT,
) -> Nine:
    """Of the votes by question (question → face → n); questions that are no element are left out.

    The index is the mean of the nine exact indices, each weighing 1/9, rounded once. Its interval
    is MOVER's for a mean of independent figures (G. Zou, W. Huang, X. Zhang, Computational
    Statistics and Data Analysis 53, 2009, 1080-1085): x - sqrt(sum (x_i - l_i)^2) / 9 and
    x + sqrt(sum (u_i - x_i)^2) / 9, rounded outward.
    """
    figures = {slug: figure(votes.get(slug, {}), mapping, phi) for slug in SLUGS}
    if not all(each.enough for each in figures.values()):
        return Nine(figures, None, None, None, mapping.name)
    exact = sum(
        (exact_mean(each.counts, mapping.points) for each in figures.values()), Fraction(0)
    ) / len(SLUGS)
    index = half_up(exact)
    low, high = _bounds(list(figures.values()), exact)
    return Nine(figures, index, min(low, index), max(high, index), mapping.name)


def _bounds(figures: list[Figure], mean: Fraction) -> tuple[Decimal, Decimal]:
    below = above = Decimal(0)
    for each in figures:
        if each.index is not None and each.low is not None and each.high is not None:
            below += (each.index - each.low) ** 2
            above += (each.high - each.index) ** 2
    middle = Decimal(mean.numerator) / mean.denominator
    return (
        down(middle - below.sqrt() / len(figures)),
        up(middle + above.sqrt() / len(figures)),
    )
