"""Who may look at the pages: a name, a password's hash, a standing, and a session word.

The session word is part of what a browser's cookie carries. It changes with password, role and
second step, so that every session ends that was begun before.
"""

import re
import secrets
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.ledger import passwords
from collector.ledger.roles import ADMIN, Role, Standing, UserError, check_standing
from collector.ledger.store import writing

_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9._-]{0,30}[a-z0-9])?")


class User(NamedTuple):
    name: str
    session: str
    role: Role
    agency: str | None
    totp: str | None  # the locked secret of the second step; None: not set up
    totp_step: int  # of the last code that was taken

    @property
    def standing(self) -> Standing:
        return Standing(self.role, self.agency)


_COLUMNS: Final = "name, session, role, agency, totp, totp_step"


def add(db: Database, name: str, password: str, at: int, standing: Standing = ADMIN) -> User:
    """A new user, added at Unix second `at`; raises UserError."""
    check_name(name)
    user, hashed = User(name, _new_session(), *standing, None, 0), passwords.hashed(password)
    with writing(db):
        check_standing(db, standing)
        require_free(db, name)
        db.conn.execute(
            "INSERT INTO users (name, password, session, added_at, role, agency)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (name, hashed, user.session, at, *standing),
        )
    return user


def change_password(db: Database, name: str, password: str) -> None:
    """A new password; every session of this user ends. Raises UserError."""
    hashed = passwords.hashed(password)
    with writing(db):
        end_sessions(db, name)
        db.conn.execute("UPDATE users SET password = ? WHERE name = ?", (hashed, name))


def change_standing(db: Database, name: str, standing: Standing) -> None:
    """Another role; every session of this user ends. Raises UserError."""
    with writing(db):
        check_standing(db, standing)
        end_sessions(db, name)
        db.conn.execute("UPDATE users SET role = ?, agency = ? WHERE name = ?", (*standing, name))


def end_sessions(db: Database, name: str) -> None:
    """Every session of this user ends. Raises UserError."""
    with writing(db):
        require(db, name)
        db.conn.execute("UPDATE users SET session = ? WHERE name = ?", (_new_session(), name))


def remove(db: Database, name: str) -> None:
    """The user is gone, and with it every session. Raises UserError."""
    with writing(db):
        require(db, name)
        db.conn.execute("DELETE FROM users WHERE name = ?", (name,))


def users(db: Database) -> list[User]:
    """By name."""
    rows = db.conn.execute(f"SELECT {_COLUMNS} FROM users ORDER BY name")  # noqa: S608
    return [User(*row) for row in rows]


def names(db: Database) -> list[str]:
    return [user.name for user in users(db)]


def named(db: Database, name: str) -> User | None:
    row = db.conn.execute(
        f"SELECT {_COLUMNS} FROM users WHERE name = ?",  # noqa: S608
        (name,),
    ).fetchone()
    return User(*row) if row else None


def log_in(db: Database, name: str, password: str) -> User | None:
    """The user, if the password is right. A wrong name takes as long as a wrong password."""
    name = name.strip().lower()
    row = db.conn.execute("SELECT password FROM users WHERE name = ?", (name,)).fetchone()
    return named(db, name) if passwords.matches(row and row[0], password) else None


def of_session(db: Database, session: str) -> User | None:
    """The user whose cookie carries `session`, if it still holds."""
    row = db.conn.execute(
        f"SELECT {_COLUMNS} FROM users WHERE session = ?",  # noqa: S608
        (session,),
    ).fetchone()
    return User(*row) if row else None


def check_name(name: str) -> None:
    """Raises UserError unless a user may be called so."""
    if not _NAME.fullmatch(name):
        raise UserError(
            f"{name!r} cannot be a user's name: use 1 to 32 of a-z, 0-9, '.', '_' and '-',"
            " beginning and ending with a letter or digit"
        )


def require(db: Database, name: str) -> User:
    """The user of that name; raises UserError if there is none."""
    user = named(db, name)
    if user is None:
        raise UserError(f"{name}: there is no such user; 'user list' names them")
    return user


def require_free(db: Database, name: str) -> None:
    """Raises UserError if somebody is called so."""
    if named(db, name) is not None:
        raise UserError(f"{name} is there already; 'user password {name}' changes the password")


def _new_session() -> str:
    return secrets.token_hex(16)
