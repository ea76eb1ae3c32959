"""What an audience has received, over the smallest parts of which its figures are sums.

A part is the votes of one unit in one month as they had arrived by some release: the first arrival,
or what came, or went, until a later one. So a revised figure is a sum of more parts than the first
one, and the difference between two versions, two periods or a place and its units is a set of parts
like every figure is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from collector.ledger.releases import Counts, Detail
from collector.release.rules import Rules
from collector.release.told import NOTHING, Told, nearest, tell


class Part(NamedTuple):
    unit: str
    month: str  # YYYY-MM
    arrival: int  # rising


Values = Mapping[Part, Counts]


class Region(NamedTuple):
    """Some votes that could be told apart: a figure's, or the difference of overlapping figures."""

    parts: frozenset[Part]
    beside: Counts  # votes that are in no part


@dataclass(frozen=True)
class Received:
    """One figure that an audience has, or is about to have.

    `beside` are votes in it that are in no part (dated only across months, or of other agencies):
    everybody is taken to know them. `cap` is the detail to which it was held down.
    """

    parts: frozenset[Part]
    beside: Counts
    rules: Rules
    cap: Detail
    told: Told

    @property
    def region(self) -> Region:
        return Region(self.parts, self.beside)


def says_the_same(given: Received, votes: Counts) -> bool:
    """Would the audience have been told just this, had the votes of the figure been these?"""
    told = given.told
    if told.detail == "exact":
        return votes == told.cells
    if told.cells and told.n != nearest(sum(votes), given.rules.step):
        return False
    return tell(given.rules, votes, given.cap) == told


def total(region: Region, values: Values) -> Counts:
    """All votes of the region, by face."""
    parts = (values[part] for part in region.parts)
    return tuple(map(sum, zip(region.beside, *parts, strict=True)))


def plus(one: Counts, other: Counts) -> Counts:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def minus(one: Counts, other: Counts) -> Counts:
    return tuple(a - b for a, b in zip(one, other, strict=True))


def regions(received: Iterable[Received]) -> list[Region]:
    """Every figure; and what is left of it without one, without all, or without all that tell
    anything, of those that lie inside of it. The same for the same figures, in the same order."""
    distinct = list(dict.fromkeys(received))
    found: dict[Region, None] = {}
    for figure in distinct:
        inside = [each for each in distinct if each.parts < figure.parts]
        told = [each for each in inside if each.told != NOTHING]
        without = [[], *([each] for each in inside), _apart(inside), _apart(told)]
        found.update(dict.fromkeys(_without(figure, some) for some in without))
    return [region for region in found if region.parts]


def _without(figure: Received, inside: Iterable[Received]) -> Region:
    parts, beside = figure.region
    for each in inside:
        parts, beside = parts - each.parts, minus(beside, each.beside)
    return Region(parts, beside)


def _apart(inside: Iterable[Received]) -> Iterator[Received]:
    """The largest of them that do not overlap."""
    taken: set[Part] = set()
    for each in sorted(inside, key=lambda each: -len(each.parts)):
        if not each.parts & taken:
            taken |= each.parts
            yield each
