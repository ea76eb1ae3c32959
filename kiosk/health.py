"""What the panel has seen since it started, and how much room its disk has."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kiosk import wire
from kiosk.presses import Contested, Event, Freed, Press, Stuck, Together, TooSoon

HOUR_MS: Final = 3_600_000

_COUNTED: Final[dict[type[Event], str]] = {
    Press: "presses",
    TooSoon: "too_soon",
    Contested: "contested",
    Together: "together",
    Stuck: "stuck",
}


class Tally:
    """The panel's counters; `stored` and `refused` are told, the rest it sees in events."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._stuck: set[str] = set()
        self._pressed_at: dict[str, int] = {}
        self._times_stuck: Counter[str] = Counter()

    def see(self, event: Event) -> None:
        if (name := _COUNTED.get(type(event))) is not None:
            self._counts[name] += 1
        match event:
            case Press(face=face, at=at):
                self._pressed_at[face] = at
            case Stuck(face=face):
                self._stuck.add(face)
                self._times_stuck[face] += 1
            case Freed(face=face):
                self._stuck.discard(face)

    def stored(self) -> None:
        self._counts["votes"] += 1

    def refused(self) -> None:
        self._counts["refused"] += 1

    def counters(self) -> wire.Counters:
        names = wire.Counters.__struct_fields__
        return wire.Counters(**{name: self._counts[name] for name in names})

    def stuck(self) -> tuple[str, ...]:
        """Faces whose buttons are down for too long, now."""
        return tuple(sorted(self._stuck))

    def buttons(self, faces: Sequence[str], now: int) -> tuple[wire.Button, ...]:
        """How each button does; `now` in milliseconds since boot, as events are."""
        return tuple(
            wire.Button(face=face, idle=self._idle(face, now), stuck=self._times_stuck[face])
            for face in faces
        )

    def _idle(self, face: str, now: int) -> int | None:
        at = self._pressed_at.get(face)
        return None if at is None else max(0, now - at) // HOUR_MS


def waiting(pressed: wire.Fine | None, now: wire.Moment) -> int | None:
    """Whole hours since `pressed`; None where that cannot be told, or there is nothing to tell.

    In another boot only two clocks that were right can tell.
    """
    if pressed is None:
        return None
    if pressed.boot == now.boot:
        return max(0, now.up - pressed.up) // HOUR_MS
    if pressed.clock == now.clock == "synced":
        return max(0, now.wall - pressed.wall) // HOUR_MS
    return None


def disk_free(folder: Path) -> int | None:
    """Bytes that an ordinary user may still write; None if the disk does not say."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return None
    return disk.f_bavail * disk.f_frsize
