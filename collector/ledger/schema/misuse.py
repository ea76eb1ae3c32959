"""What the misuse rules found: votes left out of the filtered index, and cases for people."""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse

_KEPT: Final = "what a rule found is never changed or removed"


@migrations(name="0045_misuse_flags")
def _flags(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE misuse_runs (            -- insert only
            run INTEGER PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            ruleset TEXT NOT NULL,            -- its version
            digest TEXT NOT NULL,             -- SHA-256 of its file
            hours TEXT NOT NULL,              -- SHA-256 of service hours and holidays
            kiosks INTEGER NOT NULL,          -- of which there were votes to look at
            votes INTEGER NOT NULL            -- that were looked at
        ) STRICT
        """
    )
    # A vote that was left out once stays so: its exact time is erased, and nobody can look again.
    db.conn.execute(
        """
        CREATE TABLE misuse_flags (           -- insert only: votes that are left out
            e INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            rule TEXT NOT NULL CHECK (rule IN ('burst', 'hours')),
            run INTEGER NOT NULL REFERENCES misuse_runs (run),
            lo INTEGER NOT NULL,              -- as the vote has it: to find those of a period
            PRIMARY KEY (e, seq),
            FOREIGN KEY (e, seq) REFERENCES votes (e, seq)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute("CREATE INDEX misuse_flags_by_time ON misuse_flags (lo)")
    _insert_only(db, "misuse_runs", "run = NEW.run")
    _insert_only(db, "misuse_flags", "(e, seq) = (NEW.e, NEW.seq)")


@migrations(name="0046_misuse_cases")
def _cases(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE misuse_cases (           -- insert only
            id INTEGER PRIMARY KEY,
            rule TEXT NOT NULL,
            kiosk TEXT NOT NULL,
            first_day TEXT NOT NULL,          -- local dates, both included
            last_day TEXT NOT NULL,
            run INTEGER NOT NULL REFERENCES misuse_runs (run),
            evidence TEXT NOT NULL,           -- JSON: what was seen, and the limit
            UNIQUE (rule, kiosk, first_day, last_day)
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE misuse_closings (        -- insert only: a case without one is open
            id INTEGER PRIMARY KEY REFERENCES misuse_cases (id),
            at_ms INTEGER NOT NULL,
            who TEXT NOT NULL,                -- cli:<account> or web:<user>
            verdict TEXT NOT NULL CHECK (verdict IN ('misuse', 'honest', 'unclear')),
            reason TEXT NOT NULL
        ) STRICT
        """
    )
    _insert_only(db, "misuse_cases", "id = NEW.id")
    _insert_only(db, "misuse_closings", "id = NEW.id")


@migrations(name="0047_presence")
def _presence(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE presence (               -- derived: the last judgement of each kiosk
            kiosk TEXT PRIMARY KEY,
            until INTEGER NOT NULL,           -- Unix seconds: up to there it was looked
            state TEXT NOT NULL,
            last INTEGER,                     -- quarter of an hour of its last vote
            expected REAL NOT NULL            -- votes since then, by the weeks before
        ) STRICT
        """
    )


def _insert_only(db: Database, table: str, same: str) -> None:
    there = f"SELECT 1 FROM {table} WHERE {same}"  # noqa: S608
    refuse(db, f"{table}_no_update", f"BEFORE UPDATE ON {table}", _KEPT)
    refuse(db, f"{table}_no_delete", f"BEFORE DELETE ON {table}", _KEPT)
    refuse(db, f"{table}_no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS ({there})", _KEPT)
