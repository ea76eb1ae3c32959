"""Complaints from a table, or every fault that hinders it, each with its line and column."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TypeVar

from collector.index.complaints import Complaint
from collector.lapor.cells import day, number
from collector.lapor.mapping import Mapping as Columns
from collector.ledger.places import Agency
from collector.tables.agencynames import agency_names
from collector.tables.faults import Faults
from collector.tables.table import Cell, Table

T = TypeVar("T")
Row = Mapping[str, Cell]


def complaints_in(
    table: Table, columns: Columns, agencies: Iterable[Agency], as_of: date
) -> dict[str, Complaint]:
    """Number → complaint, as the table was on `as_of`.

    Raises FileError with the first faults; then nothing of the table is to be stored.
    """
    reader = _Reader(columns, agency_names(agencies), as_of)
    found = reader.read(table)
    reader.faults.refuse()
    return found


class _Reader:
    def __init__(self, columns: Columns, names: dict[str, str], as_of: date) -> None:
        self._columns = columns
        self._names = names | {text.casefold(): slug for text, slug in columns.agencies.items()}
        self._statuses = {text.casefold(): each for text, each in columns.statuses.items()}
        self._examined = {text.casefold(): each for text, each in columns.examined.items()}
        self._classes = {text.casefold(): each for text, each in columns.classes.items()}
        self._as_of = as_of
        self.faults = Faults()

    def read(self, table: Table) -> dict[str, Complaint]:
        if not table.rows:
            self.faults.add(str(table.path), "has no row under its headings")
        found: dict[str, Complaint] = {}
        for row in table.rows:
            cell = row[self._columns.id_column]
            name, complaint = self._try(number, cell), self._complaint(row)
            if name in found:
                self.faults.add(cell.where, "this number stands above already")
            elif name is not None and complaint is not None:
                found[name] = complaint
        return found

    def _complaint(self, row: Row) -> Complaint | None:
        agency, received = self._agency(row), self._day(row, self._columns.received_column)
        status = self._word(row[self._columns.status_column], self._statuses, "[statuses]")
        verified, disposition, answered, closed = self._later(row, received)
        examined = self._examination(row)
        is_complaint = self._is_complaint(row)
        if agency is None or received is None or status is None:
            return None
        if not is_complaint:
            # Kept, and counted in nothing: it may have been a complaint in an earlier file.
            return Complaint(agency, received, "rejected")
        if status in ("answered", "closed") and not (answered or closed):
            told = "it says that this was answered, and no column says when"
            self.faults.add(row[self._columns.status_column].where, told)
        days = (verified, disposition, answered, closed)
        return Complaint(agency, received, status, *days, examined)

    def _agency(self, row: Row) -> str | None:
        heading = self._columns.agency_column
        cell = Cell(self._columns.agency or "", "the mapping, agency")
        return self._word(row[heading] if heading else cell, self._names, "[agencies]")

    def _examination(self, row: Row) -> bool | None:
        heading = self._columns.examined_column
        if heading is None or not row[heading].text:
            return None
        return self._word(row[heading], self._examined, "[examined]")

    def _is_complaint(self, row: Row) -> bool:
        heading = self._columns.class_column
        return heading is None or bool(self._word(row[heading], self._classes, "[classes]"))

    def _later(self, row: Row, received: date | None) -> list[date | None]:
        columns = self._columns
        names = ("verified", "disposition", "answered", "closed")
        headings = [getattr(columns, f"{name}_column") for name in names]
        found = [self._day(row, heading) if heading else None for heading in headings]
        for heading, each in zip(headings, found, strict=True):
            if each is not None and received is not None and each < received:
                self.faults.add(row[heading].where, "lies before the day on which it was received")
        return found

    def _day(self, row: Row, heading: str) -> date | None:
        cell = row[heading]
        if not cell.text and heading != self._columns.received_column:
            return None
        found = self._try(lambda text: day(text, self._columns.dates), cell)
        if found is not None and found > self._as_of:
            self.faults.add(cell.where, f"lies after {self._as_of}, when the file was made")
        return found

    def _word(self, cell: Cell, known: Mapping[str, T], where: str) -> T | None:
        """What a cell means that may hold one of some words only."""
        found = known.get(cell.text.casefold())
        if found is None:
            self.faults.add(cell.where, f"says nothing that is known; {where} of the mapping helps")
        return found

    def _try(self, read: Callable[[str], T], cell: Cell) -> T | None:
        try:
            return read(cell.text)
        except ValueError as error:
            self.faults.add(cell.where, str(error))
            return None
