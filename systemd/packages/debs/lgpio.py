"""lgpio for a Python that it has no wheel for, built from its source.

The newest wheels are for Python 3.12. A resolver that may take wheels only then falls back to
lgpio 0.0.0.2 of another author's hand, which is why the lock names the version, and why what is
built here comes from the source archive that the lock has the hash of.

It needs no library of the system: the archive holds lgpio's own C sources.
"""

import sys
import tarfile
import tempfile
from functools import partial
from pathlib import Path
from typing import Final

from debs import debian, lock
from debs.cache import cached
from debs.run import run
from debs.target import MACHINES, Release

NEWEST_WHEEL: Final = (3, 12)
COMPILE: Final = Path(__file__).with_name("compile-lgpio")
TOOLS: Final = (
    "binutils",
    "swig",
    *(f"gcc-{m.replace('_', '-')}-linux-gnu" for m in MACHINES.values()),
)
LIBRARIES: Final = tuple(
    f"{name}:{a}" for name in ("libc6-dev", "libpython3-dev") for a in MACHINES
)


def needs_building(release: Release) -> bool:
    return release.python > NEWEST_WHEEL


def built(release: Release, locked: str, machine: str) -> Path:
    """A folder with lgpio's files for `machine`, named as in the kernel. Raises PackageError."""
    pinned = lock.only(locked, "lgpio")
    inputs = "\n".join([pinned, release.codename, COMPILE.read_text(), *TOOLS, *LIBRARIES])
    folder = cached(f"lgpio-{release.number}", inputs, partial(_build, release, pinned))
    return folder / machine


def _build(release: Release, pinned: str, out: Path) -> None:
    """For all machines at once, in a system of that release that is gone afterwards."""
    with tempfile.TemporaryDirectory() as scratch:
        source = _source(pinned, Path(scratch))
        debian.make(
            release, Path("/dev/null"), (*TOOLS, *LIBRARIES), "--variant=apt",
            f"--architectures={','.join(MACHINES)}",
            f"--customize-hook=copy-in {source} {COMPILE} /",
            f'--customize-hook=chroot "$1" sh /{COMPILE.name} {release.python_version}',
            f"--customize-hook=sync-out /built {out}",
        )  # fmt: skip


def _source(pinned: str, scratch: Path) -> Path:
    """lgpio's unpacked source, of the hash that the lock names."""
    wanted = scratch / "requirements.txt"
    wanted.write_text(pinned, encoding="utf-8")
    run(
        [
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes",
            "--no-binary=lgpio", "--no-build-isolation", "--dest", scratch, "-r", wanted,
        ],
        scratch,
    )  # fmt: skip
    [archive] = scratch.glob("lgpio-*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(scratch / "source", filter="data")
    return next((scratch / "source").iterdir()).rename(scratch / "lgpio")
