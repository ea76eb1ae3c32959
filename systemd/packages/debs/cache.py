"""What takes long to make is kept in the user's cache, under a hash of all that goes into it."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def cached(what: str, inputs: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` once filled for these inputs. It may be deleted at any time."""
    digest = hashlib.sha256(inputs.encode()).hexdigest()[:16]
    kept = _home() / f"{what}-{digest}"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{kept.name}-", dir=kept.parent))
        try:
            make(made)
            _put(made, kept)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return kept


def _put(made: Path, kept: Path) -> None:
    try:
        made.rename(kept)
    except OSError:  # another build was faster; its folder is as good
        if not kept.exists():
            raise


def _home() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "kotak-senyum"
