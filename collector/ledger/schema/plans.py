"""Follow-up plans of agencies: what they promised to do about what people said."""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse

_KEPT: Final = "a plan is never changed or removed: a new version is added, and the last one counts"


@migrations(name="0049_plans")
def _plans(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE plans (                  -- insert only: of a plan the last version counts
            version INTEGER PRIMARY KEY,
            plan INTEGER NOT NULL,            -- 1, 2, 3 … the number by which people call it
            agency TEXT NOT NULL REFERENCES agencies (agency),
            element TEXT,                     -- of the SKM, by its slug
            cause TEXT NOT NULL,
            action TEXT NOT NULL,
            post TEXT NOT NULL,               -- in charge: an office, never a name
            due TEXT NOT NULL,                -- local dates
            realised TEXT,
            evidence TEXT NOT NULL,
            withdrawn TEXT,
            why TEXT NOT NULL,                -- it was withdrawn
            noted_on TEXT NOT NULL,           -- local date of this version
            noted_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX plans_by_plan ON plans (plan, version)")
    refuse(db, "plans_no_update", "BEFORE UPDATE ON plans", _KEPT)
    refuse(db, "plans_no_delete", "BEFORE DELETE ON plans", _KEPT)
    there = "SELECT 1 FROM plans WHERE version = NEW.version"
    refuse(db, "plans_no_replace", f"BEFORE INSERT ON plans WHEN EXISTS ({there})", _KEPT)
