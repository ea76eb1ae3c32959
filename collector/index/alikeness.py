"""How much more than by chance clusters of votes (days, weeks) differ, and the tails of that.

A cluster is (m, s): of m votes s show a face. The chance that a vote shows it differs between
clusters, with an intraclass correlation rho: a bad morning sours everybody.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from scipy.stats import betabinom

LEAST: Final = 0.02  # shares and their complements are taken as no smaller
SMALLEST: Final = 1e-6  # rho of votes that do not depend on each other


class Cluster(NamedTuple):
    votes: int
    of_face: int


def rho(groups: Iterable[Sequence[Cluster]]) -> float:
    """Pooled over groups (kiosks), each with a share of its own; 0 to 1.

    By moments: E (s - mp)^2 = m p (1 - p) (1 + rho (m - 1)), with b / (b - 1) for a p that was
    estimated from b clusters. Source: J. Kleinman 1973, JASA 68, 46-54.
    """
    over, scale = 0.0, 0.0
    for group in groups:
        known = [each for each in group if each.votes]
        if len(known) > 1:
            p = share(known)
            spread = sum((each.of_face - each.votes * p) ** 2 for each in known)
            by_chance = sum(each.votes for each in known) * p * (1 - p)
            over += spread * len(known) / (len(known) - 1) - by_chance
            scale += sum(each.votes * (each.votes - 1) for each in known) * p * (1 - p)
    return min(max(over / scale, 0.0), 1.0) if scale else 0.0


def share(clusters: Iterable[Cluster]) -> float:
    """Of the face, kept away from 0 and 1. There is at least one vote."""
    known = list(clusters)
    found = sum(each.of_face for each in known) / sum(each.votes for each in known)
    return min(max(found, LEAST), 1 - LEAST)


def beta(before: Sequence[Cluster], r: float, now: Sequence[Cluster] = ()) -> tuple[float, float]:
    """(a, b) of the Beta law of the share behind `now` (nothing: one cluster).

    Wide by how clusters differ, and by how badly the share before is known.
    """
    p, known = share(before), sum(each.votes for each in before)
    n = sum(each.votes for each in now)
    own = r * (sum(each.votes**2 for each in now) - n) / (n * (n - 1)) if n > 1 else r
    error = (1 + r * (sum(each.votes**2 for each in before) / known - 1)) / known
    wide = min(max(own + error, SMALLEST), 1 - SMALLEST)
    return p * (1 - wide) / wide, (1 - p) * (1 - wide) / wide


def chance_of_more(now: Sequence[Cluster], before: Sequence[Cluster], r: float) -> float:
    """That as many votes of the face as in `now`, or more, come by chance (beta-binomial)."""
    a, b = beta(before, r, now)
    n, s = (sum(each[i] for each in now) for i in (0, 1))
    return float(betabinom.sf(s - 1, n, a, b))
