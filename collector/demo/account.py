"""The demo's users, one of each role: one random password, made once and kept beside its data."""

import os
import secrets
from pathlib import Path
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.ledger import users
from collector.ledger.roles import OF_AGENCY, Role, Standing

NAMES: Final[dict[Role, str]] = {
    "district-admin": "demo",
    "auditor": "auditor",
    "agency-head": "kepala",
    "agency-staff": "staf",
    "technician": "teknisi",
}


class Accounts(NamedTuple):
    """Everybody has the same password: it is a demo."""

    password: str
    standings: dict[str, Standing]  # by the user's name


def accounts(db: Database, file: Path, agency: str, now: int) -> Accounts:
    """Users with the password in `file`, which is made if it is missing; two are of `agency`."""
    password = _kept(file)
    known = users.names(db)
    standings = {
        name: Standing(role, agency if role in OF_AGENCY else None) for role, name in NAMES.items()
    }
    for name, standing in standings.items():
        if name not in known:
            users.add(db, name, password, now, standing)
        elif users.log_in(db, name, password) is None:
            users.change_password(db, name, password)
    return Accounts(password, standings)


def _kept(file: Path) -> str:
    if file.exists():
        return file.read_text(encoding="utf-8").strip()
    password = secrets.token_hex(8)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(f"{password}\n")
    return password
