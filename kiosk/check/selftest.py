"""What a kiosk can try by itself, for who asks from afar: nobody needs to press."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kiosk import machine, wire
from kiosk.check import board, disk
from kiosk.check.line import Line
from kiosk.clock import Clock

LONGEST: Final = 64  # characters that the wire takes


def lines(folder: Path, clock: Clock) -> Iterator[Line]:
    """`folder` is where votes are kept."""
    seen = machine.look()
    yield disk.write(folder, time.monotonic)
    yield disk.room(folder)
    yield disk.wear(seen.wear)
    yield board.voltage(seen)
    yield board.temperature(seen)
    yield board.clock(clock.now())


def checks(folder: Path, clock: Clock) -> tuple[wire.Check, ...]:
    return tuple(_check(line) for line in lines(folder, clock))


def _check(line: Line) -> wire.Check:
    plain = line.said.replace("°", "").encode("ascii", "replace").decode()
    return wire.Check(name=line.name, ok=bool(line.ok), said=plain[:LONGEST])
