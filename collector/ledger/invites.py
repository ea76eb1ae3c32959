"""A way in for somebody new: a word that works once within a day, kept only as its hash.

It is 32 random bytes, so that its plain SHA-256 cannot be guessed back as a password's could.
"""

import hashlib
import secrets
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.ledger import users
from collector.ledger.deeds import By, deed
from collector.ledger.roles import Role, Standing, UserError, check_standing
from collector.ledger.users import User

LIFE: Final = 86_400  # seconds


class Invite(NamedTuple):
    name: str
    role: Role
    agency: str | None
    until: int  # Unix second

    @property
    def standing(self) -> Standing:
        return Standing(self.role, self.agency)


def invite(db: Database, by: By, name: str, standing: Standing) -> str:
    """A new invitation, in the journal; its word, which is nowhere kept. Ends an earlier one."""
    users.check_name(name)
    word, until = secrets.token_urlsafe(32), by.at_ms // 1000 + LIFE
    told = {"user": name, "role": standing.role, "agency": standing.agency}
    with deed(db, by, "user-invited", **told):
        check_standing(db, standing)
        users.require_free(db, name)
        db.conn.execute("DELETE FROM invites WHERE name = ? AND used_at IS NULL", (name,))
        row = (_hash(word), name, *standing, until)
        db.conn.execute("INSERT INTO invites VALUES (?, ?, ?, ?, ?, NULL)", row)
    return word


def of_word(db: Database, word: str, now: int) -> Invite | None:
    """The invitation whose word this is, while it can be used."""
    row = db.conn.execute(
        "SELECT name, role, agency, until FROM invites"
        " WHERE word = ? AND used_at IS NULL AND until > ?",
        (_hash(word), now),
    ).fetchone()
    return Invite(*row) if row else None


def use(db: Database, by: By, word: str, password: str) -> User:
    """The new user, in the journal. Raises UserError if it cannot be used (any more)."""
    now = by.at_ms // 1000
    with deed(db, by, "invite-used") as told:
        found = of_word(db, word, now)
        if found is None:
            raise UserError("this invitation was used, or is too old; ask for another")
        db.conn.execute("UPDATE invites SET used_at = ? WHERE word = ?", (now, _hash(word)))
        told |= {"user": found.name, "role": found.role, "agency": found.agency}
        return users.add(db, found.name, password, now, found.standing)


def _hash(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "surrogateescape")).hexdigest()
