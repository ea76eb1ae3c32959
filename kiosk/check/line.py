"""One line of a check."""

from typing import NamedTuple


class Line(NamedTuple):
    name: str  # slug
    ok: bool
    said: str  # what was found
    do: str = ""  # what to do about it; '' when there is nothing to do


def fine(name: str, said: str) -> Line:
    return Line(name, True, said)


def trouble(name: str, said: str, do: str) -> Line:
    return Line(name, False, said, do)
