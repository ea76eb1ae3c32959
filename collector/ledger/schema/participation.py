"""How many people were served, by the agencies' own counts; and when each kiosk was heard."""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse

_KEPT: Final = "a count of visitors is never changed or removed: import it again, the last counts"


@migrations(name="0050_participation")
def _participation(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE visitors (               -- insert only: of a place and day the last counts
            agency TEXT NOT NULL REFERENCES agencies (agency),
            day TEXT NOT NULL,                -- local date
            unit TEXT NOT NULL,               -- '' is the whole agency
            version INTEGER NOT NULL,         -- 1, 2, 3 …
            people INTEGER NOT NULL,
            imported_ms INTEGER NOT NULL,
            PRIMARY KEY (agency, day, unit, version)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute("CREATE INDEX visitors_corrected ON visitors (day) WHERE version > 1")
    refuse(db, "visitors_no_update", "BEFORE UPDATE ON visitors", _KEPT)
    refuse(db, "visitors_no_delete", "BEFORE DELETE ON visitors", _KEPT)
    there = (
        "SELECT 1 FROM visitors WHERE (agency, day, unit, version)"
        " = (NEW.agency, NEW.day, NEW.unit, NEW.version)"
    )
    refuse(db, "visitors_no_replace", f"BEFORE INSERT ON visitors WHEN EXISTS ({there})", _KEPT)
    db.conn.execute(
        """
        CREATE TABLE heard (                  -- in which quarters of an hour health came
            kiosk TEXT NOT NULL,
            block INTEGER NOT NULL,           -- 32 days since 1970
            quarters BLOB NOT NULL,           -- one bit each, the first is the lowest
            PRIMARY KEY (kiosk, block)
        ) STRICT, WITHOUT ROWID
        """
    )
