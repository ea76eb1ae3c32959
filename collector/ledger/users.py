"""Who may look at the pages: a name, an Argon2id hash, and a session word.

The session word is what a browser's cookie carries. It changes with the password, so a changed
password ends every session that was begun with the old one.
"""

import re
import secrets
import unicodedata
from functools import cache
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlite_utils import Database

from collector.errors import CollectorError
from collector.ledger.store import writing

SHORTEST: Final = 12
LONGEST: Final = 256
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9._-]{0,30}[a-z0-9])?")


class UserError(CollectorError, ValueError):
    """A name or password that is not allowed, or a user who is there or not there."""


class User(NamedTuple):
    name: str
    session: str


def add(db: Database, name: str, password: str, at: int) -> User:
    """A new user, added at Unix second `at`; raises UserError."""
    check_name(name)
    _check_password(password)
    user, hashed = User(name, _new_session()), _hash(password)
    with writing(db):
        if _exists(db, name):
            raise UserError(f"{name} is there already; 'user password {name}' changes the password")
        db.conn.execute("INSERT INTO users VALUES (?, ?, ?, ?)", (name, hashed, user.session, at))
    return user


def change_password(db: Database, name: str, password: str) -> None:
    """A new password; every session of this user ends. Raises UserError."""
    _check_password(password)
    hashed = _hash(password)
    with writing(db):
        _require(db, name)
        db.conn.execute(
            "UPDATE users SET password = ?, session = ? WHERE name = ?",
            (hashed, _new_session(), name),
        )


def remove(db: Database, name: str) -> None:
    """The user is gone, and with it every session. Raises UserError."""
    with writing(db):
        _require(db, name)
        db.conn.execute("DELETE FROM users WHERE name = ?", (name,))


def names(db: Database) -> list[str]:
    return [name for (name,) in db.conn.execute("SELECT name FROM users ORDER BY name")]


def log_in(db: Database, name: str, password: str) -> User | None:
    """The user, if the password is right. A wrong name takes as long as a wrong password."""
    row = db.conn.execute(
        "SELECT password, session FROM users WHERE name = ?", (name.strip().lower(),)
    ).fetchone()
    hashed, session = row or (_nobody(), "")
    right = len(password) <= LONGEST and _matches(hashed, password)
    return User(name.strip().lower(), session) if right and row else None


def of_session(db: Database, session: str) -> User | None:
    """The user whose cookie carries `session`, if it still holds."""
    row = db.conn.execute(
        "SELECT name, session FROM users WHERE session = ?", (session,)
    ).fetchone()
    return User(*row) if row else None


def check_name(name: str) -> None:
    """Raises UserError unless a user may be called so."""
    if not _NAME.fullmatch(name):
        raise UserError(
            f"{name!r} cannot be a user's name: use 1 to 32 of a-z, 0-9, '.', '_' and '-',"
            " beginning and ending with a letter or digit"
        )


def _check_password(password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise UserError(
            f"a password has {SHORTEST} to {LONGEST} characters; this one has {len(password)}"
        )


def _exists(db: Database, name: str) -> bool:
    return bool(db.conn.execute("SELECT 1 FROM users WHERE name = ?", (name,)).fetchone())


def _require(db: Database, name: str) -> None:
    if not _exists(db, name):
        raise UserError(f"{name}: there is no such user; 'user list' names them")


def _new_session() -> str:
    return secrets.token_hex(16)


# The same letter can be typed as one code point or two, depending on the keyboard.
def _normal(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def _hash(password: str) -> str:
    return PasswordHasher().hash(_normal(password))


def _matches(hashed: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(hashed, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A hash that no password opens, to spend the same time on a name that does not exist."""
    return _hash(secrets.token_hex(16))
