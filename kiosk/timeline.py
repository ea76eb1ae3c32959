"""Presses of a simulated finger: read from a file, and turned into contacts that bounce. Pure."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from typing import Final, NamedTuple, TypeVar

from kiosk.errors import SenyumError

COLUMNS: Final = ("ms", "face", "hold ms")
BOUNCE_MS: Final = 8  # a good button is quiet after so long
BOUNCES: Final = 4  # at most so many times it opens again


class TimelineError(SenyumError, ValueError):
    """A timeline file cannot be used; the message names file and line."""


class Push(NamedTuple):
    """A finger goes down on a button at `at` and comes up `hold` later; both in milliseconds."""

    at: int
    face: str
    hold: int


class Touch(NamedTuple):
    """The contact closes or opens."""

    at: int
    face: str
    down: bool
    begins: bool  # the first contact of a push


# ---------------------------------------------------------------- a file


def read(file: Path, faces: Sequence[str]) -> list[Push]:
    """The pushes in a CSV file of `ms,face,hold ms`, by time. Raises TimelineError.

    Empty lines and lines that begin with # are skipped; so is the line of column names.
    """
    pushes = []
    try:
        with file.open(newline="", encoding="utf-8") as lines:
            for number, row in enumerate(csv.reader(lines), 1):
                if _says_something(row):
                    pushes.append(_push(row, faces, f"{file}, line {number}"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TimelineError(f"{file}: cannot be read: {error}") from error
    pushes.sort()
    _check_overlaps(pushes, file)
    return pushes


def _says_something(row: Sequence[str]) -> bool:
    cells = tuple(cell.strip() for cell in row)
    return any(cells) and not cells[0].startswith("#") and cells != COLUMNS


def _push(row: Sequence[str], faces: Sequence[str], where: str) -> Push:
    cells = [cell.strip() for cell in row]
    if len(cells) != len(COLUMNS):
        raise TimelineError(f"{where}: {','.join(row)!r} is not {','.join(COLUMNS)!r}")
    at, face, hold = cells
    if face not in faces:
        raise TimelineError(f"{where}: there is no face {face!r}; allowed: {', '.join(faces)}")
    return Push(_whole(at, "ms", 0, where), face, _whole(hold, "hold ms", 1, where))


def _whole(text: str, column: str, least: int, where: str) -> int:
    if not text.isdecimal() or not text.isascii() or int(text) < least:
        raise TimelineError(
            f"{where}: {column} is {text!r}; allowed: a whole number of milliseconds from {least}"
        )
    return int(text)


def _check_overlaps(pushes: Sequence[Push], file: Path) -> None:
    free: dict[str, int] = {}
    for push in pushes:
        if push.at < free.get(push.face, 0):
            raise TimelineError(
                f"{file}: {push.face} is pushed at {push.at} ms, but its button is not at rest "
                f"before {free[push.face]} ms"
            )
        free[push.face] = at_rest(push)


def at_rest(push: Push) -> int:
    """When the button can be pushed again, its contact no longer bouncing."""
    return push.at + push.hold + BOUNCE_MS


# ---------------------------------------------------------------- contacts

Timed = TypeVar("Timed", Push, Touch)


def in_order(groups: Iterable[Sequence[Timed]]) -> Iterator[Timed]:
    """All items by time; each group begins no earlier than the one before it."""
    waiting: list[Timed] = []
    for group in groups:
        while waiting and waiting[0].at < group[0].at:
            yield heappop(waiting)
        for item in group:
            heappush(waiting, item)
    while waiting:
        yield heappop(waiting)


def touches(pushes: Iterable[Push], random: Random) -> Iterator[Touch]:
    """What the contacts do for `pushes` (by time), with bounces at both ends."""
    return in_order(_touches_of(push, random) for push in pushes)


def _touches_of(push: Push, random: Random) -> list[Touch]:
    limit = min(BOUNCE_MS, push.hold // 2)
    pressed = _bouncing(push.at, push.face, True, limit, random)
    released = _bouncing(push.at + push.hold, push.face, False, limit, random)
    return [pressed[0]._replace(begins=True), *pressed[1:], *released]


def _bouncing(at: int, face: str, down: bool, limit: int, random: Random) -> list[Touch]:
    """The contact closes (or opens) at `at`, jumps back some times, and is at rest at `limit`."""
    times = 2 * random.randint(0, min(BOUNCES, limit // 2))
    offsets = sorted(random.sample(range(1, limit + 1), times))
    return [
        Touch(at + offset, face, down if number % 2 == 0 else not down, begins=False)
        for number, offset in enumerate([0, *offsets])
    ]
