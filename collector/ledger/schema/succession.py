"""Which epoch follows which, and two cards with one key."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse


@migrations(name="0012_succession")
def _succession(db: Database) -> None:
    # The epoch before it on its card, and how the key of that one has signed so; else NULL.
    db.conn.execute("ALTER TABLE epochs ADD COLUMN follows TEXT")
    db.conn.execute("ALTER TABLE epochs ADD COLUMN vouched TEXT")
    refuse(
        db,
        "epochs_no_other_past",
        "BEFORE UPDATE OF follows, vouched ON epochs WHEN OLD.follows IS NOT NULL",
        "which epoch was before is never changed",
    )
    db.conn.execute(
        """
        CREATE TABLE forks (                  -- epochs of which somebody told another history
            e INTEGER PRIMARY KEY REFERENCES epochs (e),
            first_ms INTEGER NOT NULL,
            last_ms INTEGER NOT NULL,
            settled INTEGER NOT NULL          -- 1: an admin has decided, or all is quiet for long
        ) STRICT
        """
    )
