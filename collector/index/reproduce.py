"""Can a published IKM be had from the answers or means that were published with it?"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from collector.index.skm import Mean


class Weight(NamedTuple):
    """A weight that is in use for nine elements. Only 1/9 is right: the others lower every NIK."""

    name: str
    value: Fraction


WEIGHTS: Final = (
    Weight("1/9", Fraction(1, 9)),
    Weight("0.111", Fraction(111, 1000)),
    Weight("0.11", Fraction(11, 100)),
)


class Span(NamedTuple):
    low: Fraction
    high: Fraction


def span_of(means: Mapping[str, Mean], weight: Fraction) -> Span:
    """Every NIK that the means allow, which are known only as far as they were printed."""
    middle = 25 * weight * sum((mean.value for mean in means.values()), Fraction(0))
    spread = 25 * weight * sum((mean.spread for mean in means.values()), Fraction(0))
    return Span(middle - spread, middle + spread)


def weights_that_give(published: Decimal, means: Mapping[str, Mean]) -> list[Weight]:
    """The weights with which `published` comes out, as far as it was rounded; often none."""
    exponent = published.as_tuple().exponent
    half = Fraction(1, 2) * Fraction(10) ** (exponent if isinstance(exponent, int) else 0)
    low, high = Fraction(published) - half, Fraction(published) + half
    spans = {weight: span_of(means, weight.value) for weight in WEIGHTS}
    return [weight for weight, span in spans.items() if span.low <= high and low <= span.high]
