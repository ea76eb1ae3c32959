"""The demo's user: a random password, made once and kept beside the demo's data."""

import os
import secrets
from pathlib import Path
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.ledger import users

NAME: Final = "demo"


class Account(NamedTuple):
    name: str
    password: str


def account(db: Database, file: Path, now: int) -> Account:
    """The user `demo`, with the password in `file`; both are made if one is missing."""
    known = NAME in users.names(db)
    if known and file.exists():
        return Account(NAME, file.read_text(encoding="utf-8").strip())
    password = secrets.token_hex(8)
    _keep(file, password)
    if known:
        users.change_password(db, NAME, password)
    else:
        users.add(db, NAME, password, now)
    return Account(NAME, password)


def _keep(file: Path, password: str) -> None:
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(f"{password}\n")
