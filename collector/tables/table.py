"""A table of text, from CSV or a workbook, that knows where each of its cells stands."""

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from collector.tables.workbook import rows_of_workbook
from collector.tomlfile import FileError

LARGEST: Final = 32 * 1024 * 1024  # bytes
MOST_ROWS: Final = 200_000
_SEPARATORS: Final = ",;\t"

Numbered = tuple[int, Sequence[str]]  # the line where a row begins, and its cells


class Cell(NamedTuple):
    text: str
    where: str  # file, line and column, for a message


class Table(NamedTuple):
    """The columns that were asked for; rows without a word are left out."""

    path: Path
    rows: list[dict[str, Cell]]  # heading → cell


def read_table(
    path: Path, headings: Sequence[str], sheet: str | None = None, *, secret: bool = False
) -> Table:
    """Raises FileError: no such file or column, too large, or no table at all.

    Of a `secret` table no message repeats a cell but a heading like the one that was asked for:
    a table without headings begins with somebody's row.
    """
    _refuse_large(path)
    workbook = path.suffix.lower() in (".xlsx", ".xlsm")
    rows = rows_of_workbook(path, sheet) if workbook else _rows_of_csv(path)
    return Table(path, list(_cells(path, rows, headings, secret)))


def _refuse_large(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from error
    if size > LARGEST:
        raise FileError(f"{path}: has {size} bytes, and {LARGEST} are the most; divide it")


def _rows_of_csv(path: Path) -> Iterator[Numbered]:
    """Separated by comma, semicolon or tab, as the first line is."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        first = text.partition("\n")[0]
        separator = max(_SEPARATORS, key=first.count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        line = 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        told = "is not CSV in UTF-8; save it as 'CSV UTF-8' or as .xlsx"
        raise FileError(f"{path}: {told}") from error
    except csv.Error as error:
        raise FileError(f"{path}, line {line}: is not CSV: {error}") from error


def _cells(
    path: Path, rows: Iterable[Numbered], headings: Sequence[str], secret: bool
) -> Iterator[dict[str, Cell]]:
    columns: dict[str, int] = {}
    told = ((line, row) for line, row in rows if any(cell.strip() for cell in row))
    for count, (line, row) in enumerate(told):
        if count > MOST_ROWS:
            raise FileError(f"{path}: has more than {MOST_ROWS} rows; divide it")
        if columns:
            yield _row(path, line, row, columns)
        else:
            columns = _columns(f"{path}, line {line}", row, headings, secret)
    if not columns:
        raise FileError(f"{path}: is empty; its first line must name the columns")


def _row(path: Path, line: int, row: Sequence[str], columns: Mapping[str, int]) -> dict[str, Cell]:
    """A row may be shorter than its headings: what it lacks is empty."""
    return {
        heading: Cell(
            row[at].strip() if at < len(row) else "",
            f"{path}, line {line}, column {letters(at)} ({heading})",
        )
        for heading, at in columns.items()
    }


def _columns(
    where: str, row: Sequence[str], headings: Sequence[str], secret: bool
) -> dict[str, int]:
    there = [cell.strip() for cell in row]
    odd = [
        f"{where}: {_how_odd(heading, there, secret)}"
        for heading in headings
        if there.count(heading) != 1
    ]
    if odd:
        raise FileError("\n".join(odd))
    return {heading: there.index(heading) for heading in headings}


def _how_odd(heading: str, there: Sequence[str], secret: bool) -> str:
    if heading in there:
        return f"the column {heading!r} is there twice; give each a name of its own"
    if not secret:
        return f"there is no column {heading!r}; there are: {', '.join(filter(None, there))}"
    near = ", ".join(difflib.get_close_matches(heading, there, n=3, cutoff=0.6))
    hint = f"near it: {near}" if near else "the first row must name the columns"
    return f"there is no column {heading!r}; {hint}"


def letters(at: int) -> str:
    """The name of a column, counted from 0, as spreadsheets have it: A … Z, AA …"""
    name = ""
    while at >= 0:
        at, letter = divmod(at, 26)
        name, at = chr(ord("A") + letter) + name, at - 1
    return name
