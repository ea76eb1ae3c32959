"""Where thousands of small files need no disk: tests that make them kill nothing that has one."""

from pathlib import Path
from typing import Final

_MEMORY = Path("/dev/shm")
MEMORY: Final = _MEMORY if _MEMORY.is_dir() else None  # None: the usual place
