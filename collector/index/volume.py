"""More votes in a period than those before explain."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from scipy.stats import nbinom

SMALLEST: Final = 1e-6


class Load(NamedTuple):
    """The votes of a period, and on how many days people were served in it."""

    votes: int
    days: int

    @property
    def open(self) -> bool:
        return self.days > 0


def spread(groups: Iterable[Sequence[Load]]) -> float:
    """By how much periods differ beyond chance: variance = mean + spread × mean². Not below 0.

    By moments, pooled over groups (kiosks), each with a rate of its own a day. Source:
    J. Lawless 1987, Canadian J. of Statistics 15, 209-225.
    """
    over, scale = 0.0, 0.0
    for group in groups:
        known = [each for each in group if each.open]
        if len(known) > 1:
            means = [rate(known) * each.days for each in known]
            squares = sum((each.votes - m) ** 2 for each, m in zip(known, means, strict=True))
            over += squares * len(known) / (len(known) - 1) - sum(means)
            scale += sum(m * m for m in means)
    return max(over / scale, 0.0) if scale else 0.0


def rate(loads: Iterable[Load]) -> float:
    """Votes a day."""
    known = list(loads)
    return sum(each.votes for each in known) / sum(each.days for each in known)


def chance_of_more(now: Load, before: Sequence[Load], wide: float) -> float:
    """That as many votes as in `now`, or more, come by chance (negative binomial).

    `before` has votes. Wide by how periods differ, and by how badly the rate is known.
    """
    known = [each for each in before if each.open]
    mean, days = rate(known) * now.days, sum(each.days for each in known)
    error = wide * sum(each.days**2 for each in known) / days**2
    size = 1 / max(wide + error + 1 / sum(each.votes for each in known), SMALLEST)
    return float(nbinom.sf(now.votes - 1, size, size / (size + mean)))
