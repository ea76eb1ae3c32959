"""What was laid, made into what is packed: the same bytes, modes and dates on every machine."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

# dpkg knows what is installed; these are pip's and uv's own notes, some with paths of this machine.
NOTES: Final = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json")
PROGRAMS: Final = {"nats-server"}  # everything else in bin/ is a script for another Python


def tidy(site: Path, package: str, epoch: int) -> None:
    """`epoch`, Unix seconds, becomes the date of everything in `site`."""
    for path in _superfluous(site, package):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in [*site.rglob("*"), site]:
        executable = path.is_dir() or path.parent == site / "bin"
        path.chmod(0o755 if executable else 0o644)
        os.utime(path, (epoch, epoch))


def _superfluous(site: Path, package: str) -> Iterator[Path]:
    yield from [file for note in NOTES for file in site.glob(f"*.dist-info/{note}")]
    yield from list(site.glob("*.pth"))  # never read: the launcher starts Python without `site`
    yield from list(site.glob(".*"))
    yield from list(site.rglob("__pycache__"))
    yield from [file for file in site.glob("bin/*") if file.name not in PROGRAMS]
    if package == "kiosk":  # a card stays small
        yield from list(site.glob("collector"))
        yield from list(site.glob("bin"))
