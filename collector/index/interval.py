"""How far the index may be from what all people served would have said."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import sqrt
from typing import Final

from scipy.special import betaincinv

from collector.index.dispersion import INDEPENDENT
from collector.index.rounding import down, half_up, up

CONFIDENCE: Final = 0.95
_PRIOR: Final = 0.5  # Jeffreys
_SHARE: Final = {"other": Fraction(0), "hit": Fraction(100)}
_NEARLY: Final = 1e-9  # keeps floating dust from pushing a bound over the next hundredth


def interval(
    counts: Mapping[str, int], points: Mapping[str, Fraction], phi: Decimal = INDEPENDENT
) -> tuple[Decimal, Decimal]:
    """The 95 % interval of the mean of `points`, outward to hundredths; it holds the mean.

    The shares p of the faces have the posterior Dirichlet(n_k + 1/2), Jeffreys' prior. With
    alpha_k = n_k + 1/2, A = sum of alpha_k and points a_k scaled to [0, 1]:

        m = sum(a_k alpha_k) / A,   v = sum((a_k - m)^2 alpha_k) / A / (A + 1)

    are the mean and variance of sum(a_k p_k), whose law is taken as the Beta with the same two:
    Beta(m k, (1 - m) k), k = m (1 - m) / v - 1. The bounds are its 2.5 % and 97.5 % quantiles.

    Sources: Brown, Cai and DasGupta 2001, "Interval estimation for a binomial proportion",
    Statistical Science 16(2) (two faces: it is their Jeffreys interval exactly); moments of the
    Dirichlet: Kotz, Balakrishnan and Johnson 2000, "Continuous multivariate distributions",
    ch. 49.

    Where votes of a day are alike (phi > 1), each bound is the outer of two: its distance from the
    mean times sqrt(phi); and the bound that n / phi votes of the same shares would have. The first
    alone is short beside a rare face, the second where nearly all votes are equal.
    """
    bottom, top = min(points.values()), max(points.values())
    width = float(top - bottom)
    mean = float((exact_mean(counts, points) - bottom) / (top - bottom))
    low, high = _widened(counts, points, mean, float(phi))
    lowest, highest = float(bottom) + width * low, float(bottom) + width * high
    return max(down(lowest + _NEARLY), half_up(bottom)), min(up(highest - _NEARLY), half_up(top))


def share_interval(hits: int, n: int, phi: Decimal = INDEPENDENT) -> tuple[Decimal, Decimal]:
    """The 95 % interval of a face's share, in percent, outward to hundredths; it holds hits / n.

    The same interval of two faces worth 0 and 100: with phi = 1 it is Jeffreys' of a proportion.
    """
    return interval({"hit": hits, "other": n - hits}, _SHARE, phi)


def _widened(
    counts: Mapping[str, int], points: Mapping[str, Fraction], mean: float, phi: float
) -> tuple[float, float]:
    """The bounds, with mean and bounds scaled to [0, 1]; they hold the mean."""
    low, high = _beta_bounds(*_posterior(counts, points, 1.0))
    fewer_low, fewer_high = _beta_bounds(*_posterior(counts, points, phi))
    far = sqrt(phi)
    lowest = min(mean - (mean - low) * far, fewer_low, low, mean)
    highest = max(mean + (high - mean) * far, fewer_high, high, mean)
    return max(lowest, 0.0), min(highest, 1.0)


def exact_mean(counts: Mapping[str, int], points: Mapping[str, Fraction]) -> Fraction:
    """The mean of the points over all votes; there must be one."""
    total = sum((points[face] * counts[face] for face in points), Fraction(0))
    return total / sum(counts[face] for face in points)


def _posterior(
    counts: Mapping[str, int], points: Mapping[str, Fraction], phi: float
) -> tuple[float, float, float]:
    """Mean of the points, these scaled to [0, 1], what it lacks to 1, and its variance, of n / phi
    votes. Each is a sum of its own: a difference of sums would have nothing left of 10^15 votes.
    """
    alphas = [counts[face] / phi + _PRIOR for face in points]
    whole = sum(alphas)
    weighed = [
        (a, alpha / whole) for a, alpha in zip(_scaled(tuple(points.values())), alphas, strict=True)
    ]
    mean = sum(a * weight for a, weight in weighed)
    lack = sum((1 - a) * weight for a, weight in weighed)
    spread = sum((a - mean) ** 2 * weight for a, weight in weighed)
    return mean, lack, spread / (whole + 1)


@lru_cache(maxsize=64)
def _scaled(points: tuple[Fraction, ...]) -> tuple[float, ...]:
    """From 0 to 1. Fractions are slow, and there are few mappings."""
    bottom, top = min(points), max(points)
    return tuple(float((value - bottom) / (top - bottom)) for value in points)


def _beta_bounds(mean: float, lack: float, variance: float) -> tuple[float, float]:
    size = mean * lack / variance - 1
    alpha, beta = mean * size, lack * size
    tail = (1 - CONFIDENCE) / 2
    return float(betaincinv(alpha, beta, tail)), float(betaincinv(alpha, beta, 1 - tail))
