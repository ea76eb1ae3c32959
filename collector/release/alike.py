"""All votes of which the same would be said: is every small cell among them still in doubt?

What is said of some votes is chosen for all of them at once that would be told the same, or for
none. So the choice says nothing beside what it says: whoever runs this program on other votes to
learn from what it would have chosen, finds it choosing the same for all that are left.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from collector.ledger.releases import Counts
from collector.release.rules import AGENCY, PUBLIC
from collector.release.told import NOTHING, Told, at


class Said(NamedTuple):
    """Of some votes: what the public is told, and who may take their numbers as known.

    The head of the agency has them `exactly`, or else is told what the public is told. `whole`: the
    public may take them as known too, for no cell is small. Only such may be votes that are taken
    away: of others nothing is said.
    """

    public: Told
    exactly: bool
    whole: bool


def say(votes: Counts, most: int | None) -> Said:
    """The finest that leaves every small cell in doubt; `most`: it is known that they are no more.

    A floor, and nothing, leave each in doubt: they say nothing of how many there are.
    """
    enough = sum(map(abs, votes)) >= PUBLIC.minimum
    whole = enough and not any(map(PUBLIC.is_small, votes))
    if min(votes) < 0 or not enough:
        return Said(NOTHING, exactly=whole, whole=whole)
    exactly = not any(map(AGENCY.is_small, votes))
    return Said(_public(votes, exactly=exactly, most=most), exactly, whole)


def _public(votes: Counts, *, exactly: bool, most: int | None) -> Told:
    whole = at("rounded", PUBLIC, votes)
    if whole is not None:
        return whole
    merged = at("merged", PUBLIC, votes)
    if merged is not None and _is_safe(merged, exactly=exactly, most=most):
        return merged
    return at("floor", PUBLIC, votes) or NOTHING


@lru_cache(maxsize=1 << 14)
def _is_safe(told: Told, *, exactly: bool, most: int | None) -> bool:
    """Has no small cell the same number in all votes of which this would be said?"""
    cells: list[set[int]] = [set() for _ in range(5)]
    for votes in _alike(told, exactly=exactly, most=most):
        for seen, cell in zip(cells, _cells(votes), strict=True):
            seen.add(cell)
    return all(len(seen) > 1 or not any(map(PUBLIC.is_small, seen)) for seen in cells) and any(
        cells
    )


def _cells(votes: Counts) -> tuple[int, ...]:
    """Of single faces, and of all but the best or the worst."""
    return (*votes, sum(votes[:-1]), sum(votes[1:]))


def _alike(told: Told, *, exactly: bool, most: int | None) -> Iterator[Counts]:
    for votes in _near(told):
        if not PUBLIC.minimum <= sum(votes) <= (sum(votes) if most is None else most):
            continue
        if not any(map(PUBLIC.is_small, votes)) or at("merged", PUBLIC, votes) != told:
            continue
        if any(map(AGENCY.is_small, votes)) != exactly:
            yield votes


def _near(told: Told) -> Iterator[Counts]:
    """Votes whose two cells would be rounded so, with a small one among the others."""
    own, others = told.cells
    about = range(-(PUBLIC.step // 2), PUBLIC.step // 2 + 1)
    for alone, rest in product((own + off for off in about), (others + off for off in about)):
        small = range(min(rest, PUBLIC.small) + 1)
        for first in sorted({*small, *(rest - cell for cell in small)}):
            second = rest - first
            yield (first, second, alone) if told.alone == "best" else (alone, first, second)
