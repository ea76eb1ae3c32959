"""TOML files that people write: read into types, with faults told by file, line and field."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import msgspec

from collector.errors import CollectorError

SLUG_RULE: Final = "a slug is made of a-z, 0-9 and single '-', at most 32 characters"

T = TypeVar("T")
Step = tuple[str, int | None]  # a key, and which of its tables if it has several
Fault = tuple[Sequence[Step], str]  # where, and what


class FileError(CollectorError, ValueError):
    """A file cannot be read or makes no sense; the message names file, line and field."""


class Source(NamedTuple):
    path: Path
    text: str

    def refuse(self, faults: Iterable[Fault]) -> None:
        """Raises FileError with every fault, each in a line of its own, if there is any."""
        told = [self._tell(steps, what) for steps, what in faults]
        if told:
            raise FileError("\n".join(told))

    def _tell(self, steps: Sequence[Step], what: str) -> str:
        field = ".".join(key for key, _ in steps) or "the file"
        return f"{self.path}, line {line_of(self.text, steps)}, {field}: {what}"


def read_toml(path: Path, into: type[T]) -> tuple[T, Source]:
    """The file as `into`. Raises FileError."""
    try:
        source = Source(path, path.read_text(encoding="utf-8"))
        return msgspec.convert(tomllib.loads(source.text), into), source
    except msgspec.ValidationError as error:
        source.refuse([_understood(error)])
        raise
    except (ValueError, RecursionError) as error:  # not UTF-8, or not TOML: line and column follow
        raise FileError(f"{path}: is not TOML: {error}") from error
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from error


def _understood(error: msgspec.ValidationError) -> Fault:
    """Where msgspec stopped, as keys, and what it says."""
    what, _, where = str(error).partition(" - at ")
    steps = re.findall(r"([\w-]+)(?:\[(\d+)\])?", where.rpartition("$")[2])
    unknown = re.findall("unknown field `(.*)`", what)
    if "matching regex" in what:
        what = SLUG_RULE if "a-z0-9" in what else "it is empty"
    found = [(key, int(index) if index else None) for key, index in steps]
    return [*found, *((key, None) for key in unknown)], what


def line_of(text: str, steps: Sequence[Step]) -> int:
    """The line, from 1, of the last step that is written out."""
    lines, at = text.splitlines(), 0
    for depth, (key, index) in enumerate(steps, 1):
        table = re.escape(".".join(key for key, _ in steps[:depth]))
        header = rf"\s*\[\[{table}\]\]"
        if index is None or not _next(lines, 0, header):
            own = rf"\s*(\[{table}\]|[\"']?{re.escape(key)}[\"']?\s*=)"
            at = _next(lines, at, own, stop=r"\s*\[\[")
        else:
            for _ in range(index + 1):
                at = _next(lines, at, header)
    return max(at, 1)


def _next(lines: Sequence[str], after: int, pattern: str, stop: str = r"(?!)") -> int:
    """The first line beyond line `after` that matches, before one that stops; else `after`."""
    for number, line in enumerate(lines[after:], after + 1):
        if re.match(pattern, line):
            return number
        if re.match(stop, line):
            break
    return after
