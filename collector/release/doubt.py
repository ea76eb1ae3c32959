"""The test of a release: is a small cell, or a small difference, still in doubt?

It is in doubt while there are other votes, by which the audience would have received exactly the
same figures, and in which the cell has another number. Such votes are looked for by changing the
true ones a little; those that are found are a proof, whatever is reckoned from the figures. Where
none are found, the cell is taken as determined and the figure is not given, though perhaps it
might have been.

Not looked at: whether the same details would have been chosen for the other votes, which whoever
runs the rules may ask (docs/releases.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, product
from typing import Final, NamedTuple

from collector.ledger.releases import Counts
from collector.release.received import (
    Part,
    Received,
    Region,
    Values,
    plus,
    regions,
    says_the_same,
    total,
)
from collector.release.rules import Rules

Change = Mapping[Part, Counts]
Faces = tuple[int, ...]

_ONE: Final = 6  # so many votes are changed where one part is
_MOVED: Final = 3  # or moved between two
_TWO: Final = 2  # or changed in each of two
_INSIDE: Final = 4  # so many parts of the cell are tried
_OUTSIDE: Final = 8  # and so many others


class Cell(NamedTuple):
    """The votes of some faces in a region."""

    region: Region
    faces: Faces

    def of(self, votes: Counts) -> int:
        return sum(votes[face] for face in self.faces)


def small_cells(received: Sequence[Received], rules: Rules, values: Values) -> Iterator[Cell]:
    """Those that are small in truth: of single faces, and of all but the best or the worst."""
    for region in regions(received):
        votes = total(region, values)
        for faces in _groups(len(votes)):
            cell = Cell(region, faces)
            if rules.is_small(cell.of(votes)):
                yield cell


Memory = dict[Cell, list[Change]]  # changes that showed a cell in doubt, to be tried first


class Known:
    """What was received, by the parts that it concerns."""

    def __init__(self, received: Sequence[Received], values: Values) -> None:
        self.values = values
        self.received = list(dict.fromkeys(received))
        self.totals = [total(figure.region, values) for figure in self.received]
        self.about: dict[Part, list[int]] = {}
        for number, figure in enumerate(self.received):
            for part in figure.parts:
                self.about.setdefault(part, []).append(number)

    def allows(self, change: Change) -> bool:
        """Are these votes possible, and would all figures have been the same?"""
        if any(_below_nothing(self.values[part], step) for part, step in change.items()):
            return False
        concerned = {number for part in change for number in self.about.get(part, ())}
        return all(self._same(number, change) for number in concerned)

    def _same(self, number: int, change: Change) -> bool:
        figure, votes = self.received[number], self.totals[number]
        for part, step in change.items():
            votes = plus(votes, step) if part in figure.parts else votes
        return says_the_same(figure, votes)

    def samples(self, region: Region) -> tuple[list[Part], list[Part]]:
        """Parts inside and outside of a region: one of all about which the same figures are.

        Those of fewest figures come first.
        """
        unknown = [part for part in sorted(region.parts) if part not in self.about]
        inside = [part for part in self.about if part in region.parts]
        outside = [part for part in self.about if part not in region.parts]
        return [*unknown, *self._unlike(inside)], self._unlike(outside)

    def _unlike(self, parts: list[Part]) -> list[Part]:
        groups: dict[tuple[int, ...], Part] = {}
        for part in sorted(parts, key=lambda part: (sum(self.values[part]), part)):
            groups[tuple(self.about[part])] = part
        return [groups[figures] for figures in sorted(groups, key=len)]


def in_doubt(cell: Cell, known: Known, rules: Rules, memory: Memory) -> bool:
    """Have so many numbers been shown to be possible as the rules ask for?"""
    possible: dict[int, Change] = {0: {}}  # differences to the true number
    tried = _changes(cell.region, known, len(cell.region.beside))
    for change in chain(memory.get(cell, ()), tried):
        moved = sum(cell.of(votes) for part, votes in change.items() if part in cell.region.parts)
        if moved not in possible and known.allows(change):
            possible[moved] = change
            if len(possible) >= rules.doubt:
                memory[cell] = [each for each in possible.values() if each]
                return True
    return False


def _below_nothing(votes: Counts, step: Counts) -> bool:
    """Votes are no less than none; what a later release took away is taken as known."""
    return any(move and vote + move < 0 for vote, move in zip(votes, step, strict=True))


def _changes(region: Region, known: Known, faces: int) -> Iterator[Change]:
    """Small changes, the likeliest to go unseen first."""
    near, far = known.samples(region)
    inside, outside = near[:_INSIDE], far[:_OUTSIDE]
    for step, part in product(_steps(faces, _ONE), inside):
        yield {part: step}
    for step, part, other in product(_steps(faces, _MOVED), inside, outside):
        yield {part: step, other: tuple(-votes for votes in step)}
    for (step, opposite), part, other in product(_pairs(faces), inside, [*inside, *outside]):
        if part != other:
            yield {part: step, other: opposite}


@cache
def _pairs(faces: int) -> tuple[tuple[Counts, Counts], ...]:
    """Two changes by which no vote is gained or lost."""
    few = _steps(faces, _TWO)
    return tuple((one, other) for one, other in product(few, few) if sum(one) + sum(other) == 0)


@cache
def _steps(faces: int, most: int) -> tuple[Counts, ...]:
    """Changes of one part by at most so many votes, the smallest first."""
    every = product(range(-most, most + 1), repeat=faces)
    near = [step for step in every if 0 < sum(map(abs, step)) <= most]
    return tuple(sorted(near, key=lambda step: sum(map(abs, step))))


def _groups(faces: int) -> Iterator[Faces]:
    for face in range(faces):
        yield (face,)
    yield tuple(range(faces - 1))
    yield tuple(range(1, faces))
