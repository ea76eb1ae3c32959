"""The triggers that refuse changes: are they all there, as this version makes them?"""

import sqlite3
from functools import lru_cache

from sqlite_utils import Database

from collector.ledger.schema import migrations


def missing(db: Database) -> list[str]:
    """Names of triggers that are not there, or not as they should be."""
    there = _triggers(db)
    return [name for name, sql in _expected() if there.get(name) != sql]


@lru_cache(maxsize=1)
def _expected() -> tuple[tuple[str, str], ...]:
    db = Database(sqlite3.connect(":memory:"))
    migrations.apply(db)
    expected = tuple(_triggers(db).items())
    db.close()
    return expected


def _triggers(db: Database) -> dict[str, str]:
    rows = db.conn.execute("SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger'")
    return dict(rows.fetchall())
