"""Two cards with one key: seen when the second tells another history, settled by an admin.

A fork is settled when an admin decides on an epoch that follows the forked one, or revokes that.
What is under way then may still come and opens nothing; a clone that goes on does.
"""

from typing import Final, NamedTuple

from sqlite_utils import Database

GRACE_MS: Final = 3 * 86_400_000  # since it was last heard: a broker may hold a message so long


class Fork(NamedTuple):
    epoch: str
    first_ms: int  # the collector's clock
    last_ms: int


def see(db: Database, e: int, at_ms: int) -> bool:
    """Note that somebody contradicted what is stored of this epoch; True if that is news."""
    row = db.conn.execute("SELECT last_ms, settled FROM forks WHERE e = ?", (e,)).fetchone()
    last_ms, settled = row or (at_ms, False)
    is_news = row is None or (settled and at_ms > last_ms + GRACE_MS)
    if is_news:
        db.conn.execute("INSERT OR REPLACE INTO forks VALUES (?, ?, ?, 0)", (e, at_ms, at_ms))
    elif not settled and at_ms > last_ms:
        db.conn.execute("UPDATE forks SET last_ms = ? WHERE e = ?", (at_ms, e))
    return is_news


def settle(db: Database, epoch: str | None) -> None:
    """An admin has decided about it. None: there is no such epoch, and nothing to settle."""
    db.conn.execute(
        "UPDATE forks SET settled = 1 WHERE e = (SELECT e FROM epochs WHERE epoch = ?)", (epoch,)
    )


def settle_silent(db: Database, before_ms: int) -> None:
    """Of those from whom nothing was heard since then there is nothing left to decide."""
    db.conn.execute("UPDATE forks SET settled = 1 WHERE last_ms < ?", (before_ms,))


def unsettled(db: Database, kiosk: str) -> list[Fork]:
    rows = db.conn.execute(
        "SELECT epoch, first_ms, last_ms FROM forks JOIN epochs USING (e)"
        " WHERE kiosk = ? AND NOT settled ORDER BY first_ms",
        (kiosk,),
    )
    return [Fork(*row) for row in rows]
