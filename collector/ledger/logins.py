"""Logins that were ended by their owner: whoever kept a copy of the cookie is out as well."""

from sqlite_utils import Database

from collector.ledger.store import writing


def end(db: Database, login: str, now: int, longest: int) -> None:
    """Remember it for the seconds that a login can last at most; forget those that are over."""
    with writing(db):
        db.conn.execute("DELETE FROM ended_logins WHERE until <= ?", (now,))
        db.conn.execute("INSERT OR IGNORE INTO ended_logins VALUES (?, ?)", (login, now + longest))


def has_ended(db: Database, login: str) -> bool:
    found = db.conn.execute("SELECT 1 FROM ended_logins WHERE login = ?", (login,)).fetchone()
    return found is not None
