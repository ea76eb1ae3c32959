"""Bringing a witness to where others keep it: whole, or not at all."""

import os
from datetime import UTC, datetime
from pathlib import Path


def file_name(n: int, time_ms: int) -> str:
    """Of a witness: sorts by number, and says when it was taken."""
    at = datetime.fromtimestamp(time_ms / 1000, UTC)
    return f"witness-{n:06d}-{at:%Y%m%dT%H%M%SZ}.txt"


def write(path: Path, data: bytes) -> None:
    """Aside, on disk, then renamed: a stick that is pulled out leaves no half of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
