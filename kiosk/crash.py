"""Where a test can make the kiosk die: `SENYUM_CRASH_AT=name`, or `name:N` at the N-th time."""

import os
from collections.abc import Callable, Mapping
from typing import Final

from kiosk.errors import SenyumError

CRASH_POINTS: Final = (
    "press_decided",
    "before_commit",
    "after_commit",
    "after_lamp",
    "after_send",
    "before_receipt_mark",
    "after_receipt_mark",
    "epoch_key_made",
    "epoch_prepared",
    "epoch_begun",
)
EXIT_CODE: Final = 70

Crash = Callable[[str], None]


class CrashError(SenyumError, ValueError):
    """SENYUM_CRASH_AT names no point of the kiosk."""


def never(_point: str) -> None:
    """Nobody wants a crash."""


def crash_at(environment: Mapping[str, str]) -> Crash:
    """A function to call at each point; it ends the process, as a power cut would, at the chosen.

    Raises CrashError if the environment asks for a point that is not there.
    """
    chosen = environment.get("SENYUM_CRASH_AT", "")
    name, _, count = chosen.partition(":")
    if not chosen:
        return never
    if name not in CRASH_POINTS or not (count or "1").isdecimal():
        points = ", ".join(CRASH_POINTS)
        raise CrashError(f"SENYUM_CRASH_AT={chosen}: use one of {points}, or NAME:N")
    return _Countdown(name, int(count or "1"))


class _Countdown:
    def __init__(self, point: str, passages: int) -> None:
        self._point = point
        self._left = passages

    def __call__(self, point: str) -> None:
        if point != self._point:
            return
        self._left -= 1
        if self._left <= 0:
            os._exit(EXIT_CODE)
