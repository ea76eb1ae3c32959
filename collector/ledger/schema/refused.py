"""What is refused, and what waits."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0005_refused")
def _refused(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE quarantine (             -- bounded; oldest leave first
            id INTEGER PRIMARY KEY,
            received_ms INTEGER NOT NULL,
            kiosk TEXT NOT NULL,              -- as the topic says; '' if there is no such kiosk
            topic TEXT NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            size INTEGER NOT NULL,            -- bytes of the whole payload
            kept INTEGER NOT NULL,            -- bytes that this row costs
            payload BLOB NOT NULL             -- cut to what the bounds allow
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX quarantine_by_kiosk ON quarantine (kiosk, received_ms, kept)")
    db.conn.execute(
        """
        CREATE TABLE quarantine_overflow (    -- what was refused and not even kept
            kiosk TEXT NOT NULL,
            day TEXT NOT NULL,
            n INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (kiosk, day)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE held (                   -- whole batches that wait for an admin's word
            id INTEGER PRIMARY KEY,
            e INTEGER NOT NULL REFERENCES epochs (e),
            why TEXT NOT NULL CHECK (why IN ('unapproved', 'fork')),
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            received_ms INTEGER NOT NULL,
            topic TEXT NOT NULL,
            payload BLOB NOT NULL,
            digest TEXT NOT NULL UNIQUE
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX held_by_epoch ON held (e)")
