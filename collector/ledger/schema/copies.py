"""One vote in several places, and which votes of a settle window no longer count."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse


@migrations(name="0011_copies")
def _copies(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE copies (                 -- insert only: a vote that stood elsewhere before
            e INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            of_e INTEGER NOT NULL,            -- where it was stored first, and counts
            of_seq INTEGER NOT NULL,
            PRIMARY KEY (e, seq)
        ) STRICT, WITHOUT ROWID
        """
    )
    for action in ("UPDATE", "DELETE"):
        why = "which copy of a vote came first is never changed or removed"
        refuse(db, f"copies_no_{action.lower()}", f"BEFORE {action} ON copies", why)
    # Carried votes are few: the others cost nothing.
    db.conn.execute(
        "CREATE INDEX votes_by_origin ON votes (origin_epoch, origin_seq)"
        " WHERE origin_epoch IS NOT NULL"
    )
    _windows_over_epochs(db)


def _windows_over_epochs(db: Database) -> None:
    """A correction may have been carried into another epoch than the vote that it corrects."""
    db.conn.execute("ALTER TABLE corrections RENAME TO old_corrections")
    db.conn.execute(
        """
        CREATE TABLE corrections (            -- derived: the last vote of a settle window
            e INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last_e INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (e, first)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE superseded (             -- derived: a later vote of its window counts instead
            e INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY (e, seq)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute("INSERT INTO corrections SELECT e, first, e, last FROM old_corrections")
    db.conn.execute(
        "INSERT INTO superseded SELECT votes.e, votes.seq FROM votes JOIN old_corrections c"
        " ON c.e = votes.e AND c.first = COALESCE(corrects, votes.seq) WHERE votes.seq <> c.last"
    )
    db.conn.execute("DROP TABLE old_corrections")
