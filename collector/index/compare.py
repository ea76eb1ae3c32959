"""Agencies of one type of service beside each other: three groups, and how little a rank says.

Never across types of service, and never as a list of places.
"""

from collections.abc import Mapping
from decimal import Decimal
from math import sqrt
from typing import Final, Literal, NamedTuple

from scipy.special import ndtri

from collector.index.figure import Figure
from collector.index.interval import CONFIDENCE
from collector.index.rounding import down, up

Group = Literal["jelas di atas", "setara", "jelas di bawah"]

LEAST: Final = 3  # agencies with an index; of two, the mean lies between them and says nothing
_ROUNDS: Final = 60  # halvings: to less than a millionth of a point
_Z: Final = float(ndtri((1 + CONFIDENCE) / 2))


class Standing(NamedTuple):
    """One agency among those that serve alike.

    `low` to `high` is the funnel: where its index would lie if all were as the mean of them is.
    `best` to `worst` are the places that it may have, 1 the highest; true of all at once at 95 %.
    """

    group: Group
    low: Decimal
    high: Decimal
    best: int
    worst: int


class _Point(NamedTuple):
    value: float
    variance: float


def standings(figures: Mapping[str, Figure]) -> dict[str, Standing]:
    """Agency → standing, of those with an index; empty where they are under three.

    True indices are taken as normal around a mean mu with variance tau². tau² is that of R. Paule
    and J. Mandel (Journal of Research of the NBS 87, 1982, 377-385). An agency's own index is
    drawn towards mu by B = s² / (s² + tau²), s being its standard error (a quarter of the width of
    its interval, nearly); "jelas" is said where the 95 % interval of what is left leaves out mu
    (empirical Bayes: C. Morris, JASA 78, 1983, 47-55). The funnel is mu ± 1.96 s (D. Spiegelhalter,
    Statistics in Medicine 24, 2005, 1185-1202). Places: one is certainly better than another where
    their difference is beyond chance for all pairs at once, by Bonferroni.
    """
    points = {name: point for name, each in figures.items() if (point := _point(each)) is not None}
    if len(points) < LEAST:
        return {}
    tau = _between(list(points.values()))
    return {name: _standing(name, points, tau) for name in points}


def _point(figure: Figure) -> _Point | None:
    if figure.index is None or figure.low is None or figure.high is None:
        return None
    return _Point(float(figure.index), (float(figure.high - figure.low) / (2 * _Z)) ** 2)


def _standing(name: str, points: Mapping[str, _Point], tau: float) -> Standing:
    own, middle = points[name], _mean(list(points.values()), tau)
    pulled = own.variance / (own.variance + tau)
    left = (1 - pulled) * (own.value - middle)
    spread = (1 - pulled) * own.variance + pulled**2 * _error(list(points.values()), tau)
    reach, funnel = _Z * sqrt(spread), _Z * sqrt(own.variance)
    group: Group = "setara"
    if abs(left) > reach:
        group = "jelas di atas" if left > 0 else "jelas di bawah"
    best, worst = _places(name, points)
    return Standing(group, down(middle - funnel), up(middle + funnel), best, worst)


def _mean(points: list[_Point], tau: float) -> float:
    weights = [1 / (each.variance + tau) for each in points]
    return sum(w * each.value for w, each in zip(weights, points, strict=True)) / sum(weights)


def _error(points: list[_Point], tau: float) -> float:
    """The variance of that mean."""
    return 1 / sum(1 / (each.variance + tau) for each in points)


def _between(points: list[_Point]) -> float:
    """tau²: with it, the indices lie around their mean as far as their errors say; else 0."""
    low, high = 0.0, max((a.value - b.value) ** 2 for a in points for b in points) + 1
    if _excess(points, 0.0) <= 0:
        return 0.0
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (middle, high) if _excess(points, middle) > 0 else (low, middle)
    return (low + high) / 2


def _excess(points: list[_Point], tau: float) -> float:
    middle = _mean(points, tau)
    far = sum((each.value - middle) ** 2 / (each.variance + tau) for each in points)
    return far - (len(points) - 1)


def _places(name: str, points: Mapping[str, _Point]) -> tuple[int, int]:
    pairs = len(points) * (len(points) - 1) / 2
    far = float(ndtri(1 - (1 - CONFIDENCE) / (2 * pairs)))
    own = points[name]
    steps = [
        (each.value - own.value) / sqrt(each.variance + own.variance)
        for other, each in points.items()
        if other != name
    ]
    return 1 + sum(step > far for step in steps), len(points) - sum(step < -far for step in steps)
