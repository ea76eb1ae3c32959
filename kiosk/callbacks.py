"""Do gpiozero's callbacks still come? A kiosk that hears no button must not look well.

On real pins all of them come on one thread of lgpio's. An exception ends that thread, and the
process lives on. Mock pins call back on the thread that moves them.
"""

import threading
from collections.abc import Callable
from threading import Thread
from typing import Final

from kiosk.errors import SenyumError

Felt = Callable[[str, bool], None]  # face, contact closed

LOOK_MS: Final = 1000  # between two looks at the contacts themselves
DEAF_LOOKS: Final = 3  # in a row that contradict what was called back


class Deaf(SenyumError, RuntimeError):
    """Buttons may not be heard any more. The process has to end; systemd starts another."""


def lgpio_threads() -> tuple[Thread, ...]:
    """Those that call back for real pins; empty where lgpio is not in use."""
    return tuple(thread for thread in threading.enumerate() if type(thread).__module__ == "lgpio")


class Hearing:
    """Stands between gpiozero and `felt`. `check` raises Deaf; time is in ms, handed in."""

    def __init__(self, felt: Felt) -> None:
        self.work = felt
        self._error: BaseException | None = None
        self._closed: dict[str, bool] = {}  # each contact, as it was called back last
        self._moved: set[str] = set()  # since the last look
        self._threads: tuple[Thread, ...] = ()
        self._down: Callable[[], frozenset[str]] = frozenset
        self._odd: dict[str, int] = {}  # looks in a row that contradict
        self._next_look = 0

    def felt(self, face: str, down: bool) -> None:
        """Called by gpiozero, on any thread."""
        try:
            self._closed[face] = down
            self._moved.add(face)
            self.work(face, down)
        except BaseException as error:
            self._error = error
            raise

    def begin(
        self,
        faces: tuple[str, ...],
        down: Callable[[], frozenset[str]],
        threads: tuple[Thread, ...],
    ) -> None:
        """`down` reads the contacts; at the start it says what nobody calls back."""
        self._down, self._threads = down, threads
        closed = down()
        for face in faces:
            self._closed.setdefault(face, face in closed)

    def check(self, now: int) -> None:
        if self._error is not None:
            raise Deaf(f"no button may be heard any more: a callback failed: {self._error!r}")
        if not all(thread.is_alive() for thread in self._threads):
            raise Deaf("no button is heard any more: lgpio's thread has ended, as told above")
        if now >= self._next_look:
            self._next_look = now + LOOK_MS
            self._look()

    def _look(self) -> None:
        """A contact that has changed without a word: the thread lives, and is deaf."""
        down = self._down()
        moved, self._moved = self._moved, set()
        odd = {face for face, closed in self._closed.items() if closed != (face in down)} - moved
        self._odd = {face: self._odd.get(face, 0) + 1 for face in odd}
        for face, looks in self._odd.items():
            if looks >= DEAF_LOOKS:
                state = "down" if face in down else "up"
                raise Deaf(
                    f"no button may be heard any more: {face} is {state}, and nobody said so"
                )
