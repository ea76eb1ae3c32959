"""From gpiozero's thread to the panel's: what the contacts did, in order, with a wake-up call."""

import contextlib
import socket
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import NamedTuple


class Edge(NamedTuple):
    """A contact closed (`down`) or opened, `at` milliseconds after boot."""

    face: str
    down: bool
    at: int


class Edges:
    """`felt` may be called on any thread and does next to nothing; the loop does the work."""

    def __init__(self, up: Callable[[], int]) -> None:
        self._up = up
        self._queue: SimpleQueue[Edge] = SimpleQueue()
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)

    def felt(self, face: str, down: bool) -> None:
        self._queue.put(Edge(face, down, self._up()))
        self.wake()

    def wake(self) -> None:
        """Make the loop look up; safe in signal handlers."""
        with contextlib.suppress(BlockingIOError):  # full: it is awake as it is
            self._writer.send(b"\0")

    def fileno(self) -> int:
        """Readable when there is something to take."""
        return self._reader.fileno()

    def take(self) -> list[Edge]:
        self._sleep_again()
        edges = []
        with contextlib.suppress(Empty):
            while True:
                edges.append(self._queue.get_nowait())
        return edges

    def _sleep_again(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._reader.recv(4096):
                pass

    def close(self) -> None:
        self._reader.close()
        self._writer.close()
