"""Counting anew beside the ledger, to compare: nothing in it is changed, and a reader may do it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlite_utils import Database

from collector.ledger.counts import DERIVED, Day, derive
from collector.ledger.schema.counts import UNIT_DAYS


class Difference(NamedTuple):
    """A row of a derived table that is not as the votes say; a changed row is two of them."""

    table: str
    row: tuple[str | int, ...]
    kept: bool  # it is there and does not follow from the votes; else the other way round


def differences(db: Database, day: Day, at_most: int) -> list[Difference]:
    """The first `at_most` of each table. `db` has a snapshot open."""
    with _shadows(db):
        derive(db, day)
        # What triggers keep in the ledger.
        db.conn.execute(
            "INSERT INTO temp.counts_month SELECT counter, SUBSTR(first_day, 1, 7),"
            " SUBSTR(last_day, 1, 7), question, face, SUM(n) FROM temp.counts_day"
            " GROUP BY 1, 2, 3, 4, 5"
        )
        db.conn.execute(UNIT_DAYS.format(into="temp.counts_unit_day", days="temp.counts_day"))
        return [each for table in DERIVED for each in _differences(db, table, at_most)]


@contextmanager
def _shadows(db: Database) -> Iterator[None]:
    """Empty tables before the ledger's own: a plain name finds a temporary table first."""
    for table in DERIVED:
        sql = db.conn.execute(
            "SELECT sql FROM main.sqlite_master WHERE type = 'table' AND name = ?", (table,)
        ).fetchone()[0]
        db.conn.execute(sql.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
    try:
        yield
    finally:
        for table in DERIVED:
            db.conn.execute(f"DROP TABLE temp.{table}")


def _differences(db: Database, table: str, at_most: int) -> Iterator[Difference]:
    for kept, one, other in ((True, "main", "temp"), (False, "temp", "main")):
        rows = db.conn.execute(
            f"SELECT * FROM {one}.{table} EXCEPT SELECT * FROM {other}.{table} LIMIT ?",  # noqa: S608
            (at_most,),
        )
        yield from (Difference(table, row, kept) for row in rows.fetchall())
