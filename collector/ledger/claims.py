"""What others claim of the heads: witnesses and receipts, beside the ledger while it is audited.

They lie in temporary tables, which a reader may have too: ten years of witnesses are a million
claims, and memory is not for them.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlite_utils import Database


class Claim(NamedTuple):
    """After vote `seq` of `epoch` the head was `head`."""

    epoch: str
    seq: int
    head: str
    filed: str  # '' if it says nothing of what was filed
    at_ms: int
    source: str  # for people: who says so


def prepare(db: Database) -> None:
    db.conn.execute(
        "CREATE TEMP TABLE claims (epoch TEXT, seq INTEGER, head TEXT, filed TEXT,"
        " at_ms INTEGER, source TEXT, PRIMARY KEY (epoch, seq, head, filed)) WITHOUT ROWID"
    )


def add(db: Database, claims: Iterable[Claim]) -> None:
    """What is claimed again says nothing new: the first one is kept."""
    db.conn.executemany("INSERT OR IGNORE INTO claims VALUES (?, ?, ?, ?, ?, ?)", claims)


def of_epoch(db: Database, epoch: str) -> Iterator[Claim]:
    """In the order of seq."""
    rows = db.conn.execute("SELECT * FROM claims WHERE epoch = ? ORDER BY seq", (epoch,))
    return (Claim(*row) for row in rows)


def unheard(db: Database) -> list[Claim]:
    """The last claim of each epoch that the ledger does not know."""
    rows = db.conn.execute(
        "SELECT epoch, MAX(seq), head, filed, at_ms, source FROM claims"
        " WHERE epoch NOT IN (SELECT epoch FROM epochs) GROUP BY epoch"
    )
    return [Claim(*row) for row in rows.fetchall()]
