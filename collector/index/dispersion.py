"""How much more the votes of a day are alike than chance makes them: phi, by which intervals widen.

A bad morning sours everybody, so a hundred votes of one day say less than a hundred of many days.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import chain
from typing import Final, NamedTuple

from collector.index.periods import Days

INDEPENDENT: Final = Decimal(1)
LEAST_DAYS: Final = 20  # beyond the first of each stratum; fewer say too little of phi
_WINDOW: Final = timedelta(weeks=6)
_CENT: Final = Decimal("0.01")


class Stratum(NamedTuple):
    """The days of one agency in one month, with m votes each and the sum s of their points.

    Points are those of the mapping, times any factor.
    """

    days: int
    votes: int  # sum of m
    squares: int  # sum of m squared
    points: float  # sum of s
    by_day: float  # sum of s squared / m
    by_vote: float  # sum over all votes of their points squared


def window(days: Days) -> Days:
    """The days from which phi is estimated: the last six weeks of the period.

    It is a trait of a service and of how many come in a day, and does not grow with the period.
    """
    return Days(max(days.first, days.end - _WINDOW), days.end)


def dispersions(
    strata: Mapping[str, Sequence[Stratum]], services: Mapping[str, str]
) -> dict[str, Decimal]:
    """phi of each agency that has strata; `services` names the type of service of each agency.

    How alike votes of a day are is taken from all agencies of that service together; from all
    agencies where these have under 20 days; and as independent where all together have.
    """
    everybody = correlation(chain.from_iterable(strata.values()))
    pooled: dict[str, float | None] = {
        service: correlation(
            each
            for agency, own in strata.items()
            if services.get(agency, "") == service
            for each in own
        )
        for service in {services.get(agency, "") for agency in strata}
    }
    found: dict[str, Decimal] = {}
    for agency, own in strata.items():
        rho = pooled[services.get(agency, "")]
        found[agency] = phi(everybody if rho is None else rho, own)
    return found


def correlation(strata: Iterable[Stratum]) -> float | None:
    """The intraclass correlation of the points of votes of one day, 0 to 1; None: too few days.

    The estimator of the analysis of variance with days as classes, within strata, so that what
    changed from month to month is not taken for chance:

        rho = (MSB - MSW) / (MSB + (m0 - 1) MSW)

    Source: A. Donner 1986, "A review of inference procedures for the intraclass correlation
    coefficient in the one-way random effects model", International Statistical Review 54, 67-82.
    """
    known = [each for each in strata if each.votes]
    between_df = sum(each.days - 1 for each in known)
    within_df = sum(each.votes - each.days for each in known)
    if between_df < LEAST_DAYS or within_df < LEAST_DAYS:
        return None
    between = sum(each.by_day - each.points**2 / each.votes for each in known) / between_df
    within = sum(each.by_vote - each.by_day for each in known) / within_df
    size = sum(each.votes - each.squares / each.votes for each in known) / between_df
    whole = between + (size - 1) * within
    return min(max((between - within) / whole, 0.0), 1.0) if whole > 0 else 0.0


def phi(rho: float | None, own: Sequence[Stratum]) -> Decimal:
    """The design effect 1 + rho (sum m² / sum m - 1), at least 1, upwards to hundredths.

    Source: L. Kish, "Survey sampling", 1965, ch. 5, for clusters of unequal size.
    """
    votes = sum(each.votes for each in own)
    if not rho or not votes:
        return INDEPENDENT
    effect = 1 + rho * (sum(each.squares for each in own) / votes - 1)
    return max(INDEPENDENT, Decimal(effect).quantize(_CENT, ROUND_CEILING))
