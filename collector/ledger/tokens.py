"""Which programs may read the figures and the fleet: a name, the hash of a word, and how far.

A word is 32 random bytes, so that its plain SHA-256 cannot be guessed back as a password's could.
"""

import hashlib
import re
import secrets
from typing import Final, Literal, NamedTuple

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.ledger.deeds import By, deed

Reach = Literal["district", "agency", "technician"]

LONGEST_DAYS: Final = 366
_DAY: Final = 86_400
_PREFIX: Final = "senyum-"  # so that a word that leaks is recognised
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")


class TokenError(CollectorError, ValueError):
    """A name that cannot be or is taken, a reach that lacks its agency, or too long a life."""


class Token(NamedTuple):
    name: str
    reach: Reach
    agency: str | None  # of reach `agency`
    added_at: int  # Unix seconds
    until: int


def add(db: Database, by: By, name: str, seen: tuple[Reach, str | None], days: int) -> str:
    """A new token for so many days, in the journal; its word, which is nowhere kept."""
    reach, agency = seen
    _check(name, reach, agency, days)
    word, now = _PREFIX + secrets.token_urlsafe(32), by.at_ms // 1000
    with deed(db, by, "token-added", token=name, reach=reach, agency=agency, days=days):
        if any(name == each.name for each in tokens(db)):
            raise TokenError(f"{name}: there was a token of this name; take another")
        if agency is not None and not _known(db, agency):
            raise TokenError(f"{agency}: there is no such agency; 'agency list' names them")
        row = (name, _hash(word), reach, agency, now, now + days * _DAY)
        db.conn.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)", row)
    return word


def revoke(db: Database, by: By, name: str) -> None:
    """From now on it opens nothing. Raises TokenError."""
    now = by.at_ms // 1000
    with deed(db, by, "token-revoked", token=name):
        ended = db.conn.execute(
            "UPDATE tokens SET until = ? WHERE name = ? AND until > ?", (now, name, now)
        )
        if not ended.rowcount:
            raise TokenError(f"{name}: no token of this name is valid; 'token list' names them")


def of_word(db: Database, word: str, now: int) -> Token | None:
    """The token whose word this is, while it is valid."""
    row = db.conn.execute(
        "SELECT name, reach, agency, added_at, until FROM tokens WHERE word = ? AND until > ?",
        (_hash(word), now),
    ).fetchone()
    return Token(*row) if row else None


def tokens(db: Database) -> list[Token]:
    """All there ever were, by name."""
    rows = db.conn.execute("SELECT name, reach, agency, added_at, until FROM tokens ORDER BY name")
    return [Token(*row) for row in rows]


def _check(name: str, reach: Reach, agency: str | None, days: int) -> None:
    if not _NAME.fullmatch(name):
        raise TokenError(f"{name!r} cannot be a token's name: use 1 to 32 of a-z, 0-9 and '-'")
    if (reach == "agency") != (agency is not None):
        raise TokenError("a token reaches one agency with --for agency --agency SLUG, else none")
    if not 1 <= days <= LONGEST_DAYS:
        raise TokenError(f"a token lives 1 to {LONGEST_DAYS} days, not {days}")


def _known(db: Database, agency: str) -> bool:
    found = db.conn.execute("SELECT 1 FROM agencies WHERE agency = ?", (agency,)).fetchone()
    return found is not None


def _hash(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "surrogateescape")).hexdigest()
