"""Complaints (LAPOR) that an admin brought in: days and a status, no text and nobody's name."""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse

_KEPT: Final = "a complaint is never changed or removed: import it again, and the last one counts"


@migrations(name="0048_complaints")
def _complaints(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE complaint_imports (      -- insert only; of every file, even without news
            i INTEGER PRIMARY KEY,
            as_of TEXT NOT NULL,              -- local date on which the file was true
            file TEXT NOT NULL,               -- SHA-256 of the file
            key TEXT NOT NULL,                -- fingerprint of the key that hid the numbers
            imported_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE complaints (             -- insert only: of a complaint the last row counts
            c INTEGER PRIMARY KEY,
            i INTEGER NOT NULL REFERENCES complaint_imports (i),
            complaint TEXT NOT NULL,          -- keyed hash of its number
            agency TEXT NOT NULL REFERENCES agencies (agency),
            received TEXT NOT NULL,           -- local dates; NULL is not known, or not yet
            status TEXT NOT NULL CHECK (status IN ('open', 'answered', 'closed', 'rejected')),
            verified TEXT,
            disposition TEXT,
            answered TEXT,
            closed TEXT,
            examined INTEGER CHECK (examined IN (0, 1))
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX complaints_by_complaint ON complaints (complaint, c)")
    for table, column in (("complaint_imports", "i"), ("complaints", "c")):
        refuse(db, f"{table}_no_update", f"BEFORE UPDATE ON {table}", _KEPT)
        refuse(db, f"{table}_no_delete", f"BEFORE DELETE ON {table}", _KEPT)
        there = f"SELECT 1 FROM {table} WHERE {column} = NEW.{column}"  # noqa: S608
        refuse(db, f"{table}_no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS ({there})", _KEPT)
