"""The collector's latest `ok` for each epoch, as it was signed: an audit holds the chain to it."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlite_utils import Database


class Kept(NamedTuple):
    """A row of the table."""

    e: int
    through: int
    head: str
    nonce: str
    time_ms: int
    digest: str
    signature: bytes


def keep(db: Database, kept: Iterable[Kept]) -> None:
    """Inside of the transaction of which they tell. Of one epoch, the last counts."""
    db.conn.executemany("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?)", kept)


def of_epoch(db: Database, e: int) -> Kept | None:
    row = db.conn.execute("SELECT * FROM receipts WHERE e = ?", (e,)).fetchone()
    return Kept(*row) if row else None
