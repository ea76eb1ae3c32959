"""Counts from a table of place, day and people, or every fault that hinders it."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, NamedTuple, TypeVar

from collector.ledger.visitors import WHOLE, Count
from collector.tables.faults import Faults
from collector.tables.table import Cell, Table

COLUMNS: Final = ("place", "day", "people")
_COUNT: Final = re.compile(r"\d{1,6}", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
T = TypeVar("T")


class Places(NamedTuple):
    """What a place may be called."""

    agencies: Mapping[str, str]  # slug, short name or name, in small letters → slug
    units: Mapping[str, str]  # slug → slug of its agency
    by_units: Mapping[str, bool]  # agency that counts already → by units?


def counts_in(table: Table, places: Places, today: date) -> list[Count]:
    """Raises FileError with the first faults; then nothing of the table is to be stored."""
    reader = _Reader(places, today)
    found = reader.read(table)
    reader.faults.refuse()
    return found


class _Reader:
    def __init__(self, places: Places, today: date) -> None:
        self._places = places
        self._today = today
        self._by_units = dict(places.by_units)
        self.faults = Faults()

    def read(self, table: Table) -> list[Count]:
        if not table.rows:
            self.faults.add(str(table.path), "has no row under its headings")
        found: dict[tuple[str, str, date], Count] = {}
        for row in table.rows:
            count = self._count(row)
            if count is not None:
                place = (count.agency, count.unit, count.day)
                if place in found:
                    self.faults.add(row["day"].where, "this place has a row for this day already")
                found[place] = count
        return list(found.values())

    def _count(self, row: Mapping[str, Cell]) -> Count | None:
        place = self._try(self._place, row["place"])
        day, people = self._try(self._day, row["day"]), self._try(_people, row["people"])
        if place is None or day is None or people is None:
            return None
        agency, unit = place
        if self._by_units.setdefault(agency, unit != WHOLE) != (unit != WHOLE):
            told = f"{agency} counts as a whole or by units, and not both: people would count twice"
            self.faults.add(row["place"].where, told)
        return Count(agency, unit, day, people)

    def _place(self, text: str) -> tuple[str, str]:
        """Agency and unit."""
        if text in self._places.units:
            return self._places.units[text], text
        if agency := self._places.agencies.get(text.casefold()):
            return agency, WHOLE
        raise ValueError(f"there is no agency or unit {text!r}; 'agency import' adds them")

    def _day(self, text: str) -> date:
        if not _DAY.fullmatch(text):
            raise ValueError(f"{text!r} is not a day like 2026-08-17")
        day = date.fromisoformat(text)
        if day >= self._today:
            raise ValueError(f"{text} is not over yet; counts are of whole days")
        return day

    def _try(self, read: Callable[[str], T], cell: Cell) -> T | None:
        try:
            return read(cell.text)
        except ValueError as error:
            self.faults.add(cell.where, str(error))
            return None


def _people(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError(f"{text!r} is no number of people; write it like 150")
    return int(text)
