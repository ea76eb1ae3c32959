"""How often a threshold on the fall of an index would be passed by nothing but chance."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from math import pi, sqrt
from statistics import NormalDist, fmean
from typing import Final, NamedTuple

from collector.index.trend import Estimate, difference

LEAST: Final = 4  # changes from a closed month to the next; fewer say nothing of its usual ones
_Z: Final = NormalDist().inv_cdf(0.975)


class Expected(NamedTuple):
    """Of one agency, looked at once a month."""

    a_month: Decimal  # false alarms that are to be expected
    changes: int  # from month to month, by which this was estimated
    fired: int  # of those, on which the threshold would have given an alert


class _Move(NamedTuple):
    """From a month to the next, in points; an alert needs a fall of more than `blur`."""

    change: float
    blur: float


def expected(months: Sequence[Estimate | None], threshold: Decimal) -> Expected | None:
    """By closed months in their order, None for one without an index; None: too little is known.

    Suppose that nothing moves the index but what has always moved it, without a trend. A change
    from month to month is then normal about 0, with the larger of two standard deviations: that
    of chance, which is the upper arm of the change's interval (see `difference`) over 1.96; and
    that by which the months did move, sqrt(pi / 2) times the mean of the absolute changes (the
    mean of |x| is sqrt(2 / pi) sigma for a normal x about 0). An alert needs a fall of `threshold`
    and an interval below 0, so that a month gives a false one with the chance
    Phi(-max(threshold, arm) / sigma).

    A real fall in these months makes sigma larger, and so the estimate: it errs on that side. Where
    chance alone moved twelve months it says up to twice as many as come.
    """
    moves = list(_moves(months))
    if len(moves) < LEAST:
        return None
    arm = fmean(move.blur for move in moves)
    sigma = max(arm / _Z, sqrt(pi / 2) * fmean(abs(move.change) for move in moves))
    rate = NormalDist(0, sigma).cdf(-max(float(threshold), arm)) if sigma else 0.0
    fired = sum(-move.change >= max(float(threshold), move.blur) for move in moves)
    return Expected(Decimal(rate).quantize(Decimal("0.001")), len(moves), fired)


def _moves(months: Sequence[Estimate | None]) -> Iterator[_Move]:
    for before, now in pairwise(months):
        bounds = None if before is None or now is None else difference(before, now)
        if bounds is None or before is None or now is None:
            continue
        if before.index is not None and now.index is not None:
            change = now.index - before.index
            yield _Move(float(change), float(bounds[1] - change))
