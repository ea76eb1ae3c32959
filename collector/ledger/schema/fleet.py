"""Kiosks, where they stand, their epochs, and how they are."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0002_fleet")
def _fleet(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE kiosks (
            kiosk TEXT PRIMARY KEY,
            added_at INTEGER NOT NULL,
            retired_at INTEGER
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE placements (             -- [from_at, to_at); NULL is open
            kiosk TEXT NOT NULL REFERENCES kiosks (kiosk),
            from_at INTEGER NOT NULL,
            to_at INTEGER,
            counter TEXT NOT NULL REFERENCES counters (counter),
            PRIMARY KEY (kiosk, from_at)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE epochs (
            e INTEGER PRIMARY KEY,
            epoch TEXT NOT NULL UNIQUE,       -- fingerprint of the key
            kiosk TEXT NOT NULL,
            key TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('approved', 'held', 'closed', 'revoked')),
            added_at INTEGER NOT NULL,
            seq INTEGER NOT NULL DEFAULT 0,   -- the chain head: the guard against repeats
            head TEXT NOT NULL,
            dated_at INTEGER,                 -- the next vote is not older than this
            received_ms INTEGER               -- when the last vote arrived
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX epochs_by_kiosk ON epochs (kiosk)")
    db.conn.execute(
        """
        CREATE TABLE hellos (                 -- the latest of each boot: bounds when its votes were
            e INTEGER NOT NULL REFERENCES epochs (e),
            boot TEXT NOT NULL,
            nonce TEXT NOT NULL,
            up_ms INTEGER NOT NULL,
            received_ms INTEGER NOT NULL,
            oldest INTEGER NOT NULL,          -- seq of the oldest vote that the kiosk still keeps
            PRIMARY KEY (e, boot)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE anchors (                -- wall − up of a boot whose clock was synced
            e INTEGER NOT NULL REFERENCES epochs (e),
            boot TEXT NOT NULL,
            offset_ms INTEGER NOT NULL,
            PRIMARY KEY (e, boot)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE health (                 -- the latest of each kiosk
            kiosk TEXT PRIMARY KEY,
            e INTEGER NOT NULL REFERENCES epochs (e),
            seq INTEGER NOT NULL,             -- with boot and up_ms: an old one is recognised
            boot TEXT NOT NULL,
            up_ms INTEGER NOT NULL,
            received_ms INTEGER NOT NULL,
            body TEXT NOT NULL                -- JSON of wire.Health
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE status (                 -- the retained hint of each kiosk
            kiosk TEXT PRIMARY KEY,
            state TEXT NOT NULL,
            birth INTEGER NOT NULL,
            received_ms INTEGER NOT NULL
        ) STRICT
        """
    )
