"""How often intervals, trend words and classes are right: `python -m bench.coverage` simulates it.

Days are Dirichlet-multinomial: each has shares of its own, so that votes of a day are alike by a
known phi. Another 60 days of the same service are drawn to estimate it from, as the collector does.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from random import Random
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table

from collector.index.dispersion import Stratum, correlation, phi
from collector.index.figure import Figure, figure
from collector.index.scales import LINEAR
from collector.index.trend import trend

ROUNDS: Final = 1000
SEED: Final = 557
A_DAY: Final = 5  # votes
OTHERS: Final = 60  # days of the same service
SHARES: Final = (
    (0.02, 0.03, 0.95),
    (0.05, 0.10, 0.85),
    (0.10, 0.10, 0.80),
    (0.15, 0.25, 0.60),
    (0.30, 0.40, 0.30),
    (0.01, 0.90, 0.09),
)
VALUES: Final = tuple(float(point) for point in LINEAR.points.values())

Shares = tuple[float, ...]


class Rate(NamedTuple):
    """Of all rounds: the interval holds the truth; a change is seen where there is none."""

    n: int
    alike: int
    shares: Shares
    covered: float
    false_change: float
    false_class: float

    @property
    def smallest_cell(self) -> float:
        return self.n * min(self.shares)


def measure() -> Iterator[Rate]:
    for n, alike, shares in product((30, 60, 105), (1, 2, 3), SHARES):
        yield _rate(Random(SEED), n, alike, shares)


def _rate(random: Random, n: int, alike: int, shares: Shares) -> Rate:
    rho = (alike - 1) / (A_DAY - 1)
    truth = sum(share * value for share, value in zip(shares, VALUES, strict=True))
    right = figure(dict(zip(LINEAR.faces, (round(p * 10**7) for p in shares), strict=True))).grade
    covered = changed = wrong = 0
    for _ in range(ROUNDS):
        before, now = (_figure(random, n, rho, shares) for _ in range(2))
        covered += _holds(now, truth)
        changed += trend(before, now) != "tetap"
        wrong += now.grade not in (None, right)
    return Rate(n, alike, shares, covered / ROUNDS, changed / ROUNDS, wrong / ROUNDS)


def _figure(random: Random, n: int, rho: float, shares: Shares) -> Figure:
    own = [_day(random, rho, shares) for _ in range(n // A_DAY)]
    others = [_stratum([_day(random, rho, shares) for _ in range(OTHERS)]), _stratum(own)]
    votes = map(sum, zip(*own, strict=True))
    known = phi(correlation(others), others[1:])
    return figure(dict(zip(LINEAR.faces, votes, strict=True)), phi=known)


def _holds(known: Figure, truth: float) -> bool:
    return known.low is not None and known.high is not None and known.low <= truth <= known.high


def _day(random: Random, rho: float, shares: Shares) -> list[int]:
    own = shares
    if rho:
        own = tuple(random.gammavariate(p * (1 - rho) / rho, 1) + 1e-12 for p in shares)
    drawn = random.choices(range(len(shares)), own, k=A_DAY)
    return [drawn.count(face) for face in range(len(shares))]


def _stratum(days: list[list[int]]) -> Stratum:
    sums = [sum(n * value for n, value in zip(day, VALUES, strict=True)) for day in days]
    squares = sum(n * value**2 for day in days for n, value in zip(day, VALUES, strict=True))
    by_day = sum(s**2 / A_DAY for s in sums)
    votes = A_DAY * len(days)
    return Stratum(len(days), votes, A_DAY * votes, sum(sums), by_day, squares)


def main() -> None:
    table = Table(title=f"{ROUNDS} rounds each, seed {SEED}, {A_DAY} votes a day")
    for column in (
        "n",
        "φ",
        "frown/neutral/smile %",
        "≥ 5",
        "covered",
        "false word",
        "wrong class",
    ):
        table.add_column(column, justify="right")
    for rate in measure():
        table.add_row(
            str(rate.n),
            str(rate.alike),
            "/".join(f"{share:.0%}".rstrip("%") for share in rate.shares),
            "yes" if Decimal(str(rate.smallest_cell)) >= 5 else "",
            f"{rate.covered:.1%}",
            f"{rate.false_change:.1%}",
            f"{rate.false_class:.1%}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
