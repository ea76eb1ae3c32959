"""What makes erasing certain: exact times in rows that lie in the order in which they came."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse_fine


@migrations(name="0014_erasing")
def _erasing(db: Database) -> None:
    # Kept by (e, seq), pages were split in their middle, and SQLite leaves pieces of moved rows
    # behind in what is free then: a few in ten thousand erased times stayed readable. By rowid
    # new rows are only ever added at the end, and the oldest leave from the front.
    db.conn.execute("ALTER TABLE fine RENAME TO old_fine")
    db.conn.execute(
        """
        CREATE TABLE fine (                   -- erased after 30 days
            e INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            tsalt BLOB NOT NULL,
            wall_ms INTEGER NOT NULL,
            synced INTEGER NOT NULL,
            boot BLOB NOT NULL,
            up_ms INTEGER NOT NULL,
            UNIQUE (e, seq)
        ) STRICT
        """
    )
    db.conn.execute("INSERT INTO fine SELECT * FROM old_fine")
    db.conn.execute("DROP TABLE old_fine")
    refuse_fine(db)
    db.conn.execute("ALTER TABLE anchors ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0")
