"""A serial line to the host that carries lines of JSON, and nothing that a terminal would add."""

import json
import os
import tty
from collections.abc import Iterator
from typing import Any, BinaryIO


class Port:
    def __init__(self, path: str) -> None:
        line = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(line)
        self._line: BinaryIO = os.fdopen(line, "rb", buffering=0)

    def write(self, message: dict[str, Any]) -> None:
        rest = json.dumps(message).encode() + b"\n"
        while rest:
            rest = rest[os.write(self._line.fileno(), rest) :]

    def read(self) -> Iterator[dict[str, Any]]:
        """Messages, for ever."""
        rest = b""
        while True:
            *lines, rest = (rest + os.read(self._line.fileno(), 4096)).split(b"\n")
            yield from map(json.loads, lines)
