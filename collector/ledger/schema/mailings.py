"""Of which periods the report was mailed."""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse

_KEPT: Final = "what was mailed is never changed or removed"


@migrations(name="0070_mailings")
def _mailings(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE mailings (               -- insert only: one for each time
            m INTEGER PRIMARY KEY,
            first_day TEXT NOT NULL,          -- local dates, both included
            last_day TEXT NOT NULL,
            at_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    refuse(db, "mailings_no_update", "BEFORE UPDATE ON mailings", _KEPT)
    refuse(db, "mailings_no_delete", "BEFORE DELETE ON mailings", _KEPT)
    there = "SELECT 1 FROM mailings WHERE m = NEW.m"
    refuse(db, "mailings_no_replace", f"BEFORE INSERT ON mailings WHEN EXISTS ({there})", _KEPT)
