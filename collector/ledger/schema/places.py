"""Where people are served, and what they are asked."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0001_places")
def _places(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE agencies (
            agency TEXT PRIMARY KEY,          -- slug
            name TEXT NOT NULL,
            short TEXT NOT NULL,
            service TEXT NOT NULL,            -- type of service: agencies are compared within it
            source TEXT NOT NULL,             -- where the name was read
            verified INTEGER NOT NULL,        -- 0: probable, to be confirmed by the regency
            valid_from TEXT,                  -- local dates, [from, to); NULL is open
            valid_to TEXT,
            successor TEXT REFERENCES agencies (agency)
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE units (
            unit TEXT PRIMARY KEY,
            agency TEXT NOT NULL REFERENCES agencies (agency),
            name TEXT NOT NULL,
            district TEXT                     -- kecamatan
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE counters (
            counter TEXT PRIMARY KEY,
            unit TEXT NOT NULL REFERENCES units (unit),
            name TEXT NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE questions (
            question TEXT PRIMARY KEY,
            text_id TEXT NOT NULL,
            text_en TEXT NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        "INSERT INTO questions VALUES ('pelayanan', 'Bagaimana pelayanan kami hari ini?',"
        " 'How was our service today?')"
    )
