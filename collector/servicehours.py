"""Reads the files of service hours and of local holidays."""

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from collector.index.calendar import Calendar, Schedule, Span
from collector.index.periods import Days
from collector.tomlfile import Fault, FileError, read_toml

PACKAGED: Final = Path(__file__).parent / "data"
HOURS: Final = "hours.toml"
HOLIDAYS: Final = "holidays.csv"

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
Text = Annotated[str, Meta(pattern=r"\S", max_length=300)]


class ScheduleTable(Struct, forbid_unknown_fields=True):
    name: Text
    source: Text
    first: date | None = None
    last: date | None = None
    services: list[Text] | None = None
    units: list[Text] | None = None
    on_holidays: bool = False
    unconfirmed: list[Weekday] = []
    monday: str = ""
    tuesday: str = ""
    wednesday: str = ""
    thursday: str = ""
    friday: str = ""
    saturday: str = ""
    sunday: str = ""


class File(Struct, forbid_unknown_fields=True):
    schedule: list[ScheduleTable]


def read_calendar(data_dir: Path) -> Calendar:
    """Hours and holidays from the data folder, or as they come with the program.

    Raises FileError, which names file, line and field.
    """
    hours, holidays = calendar_files(data_dir)
    return Calendar(_schedules(hours), _changes(holidays))


def calendar_files(data_dir: Path) -> tuple[Path, ...]:
    """The files that read_calendar reads."""
    return own_or_packaged(data_dir, HOURS), own_or_packaged(data_dir, HOLIDAYS)


def own_or_packaged(data_dir: Path, name: str) -> Path:
    """The file of the data folder, or else the one that comes with the program."""
    own = data_dir / name
    return own if own.exists() else PACKAGED / name


# ---------------------------------------------------------------- hours


def _schedules(path: Path) -> tuple[Schedule, ...]:
    file, source = read_toml(path, File)
    source.refuse(_nonsense(file))
    return tuple(map(_schedule, file.schedule))


def _nonsense(file: File) -> Iterator[Fault]:
    for i, table in enumerate(file.schedule):
        if (table.first is None) != (table.last is None):
            yield [("schedule", i)], "first and last belong together"
        elif table.first is not None and table.last is not None and table.last < table.first:
            yield [("schedule", i), ("last", None)], f"{table.last} is before {table.first}"
        for weekday in WEEKDAYS:
            what = _wrong(getattr(table, weekday))
            if what is not None:
                yield [("schedule", i), (weekday, None)], what


def _wrong(hours: str) -> str | None:
    try:
        spans = _spans(hours)
    except ValueError:
        return f"{hours!r} is not like 07:30-12:00, 13:00-16:00"
    edges = [minute for span in spans for minute in span]
    if edges != sorted(set(edges)):
        return f"{hours!r} goes back in time or overlaps"
    return None


def _schedule(table: ScheduleTable) -> Schedule:
    days = None
    if table.first is not None and table.last is not None:
        days = Days(table.first, table.last + timedelta(days=1))
    services = None if table.services is None else frozenset(table.services)
    week = tuple(_spans(getattr(table, weekday)) for weekday in WEEKDAYS)
    units = None if table.units is None else frozenset(table.units)
    unconfirmed = frozenset(map(WEEKDAYS.index, table.unconfirmed))
    return Schedule(table.name, week, days, services, table.on_holidays, units, unconfirmed)


def _spans(hours: str) -> tuple[Span, ...]:
    """`07:30-12:00, 13:00-16:00` as minutes after midnight; raises ValueError."""
    return tuple(_span(each.strip()) for each in hours.split(",")) if hours.strip() else ()


_SPAN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(24:00|(?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII)


def _span(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hour, minute = match[3].split(":")
    return int(match[1]) * 60 + int(match[2]), int(hour) * 60 + int(minute)


# ---------------------------------------------------------------- holidays

_COLUMNS: Final = ["date", "name", "kind"]
_CLOSED: Final = ("libur", "cuti bersama")
_OPEN: Final = "kerja"


def _changes(path: Path) -> dict[date, str | None]:
    """Local holiday → its name; working day of the regency → None."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        raise FileError(f"{path}: cannot be read as text: {error}") from error
    rows = [(n, row) for n, row in enumerate(lines, 1) if row.strip() and not row.startswith("#")]
    if not rows or _cells(path, *rows[0]) != _COLUMNS:
        raise FileError(f"{path}: the first line must be {','.join(_COLUMNS)}")
    return dict(_change(path, number, _cells(path, number, row)) for number, row in rows[1:])


def _cells(path: Path, number: int, row: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([row]))]
    except csv.Error as error:
        raise FileError(f"{path}, line {number}: {error}") from error


def _change(path: Path, number: int, cells: list[str]) -> tuple[date, str | None]:
    if len(cells) != len(_COLUMNS):
        raise FileError(f"{path}, line {number}: {len(cells)} fields, but date,name,kind are 3")
    day, name, kind = cells
    if kind not in (*_CLOSED, _OPEN):
        allowed = ", ".join((*_CLOSED, _OPEN))
        raise FileError(f"{path}, line {number}, kind: {kind!r} is none of {allowed}")
    try:
        return date.fromisoformat(day), None if kind == _OPEN else name
    except ValueError as error:
        raise FileError(f"{path}, line {number}, date: {day!r} is not like 2026-08-17") from error
