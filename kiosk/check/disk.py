"""Does the disk take a row, and how soon? Room and wear as far as they are told."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

from kiosk import health
from kiosk.check.line import Line, fine, trouble
from kiosk.outbox import SCARCE_BYTES

ROW: Final = b"x" * 4096
TRIES: Final = 5
SLOW_S: Final = 1.0  # a citizen waits for the lamp so long at most
WORN_PERCENT: Final = 90
MIB: Final = 1024 * 1024


def write(folder: Path, now: Callable[[], float]) -> Line:
    """Writes and syncs a few rows' worth, and takes them away again; `now` in seconds."""
    try:
        took = median(_times(folder, now))
    except OSError as error:
        return trouble(
            "disk", f"{folder}: takes no row: {error.strerror}", "replace the card, or free space"
        )
    said = f"a row takes {1000 * took:.1f} ms"
    if took > SLOW_S:
        return trouble("disk", said, "the card is worn or false: replace it")
    return fine("disk", said)


def _times(folder: Path, now: Callable[[], float]) -> list[float]:
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(TRIES):
            began = now()
            file.write(ROW)
            file.flush()
            os.fsync(file.fileno())
            times.append(now() - began)
    return times


def room(folder: Path) -> Line:
    free = health.disk_free(folder)
    if free is None:
        return trouble("room", f"{folder}: the disk does not say", "is data_dir there?")
    said = f"{free // MIB} MiB free"
    if free < SCARCE_BYTES:
        return trouble("room", said, "old votes are forgotten early: free space, or a larger card")
    return fine("room", said)


def wear(percent: int | None) -> Line:
    if percent is None:
        return fine("wear", "this card does not tell")
    said = f"{percent} % of the card's life is used"
    if percent >= WORN_PERCENT:
        return trouble("wear", said, "replace the card soon; its votes are sent first")
    return fine("wear", said)
