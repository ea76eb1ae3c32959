"""Weekday by hour: how an agency fares through its week, and where the votes are too few to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from collector.index.interval import exact_mean, interval
from collector.index.rounding import half_up
from collector.index.scales import DEFAULT, FaceMapping

MINIMUM: Final = 10  # votes in a cell; below it the cell is grey
NEAR: Final = Decimal(3)  # points from the agency's own index: of so little, nothing is made

Lean = Literal["above", "high", "level", "low", "below"]


@dataclass(frozen=True)
class Cell:
    """One hour of one weekday. Without `lean` there are too few votes."""

    n: int
    index: Decimal | None = None
    lean: Lean | None = None


class WeekMap(NamedTuple):
    weekdays: list[int]  # Monday is 0; Saturday and Sunday only where there are votes
    hours: list[int]
    cells: Mapping[tuple[int, int], Cell]

    def cell(self, weekday: int, hour: int) -> Cell:
        return self.cells.get((weekday, hour), Cell(0))


def week_map(
    tallies: Mapping[tuple[int, int], Mapping[str, int]],
    own: Decimal,
    mapping: FaceMapping = DEFAULT,
) -> WeekMap:
    """The map of (weekday, hour) → face → n, compared with the agency's own index.

    Votes of another scale than that of the mapping are left out.
    """
    cells = {key: _cell(tally, own, mapping) for key, tally in tallies.items()}
    hours = [hour for _, hour in cells]
    last = max((weekday for weekday, _ in cells), default=4)
    return WeekMap(
        weekdays=list(range(max(last, 4) + 1)),
        hours=list(range(min(hours), max(hours) + 1)) if hours else [],
        cells=cells,
    )


def _cell(tally: Mapping[str, int], own: Decimal, mapping: FaceMapping) -> Cell:
    counts = {face: tally.get(face, 0) for face in mapping.points}
    n = sum(counts.values())
    if n < MINIMUM:
        return Cell(n)
    index = half_up(exact_mean(counts, mapping.points))
    return Cell(n, index, _lean(index, interval(counts, mapping.points), own))


def _lean(index: Decimal, bounds: tuple[Decimal, Decimal], own: Decimal) -> Lean:
    """above and below: chance alone does not explain the difference; high and low: it may."""
    low, high = bounds
    if abs(index - own) < NEAR:
        return "level"
    if index > own:
        return "above" if low > own else "high"
    return "below" if high < own else "low"
