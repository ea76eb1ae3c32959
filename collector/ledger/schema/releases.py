"""Figures that were given out, what they were made from, and who signed them."""

from typing import Final

from sqlite_utils import Database

from collector.ledger.schema.list import migrations
from collector.ledger.schema.refusing import refuse

_KEPT: Final = "what was given out is never changed or removed: a revision is a new version"


@migrations(name="0042_arrivals")
def _arrivals(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE arrivals (               -- insert only: the votes of a unit and month add up
            a INTEGER PRIMARY KEY,
            unit TEXT NOT NULL REFERENCES units (unit),
            month TEXT NOT NULL,              -- YYYY-MM
            votes TEXT NOT NULL,              -- JSON, by face: more than by the one before
            at_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX arrivals_by_month ON arrivals (month)")
    _keep(db, "arrivals", "a = NEW.a")


@migrations(name="0043_proposals")
def _proposals_of_trials(db: Database) -> None:
    _proposals(db)


def _proposals(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE proposals (              -- insert only: of a period the last counts
            p INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            first_day TEXT NOT NULL,          -- local dates, both included
            last_day TEXT NOT NULL,
            reply_until TEXT NOT NULL,        -- local date, included
            at_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE remarks (                -- insert only: the agency's last word stands
            id INTEGER PRIMARY KEY,
            p INTEGER NOT NULL REFERENCES proposals (p),
            agency TEXT NOT NULL REFERENCES agencies (agency),
            text TEXT NOT NULL,
            at_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE signatures (             -- insert only: with it a proposal is published
            p INTEGER PRIMARY KEY REFERENCES proposals (p),
            at_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    for table, row in (("proposals", "p = NEW.p"), ("remarks", "id = NEW.id")):
        _keep(db, table, row)
    _keep(db, "signatures", "p = NEW.p")


@migrations(name="0044_releases")
def _releases_of_trials(db: Database) -> None:
    _releases(db)


def _releases(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE releases (               -- insert only: of a figure the last version counts
            r INTEGER PRIMARY KEY,
            audience TEXT NOT NULL,           -- public, agency, district
            scope TEXT NOT NULL,              -- unit, agency, regency
            place TEXT NOT NULL,              -- slug; '' for the regency
            agency TEXT REFERENCES agencies (agency),  -- whose it is; NULL for the regency
            kind TEXT NOT NULL,               -- month, triwulan, semester, year
            first_day TEXT NOT NULL,          -- local dates, both included
            last_day TEXT NOT NULL,
            version INTEGER NOT NULL,         -- 1, 2 …
            rules TEXT NOT NULL,              -- name of the rule set
            mapping TEXT NOT NULL,
            detail TEXT NOT NULL,             -- what is told: see docs/releases.md
            alone TEXT,
            n INTEGER,
            cells TEXT NOT NULL,              -- JSON
            idx TEXT,
            low TEXT,
            high TEXT,
            grade TEXT,
            phi TEXT NOT NULL,
            held INTEGER NOT NULL,            -- 1: the votes alone would have allowed more
            reason TEXT NOT NULL,             -- of a later version
            votes TEXT NOT NULL,              -- JSON, by face: what it was made from; never shown
            proposal INTEGER REFERENCES proposals (p), -- published once that is signed
            at_ms INTEGER NOT NULL,           -- computed; without a proposal, published
            UNIQUE (audience, scope, place, first_day, last_day, version)
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX releases_by_day ON releases (first_day, last_day)")
    same = "(audience, scope, place, first_day, last_day, version) = (NEW.audience, NEW.scope,"
    same += " NEW.place, NEW.first_day, NEW.last_day, NEW.version)"
    _keep(db, "releases", f"r = NEW.r OR {same}")


@migrations(name="0060_pieces")
def _pieces(db: Database) -> None:
    """Figures that were made before there were pieces cannot be added to, nor told beside them.

    None of them ever left a trial: they go, and are made anew from the votes.
    """
    for table in ("signatures", "remarks", "releases", "proposals", "arrivals"):
        db.conn.execute(f"DROP TABLE {table}")
    db.conn.execute(
        """
        CREATE TABLE pieces (                 -- insert only: votes that were told of together
            b INTEGER PRIMARY KEY,
            agency TEXT NOT NULL REFERENCES agencies (agency),
            first_day TEXT NOT NULL,          -- local dates, both included
            last_day TEXT NOT NULL,
            votes TEXT NOT NULL,              -- JSON, by unit and face; never shown
            most INTEGER,                     -- so many it had at most, as readers know
            at_ms INTEGER NOT NULL
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX pieces_by_day ON pieces (first_day, last_day)")
    _keep(db, "pieces", "b = NEW.b")
    _proposals(db)
    _releases(db)


def _keep(db: Database, table: str, row: str) -> None:
    refuse(db, f"{table}_no_update", f"BEFORE UPDATE ON {table}", _KEPT)
    refuse(db, f"{table}_no_delete", f"BEFORE DELETE ON {table}", _KEPT)
    there = f"SELECT 1 FROM {table} WHERE {row}"  # noqa: S608
    refuse(db, f"{table}_no_replace", f"BEFORE INSERT ON {table} WHEN EXISTS ({there})", _KEPT)
