"""The witnesses that were taken: signed files, kept to the byte."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlite_utils import Database


class Kept(NamedTuple):
    n: int  # 1, 2, 3 … without a hole
    at_ms: int  # the collector's clock, Unix milliseconds
    digest: str  # SHA-256 of the file, hex
    file: bytes


def add(db: Database, kept: Kept) -> None:
    """Inside of a transaction of the caller's."""
    db.conn.execute("INSERT INTO witnesses VALUES (?, ?, ?, ?)", kept)


def last(db: Database) -> Kept | None:
    row = db.conn.execute("SELECT * FROM witnesses ORDER BY n DESC LIMIT 1").fetchone()
    return Kept(*row) if row else None


def in_order(db: Database) -> Iterator[Kept]:
    return (Kept(*row) for row in db.conn.execute("SELECT * FROM witnesses ORDER BY n"))
