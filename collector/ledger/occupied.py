"""Does anybody have a ledger open? Asked of the kernel, so that a damaged file answers too."""

import fcntl
from pathlib import Path
from typing import Final

# SQLite's own locks on a database file (its os.h). In WAL mode, whoever has it open holds a shared
# one on these bytes until it closes, whether it reads, writes or waits.
_LOCKS_BEGIN: Final = 0x40000000
_LOCKS_LENGTH: Final = 512


def in_use(ledger: Path) -> bool:
    """By another process; this one must not have it open, for to ask would free its own locks."""
    with ledger.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCKS_LENGTH, _LOCKS_BEGIN)
        except (BlockingIOError, PermissionError):
            return True
    return False
