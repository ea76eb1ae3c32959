"""A simulated finger: a thread that moves the contacts as planned, in real time."""

import logging
import time
from collections.abc import Callable, Iterable
from threading import Event, Thread

from kiosk.errors import SenyumError
from kiosk.timeline import Touch

log = logging.getLogger("senyum.kiosk.simulate")

Move = Callable[[str, bool], None]  # face, contact closed


class FingerDied(SenyumError, RuntimeError):
    """The simulated finger has stopped by itself."""


class Finger:
    """Does `touches` (milliseconds from now on), calling `wake` at the end."""

    def __init__(self, touches: Iterable[Touch], move: Move, wake: Callable[[], None]) -> None:
        self.pushes = 0
        self._touches = touches
        self._move = move
        self._wake = wake
        self._stop = Event()
        self._down: set[str] = set()
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name="finger", daemon=True)
        self._thread.start()

    @property
    def at_rest(self) -> bool:
        """All is done; raises FingerDied if something went wrong."""
        if self._error is not None:
            raise FingerDied(f"the simulated finger failed: {self._error!r}") from self._error
        return not self._thread.is_alive()

    def lift(self) -> None:
        """Leave all buttons, and press no more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._press()
            for face in sorted(self._down):
                self._move(face, False)
        except BaseException as error:
            self._error = error
        finally:
            self._wake()

    def _press(self) -> None:
        began = time.monotonic()
        for touch in self._touches:
            if self._stop.wait(max(0.0, began + touch.at / 1000 - time.monotonic())):
                return
            self._touch(touch)

    def _touch(self, touch: Touch) -> None:
        self.pushes += touch.begins
        (self._down.add if touch.down else self._down.discard)(touch.face)
        self._move(touch.face, touch.down)
