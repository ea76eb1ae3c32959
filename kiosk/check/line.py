"""One line of a check."""

from collections.abc import Iterable
from typing import Final, NamedTuple

WELL: Final = 0
WRONG: Final = 1
NOT_ALL_TRIED: Final = 2


class Line(NamedTuple):
    name: str  # slug
    ok: bool | None  # None: not tried
    said: str  # what was found
    do: str = ""  # what to do about it; '' when there is nothing to do


def fine(name: str, said: str) -> Line:
    return Line(name, True, said)


def trouble(name: str, said: str, do: str) -> Line:
    return Line(name, False, said, do)


def untried(name: str, said: str, do: str) -> Line:
    return Line(name, None, said, do)


def exit_code(lines: Iterable[Line]) -> int:
    """What is wrong comes before what was not tried."""
    found = {line.ok for line in lines}
    if False in found:
        return WRONG
    return NOT_ALL_TRIED if None in found else WELL
