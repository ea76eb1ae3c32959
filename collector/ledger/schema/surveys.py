"""Surveys (SKM) that people held and an admin brought in."""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse

_ROWS: Final = (
    ("surveys", "s = NEW.s"),
    ("survey_elements", "(s, element) = (NEW.s, NEW.element)"),
)
_KEPT: Final = "a survey is never changed or removed: import it again, and the last one counts"


@migrations(name="0041_surveys")
def _surveys(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE surveys (                -- insert only: of a period the last counts
            s INTEGER PRIMARY KEY,
            agency TEXT NOT NULL REFERENCES agencies (agency),
            first_day TEXT NOT NULL,          -- local dates, both included
            last_day TEXT NOT NULL,
            n INTEGER NOT NULL,               -- respondents
            published TEXT,                   -- the IKM that was published, as it was written
            imported_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX surveys_by_agency ON surveys (agency, last_day)")
    db.conn.execute(
        """
        CREATE TABLE survey_elements (        -- no respondent's row: what it sums up to
            s INTEGER NOT NULL REFERENCES surveys (s),
            element TEXT NOT NULL,            -- slug
            a1 INTEGER,                       -- how many answered 1 …
            a2 INTEGER,
            a3 INTEGER,
            a4 INTEGER,                       -- … to 4
            mean TEXT,                        -- or the mean that was published, as it was written
            PRIMARY KEY (s, element),
            CHECK ((mean IS NULL) = (a1 + a2 + a3 + a4 IS NOT NULL))
        ) STRICT, WITHOUT ROWID
        """
    )
    for table, row in _ROWS:
        refuse(db, f"{table}_no_update", f"BEFORE UPDATE ON {table}", _KEPT)
        refuse(db, f"{table}_no_delete", f"BEFORE DELETE ON {table}", _KEPT)
        there = f"SELECT 1 FROM {table} WHERE {row}"  # noqa: S608
        refuse(db, f"{table}_no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS ({there})", _KEPT)
