"""Which question kiosks ask when, as an admin planned it, and what came of it."""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse

_ROWS: Final = (
    ("rotations", "r = NEW.r"),
    ("rotation_slots", "(r, first_day) = (NEW.r, NEW.first_day)"),
    ("rotated", "(kiosk, version) = (NEW.kiosk, NEW.version)"),
)
_KEPT: Final = (
    "a rotation is never changed or removed: plan another, which holds from its first day"
)


@migrations(name="0052_rotations")
def _rotations(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE rotations (              -- insert only; the last that has begun holds
            r INTEGER PRIMARY KEY,
            agency TEXT NOT NULL REFERENCES agencies (agency),
            first_day TEXT NOT NULL,          -- local date
            step TEXT NOT NULL,               -- day or week
            blocks INTEGER NOT NULL,          -- 0: from that day on nothing is rotated
            seed TEXT NOT NULL,
            made_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX rotations_by_agency ON rotations (agency)")
    db.conn.execute(
        """
        CREATE TABLE rotation_slots (
            r INTEGER NOT NULL REFERENCES rotations (r),
            first_day TEXT NOT NULL,          -- local dates, both included
            last_day TEXT NOT NULL,
            question TEXT NOT NULL REFERENCES questions (question),
            PRIMARY KEY (r, first_day)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE rotated (                -- which settings of a kiosk a rotation made
            kiosk TEXT NOT NULL,
            version INTEGER NOT NULL,
            PRIMARY KEY (kiosk, version),
            FOREIGN KEY (kiosk, version) REFERENCES configs (kiosk, version)
        ) STRICT, WITHOUT ROWID
        """
    )
    for table, row in _ROWS:
        refuse(db, f"{table}_no_update", f"BEFORE UPDATE ON {table}", _KEPT)
        refuse(db, f"{table}_no_delete", f"BEFORE DELETE ON {table}", _KEPT)
        there = f"SELECT 1 FROM {table} WHERE {row}"  # noqa: S608
        refuse(db, f"{table}_no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS ({there})", _KEPT)
