"""What people note on an agency's time line: what no other table knows."""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse

_KEPT: Final = "a note is never changed or removed: withdraw it, and add another"


@migrations(name="0051_notes")
def _notes(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE notes (                  -- insert only
            n INTEGER PRIMARY KEY,
            agency TEXT REFERENCES agencies (agency),  -- NULL: of all
            day TEXT NOT NULL,                -- local date
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            added_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE withdrawn_notes (        -- insert only
            n INTEGER PRIMARY KEY REFERENCES notes (n),
            withdrawn_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    for table in ("notes", "withdrawn_notes"):
        refuse(db, f"{table}_no_update", f"BEFORE UPDATE ON {table}", _KEPT)
        refuse(db, f"{table}_no_delete", f"BEFORE DELETE ON {table}", _KEPT)
        there = f"SELECT 1 FROM {table} WHERE n = NEW.n"  # noqa: S608
        refuse(db, f"{table}_no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS ({there})", _KEPT)
