"""Settle windows: a vote, and the corrections of it, of which the last counts.

A window is named after its first vote, wherever that was stored first, so that it holds together
when a part of it was carried into another epoch. Both tables are derived and do not depend on the
order in which votes came: `rebuild` makes the same of them.
"""

from typing import Final

from sqlite_utils import Database

from collector.ledger.copies import Place

_Order = tuple[bool, int, bytes, bytes, int]


def correct(db: Database, first: Place, by: Place) -> Place | None:
    """`by` corrects the vote at `first`; the vote that counts no longer, or None.

    Both are stored, and named by where they were stored first. Inside of a transaction.
    """
    last = last_of(db, first)
    if by == last:
        return None
    gone = min(by, last, key=lambda place: _order(db, first, place))
    if gone == last:
        db.conn.execute("INSERT OR REPLACE INTO corrections VALUES (?, ?, ?, ?)", (*first, *by))
    added = db.conn.execute("INSERT OR IGNORE INTO superseded VALUES (?, ?)", gone)
    return gone if added.rowcount else None


def last_of(db: Database, first: Place) -> Place:
    """Which vote of the window counts by now."""
    row = db.conn.execute(
        "SELECT last_e, last FROM corrections WHERE (e, first) = (?, ?)", first
    ).fetchone()
    return Place(*row) if row else first


def _order(db: Database, first: Place, member: Place) -> _Order:
    """A window was pressed in the order of seq; what came after it was carried stands last.

    Two votes of one origin and one salt, which no sane kiosk sends, go by where they stand.
    """
    where = "SELECT COALESCE(origin_epoch, epoch) FROM votes JOIN epochs USING (e)"
    row = db.conn.execute(
        f"SELECT COALESCE(origin_epoch, epoch) <> ({where} WHERE (e, votes.seq) = (?1, ?2)),"  # noqa: S608
        " COALESCE(origin_seq, votes.seq), salt, epoch, votes.seq FROM votes JOIN epochs USING (e)"
        " WHERE (e, votes.seq) = (?3, ?4)",
        (*first, *member),
    ).fetchone()
    return bool(row[0]), *row[1:]


def rebuild(db: Database) -> None:
    """Derive both tables anew, inside of a transaction of the caller's."""
    for statement in _REBUILD:
        db.conn.execute(statement)


_REBUILD: Final = (
    "DELETE FROM corrections",
    "DELETE FROM superseded",
    """
    CREATE TEMP TABLE members AS
    WITH corrects AS (
        SELECT COALESCE(f.of_e, v.e) AS e, COALESCE(f.of_seq, v.corrects) AS first,
            COALESCE(m.of_e, v.e) AS member_e, COALESCE(m.of_seq, v.seq) AS member
        FROM votes v
        LEFT JOIN copies f ON f.e = v.e AND f.seq = v.corrects
        LEFT JOIN copies m ON m.e = v.e AND m.seq = v.seq
        WHERE v.corrects IS NOT NULL
    ), others AS (  -- a copy of the first vote corrects nothing
        SELECT * FROM corrects WHERE (member_e, member) <> (e, first)
    ), windows AS (
        SELECT * FROM others UNION SELECT e, first, e, first FROM others
    )
    SELECT w.*, ROW_NUMBER() OVER (
        PARTITION BY w.e, w.first
        ORDER BY COALESCE(m.origin_epoch, me.epoch) <> COALESCE(f.origin_epoch, fe.epoch) DESC,
            COALESCE(m.origin_seq, m.seq) DESC, m.salt DESC, me.epoch DESC, m.seq DESC
    ) AS from_end
    FROM windows w
    JOIN votes f ON f.e = w.e AND f.seq = w.first JOIN epochs fe ON fe.e = f.e
    JOIN votes m ON m.e = w.member_e AND m.seq = w.member JOIN epochs me ON me.e = m.e
    """,
    "INSERT INTO corrections SELECT e, first, member_e, member FROM members"
    " WHERE from_end = 1 AND (member_e, member) <> (e, first)",  # that first vote still counts
    "INSERT OR IGNORE INTO superseded SELECT member_e, member FROM members WHERE from_end > 1",
    "DROP TABLE members",
)
