"""Alerts: what was wrong, what people said of it, and who was told. Nothing is ever changed."""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse

_KEPT: Final = "what was said of an alert is never changed or removed"


@migrations(name="0080_alerts")
def _alerts(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE alerts (                 -- insert only
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,            -- kiosk, agency, job …, as the kind has it
            agency TEXT,                      -- whose head reads it, too; NULL: the district alone
            since TEXT NOT NULL,              -- local day from which on it is wrong, as is known
            facts TEXT NOT NULL,              -- JSON: what its text needs
            at_ms INTEGER NOT NULL            -- when it was seen
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE alert_events (           -- insert only: an alert that is not over is live
            id INTEGER PRIMARY KEY,
            alert INTEGER NOT NULL REFERENCES alerts (id),
            at_ms INTEGER NOT NULL,
            who TEXT NOT NULL,                -- cli:<account> or web:<user>; '' for the collector
            what TEXT NOT NULL CHECK (what IN ('acknowledged', 'closed', 'over')),
            comment TEXT NOT NULL
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX alert_events_of ON alert_events (alert)")
    for table in ("alerts", "alert_events"):
        _insert_only(db, table)


@migrations(name="0081_alert_letters")
def _letters(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE alert_letters (          -- insert only: what was handed over
            id INTEGER PRIMARY KEY,
            recipient TEXT NOT NULL,          -- the name in the file of recipients
            day TEXT NOT NULL,                -- local
            digest INTEGER NOT NULL,          -- the daily one?
            at_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE alert_told (             -- insert only: which alerts stood in a letter
            letter INTEGER NOT NULL REFERENCES alert_letters (id),
            alert INTEGER NOT NULL REFERENCES alerts (id),
            PRIMARY KEY (letter, alert)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute("CREATE INDEX alert_told_of ON alert_told (alert)")
    _insert_only(db, "alert_letters")


@migrations(name="0082_alert_thresholds")
def _thresholds(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE alert_thresholds (       -- insert only: of each the last one holds
            id INTEGER PRIMARY KEY,
            agency TEXT REFERENCES agencies (agency),  -- NULL: of all that have none of their own
            points TEXT,                      -- an index falls by so many; '0': no alert;
                                              -- NULL: as of all, and of all: no alert
            at_ms INTEGER NOT NULL,
            who TEXT NOT NULL
        ) STRICT
        """
    )
    _insert_only(db, "alert_thresholds")


def _insert_only(db: Database, table: str) -> None:
    there = f"SELECT 1 FROM {table} WHERE id = NEW.id"  # noqa: S608
    refuse(db, f"{table}_no_update", f"BEFORE UPDATE ON {table}", _KEPT)
    refuse(db, f"{table}_no_delete", f"BEFORE DELETE ON {table}", _KEPT)
    refuse(db, f"{table}_no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS ({there})", _KEPT)
