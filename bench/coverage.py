"""How often intervals, letters, words of change and groups are right, by simulation.

`python -m bench.coverage` writes the tables of docs/method.md, in half an hour. Days are
Dirichlet-multinomial: each has shares of its own, so that votes of a day are alike by a known phi.
Another 60 days of the same service are drawn to estimate it from, as the collector does.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import product
from pathlib import Path
from statistics import fmean
from typing import Any, Final, NamedTuple

import numpy as np

from collector.index.classes import CLASSES_2017
from collector.index.compare import Standing, standings
from collector.index.dispersion import Stratum, correlation, phi
from collector.index.figure import Figure, figure
from collector.index.grades import grade_of
from collector.index.rounding import half_up
from collector.index.scales import LINEAR
from collector.index.trend import trend

METHOD: Final = Path(__file__).parents[1] / "docs" / "method.md"
SEED: Final = 6303
ROUNDS: Final = 2000
A_DAY: Final = 5  # votes
OTHERS: Final = 60  # days of the same service
SIZES: Final = (30, 60, 105, 300)
ALIKE: Final = (1, 2, 3)  # phi
ENOUGH: Final = 5  # votes of each face that are expected: the promise is stricter from there on
POINTS: Final = np.array([float(each) for each in LINEAR.points.values()])

# A grid of shares (frown, neutral), in percent; the rest smiles.
GRID: Final = tuple(
    (frown / 100, neutral / 100, (100 - frown - neutral) / 100)
    for frown, neutral in product((1, 2, 5, 10, 17, 30, 50), (1, 3, 10, 17, 30, 60))
    if frown + neutral < 100
)

Shares = tuple[float, ...]


class Rate(NamedTuple):
    """Of all rounds of one n, phi and mix of shares, the part in which …"""

    n: int
    alike: int
    shares: Shares
    covered: float  # the interval holds the truth
    false_change: float  # a word of change is said of two months that are alike
    wrong_letter: float  # a letter is given, and it is not that of the truth
    wrong_plain: float  # the index alone, without its interval, would have the wrong letter
    unsaid: float  # no letter is given

    @property
    def ample(self) -> bool:
        return self.n * min(self.shares) >= ENOUGH


def rates(sizes: Iterable[int], grid: Sequence[Shares], rounds: int) -> Iterator[Rate]:
    for n, alike, shares in product(sizes, ALIKE, grid):
        yield rate(n, alike, shares, rounds)


def rate(n: int, alike: int, shares: Shares, rounds: int) -> Rate:
    rng = np.random.default_rng([SEED, n, alike, *(round(1000 * share) for share in shares)])
    truth = float(POINTS @ np.array(shares))
    right = _letter(shares)
    found: Counter[str] = Counter()
    befores, nows = (list(_figures(rng, n, alike, shares, rounds)) for _ in range(2))
    for before, now in zip(befores, nows, strict=True):
        found["covered"] += _holds(now, truth)
        found["false_change"] += trend(before, now) != "tetap"
        found["wrong_letter"] += now.grade not in (None, right)
        found["wrong_plain"] += now.index is not None and grade_of(now.index) != right
        found["unsaid"] += now.grade is None
    return Rate(n, alike, shares, *(found[name] / rounds for name in Rate._fields[3:]))


def _letter(shares: Shares) -> str:
    """Of the true index, without floating dust: shares are whole thousandths."""
    exact = [Fraction(round(1000 * share), 1000) for share in shares]
    priced = zip(LINEAR.points.values(), exact, strict=True)
    truth = sum((points * share for points, share in priced), Fraction(0))
    return CLASSES_2017.of(half_up(truth)).mutu


def _holds(known: Figure, truth: float) -> bool:
    return known.low is not None and known.high is not None and known.low <= truth <= known.high


# ---------------------------------------------------------------- votes


def _figures(
    rng: np.random.Generator, n: int, alike: int, shares: Shares, rounds: int
) -> Iterator[Figure]:
    """Of n votes each, with a phi that is estimated from other days."""
    own = _days(rng, alike, shares, (rounds, n // A_DAY))
    others = _days(rng, alike, shares, (rounds, OTHERS))
    for mine, theirs in zip(own, others, strict=True):
        strata = [_stratum(mine), _stratum(theirs)]
        counts = tuple(int(votes) for votes in mine.sum(axis=0))
        yield _figure(counts, phi(correlation(strata), strata[:1]))


def _days(rng: np.random.Generator, alike: int, shares: Shares, shape: tuple[int, ...]) -> Any:
    """Votes by face, for each day of each round."""
    rho = (alike - 1) / (A_DAY - 1)
    if not rho:
        return rng.multinomial(A_DAY, shares, size=shape)
    own = rng.dirichlet(np.array(shares) * (1 - rho) / rho, size=shape)
    return rng.multinomial(A_DAY, own / own.sum(axis=-1, keepdims=True))


def _stratum(days: Any) -> Stratum:
    sums = days @ POINTS
    return Stratum(
        days=len(days),
        votes=A_DAY * len(days),
        squares=A_DAY**2 * len(days),
        points=float(sums.sum()),
        by_day=float((sums**2).sum() / A_DAY),
        by_vote=float((days @ POINTS**2).sum()),
    )


@lru_cache(maxsize=1 << 18)
def _figure(counts: tuple[int, ...], alike: Any) -> Figure:
    return figure(dict(zip(LINEAR.faces, counts, strict=True)), phi=alike)


# ---------------------------------------------------------------- agencies beside each other


class Ranking(NamedTuple):
    """Of many groups of agencies, the part in which …"""

    n: int
    alike: int
    spread: int  # standard deviation of the true indices, in points
    wrong_side: float  # of all agencies: said to be clearly above or below, and is not
    told: float | None  # of those 5 points or more from the mean: told apart, rightly
    places: float  # of all groups: every true place lies in its interval


AGENCIES: Final = 20
GROUPS: Final = 200
FAR: Final = 5  # points
SPREADS: Final = (0, 3, 6)
_MIDDLE: Final = 82.0


def rankings(sizes: Iterable[int], groups: int) -> Iterator[Ranking]:
    for n, alike, spread in product(sizes, ALIKE, SPREADS):
        yield ranking(n, alike, spread, groups)


class Group(NamedTuple):
    """Agencies that serve alike: how many are said to be where they are not, and so on."""

    wrong: int
    told: int
    far: int
    placed: bool


def ranking(n: int, alike: int, spread: int, groups: int) -> Ranking:
    rng = np.random.default_rng([SEED, n, alike, spread])
    found = [_group(rng, n, alike, spread) for _ in range(groups)]
    far = sum(each.far for each in found)
    return Ranking(
        n,
        alike,
        spread,
        wrong_side=sum(each.wrong for each in found) / (groups * AGENCIES),
        told=sum(each.told for each in found) / far if far else None,
        places=fmean(each.placed for each in found),
    )


def _group(rng: np.random.Generator, n: int, alike: int, spread: int) -> Group:
    truths = [float(each) for each in np.clip(rng.normal(_MIDDLE, spread, AGENCIES), 60, 97)]
    figures = {
        str(i): next(_figures(rng, n, alike, _shares_of(truth), 1))
        for i, truth in enumerate(truths)
    }
    middle, found = fmean(truths) if spread else _MIDDLE, standings(figures)
    told = [
        (_side(found[str(i)].group), truth - middle if spread else 0.0)
        for i, truth in enumerate(truths)
    ]
    return Group(
        wrong=sum(side * away <= 0 for side, away in told if side),
        told=sum(side * away > 0 for side, away in told if abs(away) >= FAR),
        far=sum(abs(away) >= FAR for _, away in told),
        placed=all(_placed(found[str(i)], truth, truths) for i, truth in enumerate(truths)),
    )


def _placed(standing: Standing, own: float, truths: Sequence[float]) -> bool:
    """Its true place, or those that it shares with its equals, lie in its interval."""
    better, worse = sum(each > own for each in truths), sum(each < own for each in truths)
    return standing.best <= 1 + better and len(truths) - worse <= standing.worst


def _shares_of(index: float) -> Shares:
    """A mix with this index: two neutral faces to each frown."""
    frown = (100 - index) / (75 + 2 * 37.5)
    return (frown, 2 * frown, 1 - 3 * frown)


def _side(group: str) -> int:
    return {"jelas di atas": 1, "setara": 0, "jelas di bawah": -1}[group]


# ---------------------------------------------------------------- tables


def coverage_table(found: Sequence[Rate]) -> list[str]:
    head = ["n", "φ", "every face expected ≥ 5 times: mean", "range", "elsewhere: mean", "range"]
    lines = _head([*head, "mixes under 93 %"])
    for n, alike in sorted({(each.n, each.alike) for each in found}):
        own = [each for each in found if (each.n, each.alike) == (n, alike)]
        cells = []
        for ample in (True, False):
            covered = [each.covered for each in own if each.ample == ample]
            cells += [_percent(fmean(covered)), _range(covered)] if covered else ["", ""]
        low = sum(each.covered < 0.93 for each in own)
        lines.append(_row(n, alike, *cells, f"{low} of {len(own)}"))
    return lines


def letter_table(found: Sequence[Rate]) -> list[str]:
    names = ["n", "φ", "wrong letter: mean", "highest", "no letter: mean"]
    names += ["wrong by the index alone: mean", "highest", "false word of change: mean", "highest"]
    lines = _head(names)
    for n, alike in sorted({(each.n, each.alike) for each in found}):
        own = [each for each in found if (each.n, each.alike) == (n, alike)]
        wrong, plain, words, unsaid = (
            [getattr(each, name) for each in own]
            for name in ("wrong_letter", "wrong_plain", "false_change", "unsaid")
        )
        cells = [fmean(wrong), max(wrong), fmean(unsaid), fmean(plain), max(plain)]
        lines.append(_row(n, alike, *map(_percent, [*cells, fmean(words), max(words)])))
    return lines


def ranking_table(found: Sequence[Ranking]) -> list[str]:
    names = ["n", "φ", "true spread", "clearly on the wrong side", "told apart at ≥ 5 points"]
    lines = _head([*names, "all places right at once"])
    for each in found:
        told = "" if each.told is None else _percent(each.told)
        cells = (_percent(each.wrong_side), told, _percent(each.places))
        lines.append(_row(each.n, each.alike, each.spread, *cells))
    return lines


def _head(names: Sequence[str]) -> list[str]:
    return [_row(*names), _row(*["---"] * len(names))]


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _percent(part: float) -> str:
    return f"{part:.1%}".replace("%", " %")


def _range(parts: Sequence[float]) -> str:
    return f"{min(parts):.1%} – {max(parts):.1%}".replace("%", " %")


def put(text: str, name: str, lines: Iterable[str]) -> str:
    """The text with the lines between the marks of that name."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, mark, rest = text.partition(begin)
    _, closing, after = rest.partition(end)
    if not mark or not closing:
        raise ValueError(f"no marks for {name}: {begin!r} … {end!r}")
    return before + begin + "\n".join(lines) + "\n" + end + after


def main() -> None:
    found = list(rates(SIZES, GRID, ROUNDS))
    text = METHOD.read_text()
    text = put(text, "coverage", coverage_table(found))
    text = put(text, "letters", letter_table(found))
    text = put(text, "groups", ranking_table(list(rankings((60, 105, 300), GROUPS))))
    METHOD.write_text(text)


if __name__ == "__main__":
    main()
