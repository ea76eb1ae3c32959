"""What the ledger holds of some epochs, to be compared with what their kiosks hold."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlite_utils import Database


class Row(NamedTuple):
    epoch: str
    seq: int
    time: str  # the commitment to its fine time, hex


def rows_of(db: Database, epochs: Iterable[str]) -> list[Row]:
    """The votes of these epochs: a list, so that a repeat would show."""
    return [row for epoch in epochs for row in _rows_of(db, epoch)]


def _rows_of(db: Database, epoch: str) -> Iterable[Row]:
    rows = db.conn.execute(
        "SELECT epoch, votes.seq, time FROM votes JOIN epochs USING (e) WHERE epoch = ?", (epoch,)
    )
    return (Row(name, seq, time.hex()) for name, seq, time in rows)


def stored(db: Database, epoch: str) -> int:
    """The last vote of an epoch: cheap, to be asked often."""
    row = db.conn.execute("SELECT seq FROM epochs WHERE epoch = ?", (epoch,)).fetchone()
    return int(row[0]) if row else 0


def effective(db: Database) -> int:
    """Votes that count: no tests, no copies, and of each settle window the last."""
    return _number(
        db,
        "SELECT COUNT(*) FROM votes LEFT JOIN superseded s USING (e, seq)"
        " WHERE counted AND s.e IS NULL",
    )


def counted(db: Database) -> int:
    """What the counts add up to; as many as `effective`, or something is wrong."""
    return _number(db, "SELECT COALESCE(SUM(n), 0) FROM counts_day")


def voting_agencies(db: Database) -> int:
    """Agencies with votes."""
    return _number(
        db,
        "SELECT COUNT(DISTINCT agency) FROM units JOIN counters USING (unit)"
        " WHERE counter IN (SELECT counter FROM counts_day)",
    )


def _number(db: Database, sql: str) -> int:
    return int(db.conn.execute(sql).fetchone()[0])
