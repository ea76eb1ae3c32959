"""What every loop of ours needs: to be told to stop, and to tell systemd that it still turns."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, Protocol

from kiosk.systemd import Notifier

STEP_SECONDS: Final = 1.0
_PINGS_PER_LIMIT: Final = 3


class Steps(Protocol):
    def step(self, timeout: float) -> None:
        """Do what is due, waiting at most `timeout` seconds."""


class Stop:
    """Counts SIGTERM and SIGINT. `wake` ends a wait, so that the first is noticed at once."""

    def __init__(self) -> None:
        self.times = 0
        self.wake: Callable[[], None] = lambda: None

    @property
    def asked(self) -> bool:
        return self.times > 0

    def ask(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        self.times += 1
        self.wake()


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    stop = Stop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, stop.ask) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


class Heartbeat:
    """Tells systemd's watchdog that the loop turns and that `works` holds, often enough."""

    def __init__(self, notifier: Notifier, works: Callable[[], bool]) -> None:
        self._notifier = notifier
        self._works = works
        limit = notifier.watchdog_ms
        self._every = None if limit is None else limit / 1000 / _PINGS_PER_LIMIT
        self._next = 0.0

    def beat(self, now: float) -> None:
        """`now` in seconds of a monotonic clock."""
        if self._every is None or now < self._next:
            return
        self._next = now + self._every
        if self._works():
            self._notifier.alive()


def run(
    steps: Steps, heartbeat: Heartbeat, going_on: Callable[[], bool], notifier: Notifier
) -> None:
    """Ready, turn until there is no reason to go on, stopping. What is raised ends the process."""
    notifier.ready()
    while going_on():
        steps.step(STEP_SECONDS)
        heartbeat.beat(time.monotonic())
    notifier.stopping()
