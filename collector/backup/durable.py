"""Files that are whole and on the disk, or not there; readable by their owner alone."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from collector.ledger.copying import Progress

CHUNK: Final = 4 * 1024 * 1024


def create(file: Path) -> BinaryIO:
    """A new file, open for writing. Raises FileExistsError."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def write_new(file: Path, data: bytes) -> None:
    with create(file) as out:
        out.write(data)
    sync(file)
    sync(file.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest(file: Path) -> str:
    """SHA-256 of its bytes."""
    with file.open("rb") as stream:
        return _digest_of(_chunks(stream))


def copy(source: Path, target: Path, progress: Progress) -> str:
    """Copy to a new file; SHA-256 of what was read."""
    total = source.stat().st_size
    with source.open("rb") as stream, create(target) as out:
        return _digest_of(_copied(stream, out, total, progress))


def _copied(stream: BinaryIO, out: BinaryIO, total: int, progress: Progress) -> Iterator[bytes]:
    done = 0
    for chunk in _chunks(stream):
        out.write(chunk)
        done += len(chunk)
        progress(done, total)
        yield chunk


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _digest_of(chunks: Iterator[bytes]) -> str:
    whole = sha256()
    for chunk in chunks:
        whole.update(chunk)
    return whole.hexdigest()
