"""Who wants to know a small cell, has every figure, and runs the program himself.

For a cell that is small in truth he asks of other votes: would I have been given just the same,
figure by figure, at the same details and in the same versions? He has the cell once there are no
such votes with another number in it. So one such year that is found shows that he has it not,
whatever he reckons and however long: the whole program has been run on it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import chain, product
from typing import NamedTuple

from collector.index.periods import Days
from collector.ledger.releases import Counts, Piece
from collector.release.adding import of_agency, of_regency, of_unit
from collector.release.pieces import next_piece, total
from collector.release.rules import AGENCY, PUBLIC
from collector.release.timetable import Period, due, months_of
from collector.release.told import Told

OTHERS: Counts = (311, 322, 1410)
SMALL = {"public": 9, "agency": 4}
PERIODS = [each for each in due(date(2025, 1, 1), date(2026, 2, 1)) if each.days.first.year == 2025]


class Part(NamedTuple):
    """The smallest there is: votes of a unit in a month, there when it was given out, or late."""

    unit: str
    month: str
    late: bool = False


Year = Mapping[Part, Counts]
Transcript = tuple[tuple[Period, str, Told], ...]  # what was given out, in its order
Program = Callable[[Year], dict[str, Transcript]]


def given_out(year: Year) -> dict[str, Transcript]:
    """All that the public, and the head, are given of an agency with these votes.

    Late votes come after the last month of their triwulan, of which each month is then revised. Of
    the regency's figure all else is known: the same `OTHERS` in each month.
    """
    pieces: list[Piece] = []
    rows: dict[tuple[str, Period, str], Told] = {}
    lines: dict[str, list[tuple[Period, str, Told]]] = {"public": [], "agency": []}
    for period, late in _acts(year):
        piece = next_piece("gambut", period, _now(year, period, late=late), pieces)
        pieces += [piece] if piece else []
        own = [each for each in pieces if period.days.holds(each.days)]
        for audience, place, told in _figures(year, period, own):
            if rows.get((audience, period, place)) != told:
                rows[audience, period, place] = told
                lines[audience].append((period, place, told))
    return {"public": tuple(lines["public"]), "agency": tuple(chain(*lines.values()))}


@cache
def _months(quarter: Days) -> tuple[Period, ...]:
    return tuple(each for each in PERIODS if each.kind == "month" and quarter.holds(each.days))


def _acts(year: Year) -> Iterator[tuple[Period, bool]]:
    """Which periods are made, and whether late votes are there."""
    last = max(part.month for part in year)
    for period in PERIODS:
        if months_of(period.days)[0] > last:
            continue
        if period.kind == "triwulan" and any(part.late for part in year):
            yield from ((month, True) for month in _months(period.days))
        yield period, period.kind != "month"


def _now(year: Year, period: Period, *, late: bool) -> dict[str, Counts]:
    months = set(months_of(period.days))
    own = [part for part in year if part.month in months and (late or not part.late)]
    units = sorted({part.unit for part in own})
    return {unit: total(year[part] for part in own if part.unit == unit) for unit in units}


def _figures(year: Year, period: Period, own: Sequence[Piece]) -> Iterator[tuple[str, str, Told]]:
    if period.kind in PUBLIC.kinds:
        yield "public", "", of_agency(PUBLIC, own)
        yield "public", "regency", of_regency([*own, *_others_in(period.days)])
    yield "agency", "", of_agency(AGENCY, own)
    units = sorted({part.unit for part in year})
    for unit in units if len(units) > 1 else []:
        yield "agency", unit, of_unit(unit, own)


@cache
def _others_in(days: Days) -> tuple[Piece, ...]:
    months = [each.days for each in PERIODS if each.kind == "month" and days.holds(each.days)]
    return tuple(Piece("others", month, {"others": OTHERS}, None) for month in months)


# ---------------------------------------------------------------- what he would like to know


class Cell(NamedTuple):
    """The votes of some faces in some parts."""

    parts: frozenset[Part]
    faces: tuple[int, ...]

    def of(self, year: Year) -> int:
        return sum(year[part][face] for part in self.parts for face in self.faces)


FACES = ((0,), (1,), (2,), (0, 1), (1, 2))


def small_cells(year: Year, audience: str) -> Iterator[Cell]:
    """Of every period and place, and of every difference of two of which one lies in the other."""
    for parts, faces in product(_regions(year, audience), FACES):
        cell = Cell(parts, faces)
        if 1 <= cell.of(year) <= SMALL[audience]:
            yield cell


def _regions(year: Year, audience: str) -> set[frozenset[Part]]:
    units = sorted({part.unit for part in year}) if audience == "agency" else []
    places = [set(units) or {part.unit for part in year}, *({unit} for unit in units)]
    own = {
        frozenset(part for part in year if part.unit in place and part.month in months)
        for place in places
        for months in (months_of(period.days) for period in PERIODS)
    }
    own |= {frozenset(part for part in region if not part.late) for region in own}
    apart = {one - other for one, other in product(own, own) if other < one}
    return {region for region in own | apart if region}


def determined(year: Year, audience: str, program: Program = given_out) -> list[Cell]:
    """The small cells of which he would find no other number, near the true votes."""
    truth = program(year)[audience]
    found: list[Cell] = []
    shown: list[Year] = []  # other years of which the same would have been given out
    for cell in small_cells(year, audience):
        if any(cell.of(other) != cell.of(year) for other in shown):
            continue
        others = (other for other in _others(year, cell) if cell.of(other) != cell.of(year))
        same = next((other for other in others if program(other)[audience] == truth), None)
        if same is None:
            found.append(cell)
        else:
            shown.append(same)
    return found


def _others(year: Year, cell: Cell) -> Iterator[Year]:
    """Other votes, the nearest first: of one part, or exchanged with another one."""
    inside = sorted(cell.parts, key=lambda part: sum(year[part]))
    outside = [part for part in year if part not in cell.parts]
    for step, part in product(_steps(1), inside):
        yield from _changed(year, {part: step})
    for step, part, other in product(_steps(2), inside, [*outside, *inside]):
        if part != other:
            yield from _changed(year, {part: step, other: tuple(-n for n in step)})
    for step, part in product(_steps(4), inside):
        yield from _changed(year, {part: step})
    for step, part in product(_far(), inside):
        yield from _changed(year, {part: step})


def _changed(year: Year, steps: Mapping[Part, Counts]) -> Iterator[Year]:
    votes = {part: total([year[part], step]) for part, step in steps.items()}
    if min(chain(*votes.values())) >= 0:
        yield {**year, **votes}


@cache
def _steps(most: int) -> list[Counts]:
    every = product(range(-most, most + 1), repeat=3)
    near = [step for step in every if 0 < sum(map(abs, step)) <= most]
    return sorted(near, key=lambda step: (abs(sum(step)), sum(map(abs, step))))


@cache
def _far() -> list[Counts]:
    """As far apart as two may lie of which the same is told in numbers."""
    few, more = range(-4, 5), range(-10, 11)
    every = [*product(more, more, few), *product(few, more, more)]
    near = [step for step in every if abs(sum(step)) <= 4]
    return sorted(near, key=lambda step: sum(map(abs, step)))


def groups(boxes: Iterable[Counts], said: Callable[[Counts], object]) -> Iterator[list[Counts]]:
    """Votes of which the same is said."""
    found: dict[object, list[Counts]] = {}
    for votes in boxes:
        found.setdefault(said(votes), []).append(votes)
    yield from found.values()
