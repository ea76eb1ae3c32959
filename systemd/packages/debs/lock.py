"""One requirement of a lock file, by itself or taken away. Pure."""

import re
from collections.abc import Iterator


def only(lock: str, name: str) -> str:
    """The lines that pin `name`; empty when it is not in the lock."""
    return "".join(lines for named, lines in _requirements(lock) if named == name)


def without(lock: str, name: str) -> str:
    return "".join(lines for named, lines in _requirements(lock) if named != name)


def _requirements(lock: str) -> Iterator[tuple[str, str]]:
    """Each requirement's name and lines; what belongs to it is indented."""
    for lines in re.split(r"^(?=\S)", lock, flags=re.MULTILINE):
        if lines.strip():
            yield re.split(r"[=\s\[]", lines, maxsplit=1)[0], lines
