"""A disk whose power can be cut at any moment, as often as a test likes.

An ext4 lies in a file, and that file on an XFS that can clone it at one instant, while a program
writes. A clone is what the disk would hold had the power gone then: what was still in memory is
missing. To mount it is to start the machine again.

with Disk(tmp_path) as disk:
    ...                         # write below disk.folder
    disk.cut()
    with disk.started() as found:
        ...                     # what is left, below found
"""

import fcntl
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Self

from tests.mounts import require_mounts, run
from tests.notrun import not_run

FICLONE: Final = 0x40049409
OUTER_SIZE = "2G"  # sparse; XFS wants 300 MiB
INNER_SIZE = "256M"
# As lazy as ext4 can be: what nobody asks it to write stays in memory for five minutes.
LAZY = "loop,noatime,commit=300"


class Disk:
    """An ext4 at `folder`, until it is left."""

    def __init__(self, place: Path) -> None:
        self._outer = place / "outer"
        self._image = self._outer / "disk.img"
        self._clone = self._outer / "clone.img"
        self._found = place / "found"
        self._outer_image = place / "outer.img"
        self.folder = place / "disk"
        self._mounts = ExitStack()

    def __enter__(self) -> Self:
        require_mounts()
        for program in ("mkfs.xfs", "mkfs.ext4"):
            if shutil.which(program, path="/usr/sbin:/sbin") is None:
                not_run(f"{program} is not installed")
        with ExitStack() as mounts:
            self._make(self._outer_image, OUTER_SIZE, "mkfs.xfs", "-q", "-m", "reflink=1")
            mounts.enter_context(mounted(self._outer_image, self._outer, "loop"))
            self._make(self._image, INNER_SIZE, "mkfs.ext4", "-q", "-F")
            mounts.enter_context(mounted(self._image, self.folder, LAZY))
            self._mounts = mounts.pop_all()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._mounts.close()
        assert not loops_of(self._outer_image), "a loop device is left behind"
        self._outer_image.unlink()

    def _make(self, image: Path, size: str, *command: str) -> None:
        run("truncate", "--size", size, str(image))
        run(*command, str(image))

    def cut(self) -> None:
        """Keep what the disk holds at this instant; who writes to it goes on."""
        with self._image.open("rb") as now, self._clone.open("wb") as kept:
            # The file is locked meanwhile: no write of the disk is half in it.
            fcntl.ioctl(kept, FICLONE, now.fileno())

    @contextmanager
    def started(self) -> Iterator[Path]:
        """What is found when the machine starts again after the cut."""
        with mounted(self._clone, self._found, "loop,noatime"):
            yield self._found


@contextmanager
def mounted(image: Path, folder: Path, options: str) -> Iterator[None]:
    """Its loop device goes with the mount (mount asks for autoclear)."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-o", options, str(image), str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        not_run(f"cannot mount {image.name}: {done.stderr.strip()}")
    try:
        yield
    finally:
        run("umount", str(folder))


def loops_of(image: Path) -> str:
    command = ["losetup", "--associated", str(image)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
