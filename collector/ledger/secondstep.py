"""The second step of a login, as it is kept: a locked secret, and the last code that was taken."""

from sqlite_utils import Database

from collector.ledger import users
from collector.ledger.deeds import By, deed
from collector.ledger.roles import UserError
from collector.ledger.store import writing
from collector.ledger.users import User


def set_up(db: Database, by: By, user: User, locked: str, step: int) -> None:
    """Once: whoever is here already is not replaced. Raises UserError if that came between."""
    with deed(db, by, "totp-set", user=user.name):
        done = db.conn.execute(
            "UPDATE users SET totp = ?, totp_step = ? WHERE name = ? AND session = ?"
            " AND totp IS NULL",
            (locked, step, user.name, user.session),
        )
        if not done.rowcount:
            raise UserError(f"{user.name}: the second step was changed meanwhile")


def reset(db: Database, by: By, name: str) -> None:
    """The next login sets it up anew; every session of this user ends. Raises UserError."""
    with deed(db, by, "totp-reset", user=name):
        users.end_sessions(db, name)
        db.conn.execute("UPDATE users SET totp = NULL, totp_step = 0 WHERE name = ?", (name,))


def spend(db: Database, name: str, step: int) -> bool:
    """Take the code of this step; False if it, or a later one, was taken already."""
    with writing(db):
        spent = db.conn.execute(
            "UPDATE users SET totp_step = ? WHERE name = ? AND totp_step < ?", (step, name, step)
        )
        return spent.rowcount > 0
