"""One folder for each epoch on the card: a signing key, and the outbox of its votes.

    epochs/0001/             kiosk.key and outbox.db
    epochs/0001.damaged      0001 cannot be used, and why: it waits for rescue
    epochs/0001.rescued      what could be saved of it stands in a later one
    epochs/0002/             the highest number is in use
    epochs/0003.tmp/         being prepared, or being removed: means nothing

A new epoch is prepared aside and becomes real by one rename, so that a power cut at any moment
leaves the old one in use or the new one whole.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from kiosk.crash import Crash, never
from kiosk.durable import sync
from kiosk.errors import SenyumError

_NUMBER: Final = re.compile(r"[0-9]{4,9}")


class EpochsInUse(SenyumError, RuntimeError):
    """Another process is at work in the folder."""


class Unsettled(SenyumError, RuntimeError):
    """Which epoch a restart would find in use is not known: nothing may be stored before it."""


class Place(NamedTuple):
    """The folder of one epoch."""

    number: int
    folder: Path

    @property
    def key(self) -> Path:
        return self.folder / "kiosk.key"

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox.db"


class Epochs:
    """All epochs of one kiosk, in `root`."""

    def __init__(self, root: Path, crash: Crash = never) -> None:
        self.root = root
        self._crash = crash

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While nobody else writes here; raises EpochsInUse."""
        self._make_root()
        descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise EpochsInUse(
                f"{self.root}: another process is at work here. Stop it first "
                "(systemctl stop senyum-panel), and start it again afterwards"
            ) from error
        finally:
            os.close(descriptor)

    def _make_root(self) -> None:
        if not self.root.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            _hand_over(self.root, self.root.parent)

    # ------------------------------------------------------------ what is there

    def all(self) -> list[Place]:
        """From the first to the one in use."""
        folders = self.root.iterdir() if self.root.exists() else ()
        complete = [each for each in folders if _NUMBER.fullmatch(each.name) and each.is_dir()]
        return sorted(Place(int(folder.name), folder) for folder in complete)

    def latest(self) -> Place | None:
        """The one in use, unless it is damaged."""
        return next(reversed(self.all()), None)

    def waits(self, place: Place) -> bool:
        """Is it damaged, and not rescued yet?"""
        return _damaged(place).exists()

    def is_rescued(self, place: Place) -> bool:
        return _rescued(place).exists()

    def waiting(self) -> list[Place]:
        return [place for place in self.all() if self.waits(place)]

    # ------------------------------------------------------------ what becomes of one

    @contextmanager
    def prepare(self) -> Iterator[Place]:
        """A folder aside, to be filled; after that it is the highest. Raises OSError."""
        latest = self.latest()
        place = self._place(1 if latest is None else latest.number + 1)
        aside = Place(place.number, place.folder.with_suffix(".tmp"))
        self.sweep()
        self._make_root()
        aside.folder.mkdir()
        try:
            yield aside
            self._make_real(aside, place)
        except BaseException:
            shutil.rmtree(aside.folder, ignore_errors=True)
            raise

    def _place(self, number: int) -> Place:
        return Place(number, self.root / f"{number:04}")

    def _make_real(self, aside: Place, place: Place) -> None:
        for file in (*aside.folder.iterdir(), aside.folder):
            _hand_over(file, self.root)
            sync(file)
        sync(self.root.parent)
        self._crash("epoch_prepared")
        aside.folder.rename(place.folder)
        try:
            sync(self.root)
        except OSError as error:
            raise Unsettled(f"{place.folder}: the disk does not say that it is there") from error
        self._crash("epoch_begun")

    def set_aside(self, place: Place, why: str) -> None:
        """Note that a damaged epoch is not used any more; nothing in its folder is touched."""
        _write(_damaged(place), f"{why}\n")

    def note_rescue(self, place: Place, found: str) -> None:
        """What could be saved of a damaged epoch stands in a later one."""
        _write(_rescued(place), found)
        _damaged(place).unlink(missing_ok=True)
        sync(self.root)

    def forget(self, place: Place) -> None:
        """Remove an earlier epoch: at once, as far as anybody can see."""
        place.folder.rename(place.folder.with_suffix(".tmp"))
        for note in (_damaged(place), _rescued(place)):
            note.unlink(missing_ok=True)
        self.sweep()

    def sweep(self) -> None:
        """Remove what a power cut left half prepared or half removed."""
        for leftover in self.root.glob("*.tmp"):
            shutil.rmtree(leftover, ignore_errors=True)


def _damaged(place: Place) -> Path:
    return place.folder.with_suffix(".damaged")


def _rescued(place: Place) -> Path:
    return place.folder.with_suffix(".rescued")


def _write(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    _hand_over(file, file.parent)
    sync(file.parent)


def _hand_over(made: Path, like: Path) -> None:
    """What root makes for a technician, the panel's user must be able to use."""
    if os.geteuid() == 0:
        owner = like.stat()
        os.chown(made, owner.st_uid, owner.st_gid)
