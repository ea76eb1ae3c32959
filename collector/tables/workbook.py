"""The rows of a workbook (.xlsx) as text, as a reader sees its numbers."""

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from openpyxl import load_workbook

from collector.tomlfile import FileError

LARGEST_UNPACKED: Final = 256 * 1024 * 1024  # bytes


def rows_of_workbook(path: Path, sheet: str | None) -> Iterator[tuple[int, Sequence[str]]]:
    """Each row with its number; formulas as they were last computed. Raises FileError."""
    # What it cannot keep of drop-down lists and the like is nothing that a table needs.
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    try:
        _refuse_bomb(path)
        with closing(load_workbook(path, read_only=True, data_only=True)) as book:
            chosen = _sheet(path, book, sheet)
            chosen.reset_dimensions()  # some programs write a size that leaves out columns
            for number, row in enumerate(chosen.iter_rows(), 1):
                yield number, [_text(path, number, cell) for cell in row]
    except FileError:
        raise
    except Exception as error:  # of a damaged file the library raises whatever it stumbles over
        raise FileError(f"{path}: is no workbook that can be read: {error}") from error


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as parts:
        size = sum(part.file_size for part in parts.infolist())
    if size > LARGEST_UNPACKED:
        raise FileError(f"{path}: unpacks to {size} bytes, and {LARGEST_UNPACKED} are the most")


def _sheet(path: Path, book: Any, name: str | None) -> Any:
    names = [each.title for each in book.worksheets]
    if not names:
        raise FileError(f"{path}: has no sheet with cells")
    if name is not None and name not in names:
        raise FileError(f"{path}: there is no sheet {name!r}; there are: {', '.join(names)}")
    return book[name or names[0]]


def _text(path: Path, number: int, cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        raise FileError(f"{path}, line {number}, column {cell.column_letter}: holds {value}")
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(value, cell.number_format)
    return str(value)


def _number(value: float, shape: str) -> str:
    """Shown digits, if they are the whole number: 3.2 with two decimals is 3.20."""
    decimals = re.search(r"0\.(0+)", shape)
    shown = f"{value:.{len(decimals[1])}f}" if decimals else str(int(value))
    return shown if float(shown) == value else repr(value)
