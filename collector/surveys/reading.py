"""Surveys from a table, or every fault that hinders it, each with its line and column."""

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple, TypeVar

from collector.index.periodnames import period_named
from collector.index.periods import Days
from collector.index.skm import ANSWERS, SLUGS
from collector.index.survey import Answers, Survey
from collector.ledger.places import Agency
from collector.surveys.mapping import Mapping
from collector.surveys.numbers import answer, count, mean, published
from collector.tables.agencynames import agency_names
from collector.tables.faults import Faults
from collector.tables.table import Cell, Table

T = TypeVar("T")
Row = dict[str, Cell]


class Place(NamedTuple):
    agency: str
    days: Days


def surveys_of(table: Table, mapping: Mapping, agencies: Iterable[Agency]) -> list[Survey]:
    """Raises FileError with the first faults; then nothing of the table is to be stored."""
    reader = _Reader(mapping, agency_names(agencies))
    found = reader.read(table)
    reader.faults.refuse()
    return found


class _Reader:
    def __init__(self, mapping: Mapping, names: dict[str, str]) -> None:
        self._mapping = mapping
        self._names = names
        self._headings = tuple(mapping.elements.values())
        self.faults = Faults()

    def read(self, table: Table) -> list[Survey]:
        places: dict[Place, list[Row]] = defaultdict(list)
        for row in table.rows:
            agency, days = self._agency(row), self._days(row)
            if agency and days:
                places[Place(agency, days)].append(row)
        if not table.rows:
            self.faults.add(str(table.path), "has no row under its headings")
        build = self._of_answers if self._mapping.layout == "answers" else self._of_means
        return [survey for place, rows in places.items() if (survey := build(place, rows))]

    # ------------------------------------------------------------ a cell

    def _try(self, read: Callable[[str], T], cell: Cell) -> T | None:
        try:
            return read(cell.text)
        except ValueError as error:
            self.faults.add(cell.where, str(error))
            return None

    def _agency(self, row: Row) -> str | None:
        return self._try(self._known, self._cell(row, "agency"))

    def _days(self, row: Row) -> Days | None:
        return self._try(period_named, self._cell(row, "period"))

    def _cell(self, row: Row, what: str) -> Cell:
        """Of a column, or of the mapping where it is the same for all."""
        heading = getattr(self._mapping, f"{what}_column")
        if heading is None:
            return Cell(getattr(self._mapping, what), f"the mapping, {what}")
        return row[heading]

    def _known(self, text: str) -> str:
        """The slug of an agency that is called so; by slug, short name or name."""
        if found := self._names.get(text.casefold()):
            return found
        near = difflib.get_close_matches(text.casefold(), self._names, n=3, cutoff=0.5)
        hint = f"near it: {', '.join(near)}" if near else "'agency import' adds them"
        raise ValueError(f"there is no agency {text!r}; {hint}")

    # ------------------------------------------------------------ a survey

    def _of_answers(self, place: Place, rows: list[Row]) -> Survey | None:
        given = {slug: self._answers(slug, rows) for slug in SLUGS}
        told = self._published(rows)
        elements = {slug: each for slug, each in given.items() if each}
        if len(elements) < len(SLUGS):
            return None
        n = sum(any(row[heading].text for heading in self._headings) for row in rows)
        return Survey(place.agency, place.days, n, elements, told)

    def _answers(self, slug: str, rows: list[Row]) -> Answers | None:
        """How many gave each answer; an empty cell is none."""
        cells = [row[self._mapping.elements[slug]] for row in rows]
        found = [self._try(answer, cell) for cell in cells if cell.text]
        if not found:
            self.faults.add(
                cells[0].where, f"nobody answered to {slug}: without it there is no IKM"
            )
            return None
        one, two, three, four = (found.count(each) for each in ANSWERS)
        return (one, two, three, four) if one + two + three + four else None

    def _of_means(self, place: Place, rows: list[Row]) -> Survey | None:
        row, *others = rows
        for other in others:
            cell = other[self._mapping.elements[SLUGS[0]]]
            told = f"{place.agency} has a row for {place.days.first} to {place.days.last} already"
            self.faults.add(cell.where, told)
        n = self._try(count, row[self._mapping.n_column or ""])
        means = {slug: self._try(mean, row[self._mapping.elements[slug]]) for slug in SLUGS}
        told_ikm = self._published(rows)
        elements = {slug: each for slug, each in means.items() if each is not None}
        if n is None or len(elements) < len(SLUGS):
            return None
        return Survey(place.agency, place.days, n, elements, told_ikm)

    def _published(self, rows: list[Row]) -> Decimal | None:
        """The one that all rows of a survey tell, or leave empty."""
        heading = self._mapping.published_column
        cells = [row[heading] for row in rows if row[heading].text] if heading else []
        found = [(cell, self._try(published, cell)) for cell in cells]
        for cell, value in found:
            if value is not None and value != found[0][1]:
                self.faults.add(cell.where, f"{value} here and {found[0][1]} above: of one survey")
        return found[0][1] if found else None
