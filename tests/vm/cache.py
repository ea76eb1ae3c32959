"""What takes long to build is kept in the user's cache folder under a hash of all that went in."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

KEPT: Final = 3  # versions of each thing; two worktrees may take turns


def folder() -> Path:
    """`kotak-senyum/vm` in the cache folder of the XDG standard; may be deleted at any time."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home, "kotak-senyum", "vm")


def digest(words: Iterable[str], files: Iterable[Path]) -> str:
    """A short hash of `words`, and of the names, modes and contents of `files`."""
    found = hashlib.sha256("\n".join(words).encode())
    for file in files:
        mode = file.stat().st_mode & 0o111
        found.update(f"\n{file.name} {mode} {file.stat().st_size}\n".encode())
        found.update(file.read_bytes())
    return found.hexdigest()[:16]


def built(name: str, version: str, build: Callable[[Path], None]) -> Path:
    """The folder that `build` fills, from the cache if this version has been built before."""
    place = folder() / f"{name}-{version}"
    with _alone(name):
        if not place.exists():
            _fill(place, build)
            _forget(name)
    return place


def _fill(place: Path, build: Callable[[Path], None]) -> None:
    """All or nothing: a build that fails leaves no folder under the name."""
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".building-") as scratch:
        draft = Path(scratch, "draft")
        draft.mkdir()
        build(draft)
        draft.rename(place)


def _forget(name: str) -> None:
    versions = sorted(folder().glob(f"{name}-*"), key=lambda path: path.stat().st_mtime)
    for old in versions[:-KEPT]:
        shutil.rmtree(old)


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Two runs at a time build a thing once."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
