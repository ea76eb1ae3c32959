"""How the kiosk is: what the panel has seen since it started, and what the machine says."""

import os
from collections import Counter
from pathlib import Path
from typing import Final

from kiosk import wire
from kiosk.presses import Contested, Event, Freed, Press, Stuck, Together, TooSoon

THERMAL_ZONE: Final = Path("/sys/class/thermal/thermal_zone0/temp")

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

    def see(self, event: Event) -> None:
        if (name := _COUNTED.get(type(event))) is not None:
            self._counts[name] += 1
        match event:
            case Stuck(face=face):
                self._stuck.add(face)
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


def disk_free(folder: Path) -> int | None:
    """Bytes that an ordinary user may still write; None if the disk does not say."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return None
    return disk.f_bavail * disk.f_frsize


def temperature(zone: Path = THERMAL_ZONE) -> int | None:
    """Thousandths of a °C; None where there is no sensor."""
    try:
        return int(zone.read_text())
    except (OSError, ValueError):
        return None
