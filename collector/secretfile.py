"""A secret in a file that is made when it is first needed, for its owner only."""

import contextlib
import os
import secrets
from pathlib import Path

from collector.errors import CollectorError

BYTES = 32


class SecretError(CollectorError, ValueError):
    """The file that holds a secret cannot be used."""


def load_or_create(path: Path) -> bytes:
    """The secret in `path`, made if it is not there. Raises SecretError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        _create(path)
    secret = path.read_bytes()
    if len(secret) < BYTES:
        raise SecretError(f"{path}: too short for a secret; delete it to get a new one")
    return secret


def _create(path: Path) -> None:
    """Linked in when whole, so that nobody ever reads half a secret."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(BYTES))
    try:
        os.link(aside, path)
    finally:
        aside.unlink()
