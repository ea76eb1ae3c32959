"""File systems of a test's own, which only this process and its children see.

However a run ends, its mounts end with it: one that outlived it would keep the folder that it
stands in from ever being cleaned up.
"""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from tests.notrun import not_run

CLONE_NEWNS: Final = 0x00020000


@cache
def require_mounts() -> None:
    """Give this process mounts of its own; ends the test where that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)  # os.unshare comes with Python 3.12
    if libc.unshare(CLONE_NEWNS) != 0:
        not_run(f"no mounts of our own ({os.strerror(ctypes.get_errno())}); be root")
    run("mount", "--make-rprivate", "/")


@contextmanager
def tmpfs(folder: Path, size: str) -> Iterator[Path]:
    """A file system of `size` (as mount says it: 256k) at `folder`, really full when it is full."""
    require_mounts()
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        run("umount", "--lazy", str(folder))


def resize(folder: Path, size: str) -> None:
    run("mount", "-o", f"remount,size={size}", str(folder))


def run(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()}"
