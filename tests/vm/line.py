"""The host's end of a serial line of the machine: lines of JSON, read by a thread of its own."""

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

STEP_SECONDS: Final = 0.2

Message = dict[str, Any]


class Line:
    """`got` is called for each message, on the reading thread."""

    def __init__(self, path: Path, got: Callable[[Message], None]) -> None:
        self._socket = _connect(path)
        self._got = got
        self._thread = threading.Thread(target=self._read, name=path.name, daemon=True)
        self._thread.start()

    def send(self, message: Message) -> None:
        with suppress(OSError):  # whoever waits for the answer notices that the machine is off
            self._socket.sendall(json.dumps(message).encode() + b"\n")

    def close(self) -> None:
        """What has arrived is read first."""
        self._thread.join(5)
        self._socket.close()

    def _read(self) -> None:
        rest = b""
        while chunk := _received(self._socket):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._take(line)

    def _take(self, line: bytes) -> None:
        """A machine that is cut off or reset leaves half a line, which says nothing."""
        try:
            message = json.loads(line)
        except ValueError:
            return
        self._got(message)


def _received(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except OSError:
        return b""


def _connect(path: Path, seconds: float = 10.0) -> socket.socket:
    """QEMU makes the socket in its own time."""
    deadline = time.monotonic() + seconds
    while True:
        line = socket.socket(socket.AF_UNIX)
        try:
            line.connect(str(path))
        except OSError:
            line.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return line
