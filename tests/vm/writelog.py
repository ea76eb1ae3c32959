"""Every write of a disk in the order in which it came, as QEMU's blklogwrites keeps it.

The format is that of the kernel's dm-log-writes: a superblock, then for each write a sector that
describes it and the sectors that were written. With it, any state that a power cut may have left
on the disk can be made.
"""

import os
import random
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

SECTOR: Final = 512
FLUSH, FUA, DISCARD = 1, 2, 4
_HEAD: Final = struct.Struct("<QQQQ")  # first sector, how many, flags, length of a remark


class Write(NamedTuple):
    sector: int
    flags: int
    data: bytes

    @property
    def flushes(self) -> bool:
        return bool(self.flags & FLUSH)


class WriteLog:
    """A log that QEMU may still be writing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = SECTOR  # after the superblock
        self._writes: list[Write] = []

    def writes(self) -> Sequence[Write]:
        """All that are in the log now, whole."""
        with self._path.open("rb") as log:
            size = log.seek(0, 2)
            while (found := _read(log.fileno(), self._at, size)) is not None:
                write, self._at = found
                self._writes.append(write)
        return self._writes


def _read(log: int, at: int, size: int) -> tuple[Write, int] | None:
    """The write at byte `at` and where the next one begins; None where the log ends."""
    if at + SECTOR > size:
        return None
    sector, sectors, flags, _ = _HEAD.unpack(os.pread(log, _HEAD.size, at))
    length = 0 if flags & DISCARD else sectors * SECTOR
    end = at + SECTOR + length
    if end > size or not (sectors or flags):
        return None
    return Write(sector, flags, os.pread(log, length, at + SECTOR)), end


def states(
    base: bytes, writes: Sequence[Write], cuts: Sequence[int], dice: random.Random
) -> Iterator[tuple[int, bytes]]:
    """For each cut (how many writes had been handed to the disk): two states it may leave.

    What came before the last flush is there. Of what came later all is gone, or each write by
    chance is there or not.
    """
    for cut in cuts:
        durable = max((n for n, write in enumerate(writes[:cut], 1) if write.flushes), default=0)
        for chance in (0.0, 0.5):
            yield cut, _after(base, writes[:cut], durable, chance, dice)


def _after(
    base: bytes, writes: Sequence[Write], durable: int, chance: float, dice: random.Random
) -> bytes:
    disk = bytearray(base)
    for number, (sector, flags, data) in enumerate(writes):
        kept = number < durable or flags & FUA or dice.random() < chance
        if kept and data:
            disk[sector * SECTOR : sector * SECTOR + len(data)] = data
    return bytes(disk)
