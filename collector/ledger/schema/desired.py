"""What kiosks are told from here: their settings, and commands."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0040_desired")
def _desired(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE configs (                -- insert only; the highest version is wanted
            kiosk TEXT NOT NULL REFERENCES kiosks (kiosk),
            version INTEGER NOT NULL,
            made_ms INTEGER NOT NULL,
            settings TEXT NOT NULL,           -- JSON of wire.Settings
            PRIMARY KEY (kiosk, version)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE commands (
            id TEXT PRIMARY KEY,
            kiosk TEXT NOT NULL REFERENCES kiosks (kiosk),
            boot TEXT NOT NULL,
            until_up INTEGER NOT NULL,        -- of the kiosk's `up`, ms
            action TEXT NOT NULL,
            made_ms INTEGER NOT NULL,
            ends_ms INTEGER NOT NULL,         -- by our clock: not sent any more from then on
            answered_ms INTEGER,
            result TEXT,
            checks TEXT                       -- JSON, a list of wire.Check
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX commands_open ON commands (ends_ms) WHERE answered_ms IS NULL")
