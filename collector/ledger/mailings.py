"""Of which periods the report was mailed, so that a timer does it once."""

from sqlite_utils import Database

from collector.index.periods import Days


def add_mailing(db: Database, days: Days, at_ms: int) -> None:
    """Inside of a transaction of the caller's."""
    db.conn.execute(
        "INSERT INTO mailings (first_day, last_day, at_ms) VALUES (?, ?, ?)",
        (days.first.isoformat(), days.last.isoformat(), at_ms),
    )


def mailed(db: Database) -> set[Days]:
    """The periods of which a report was mailed, once or oftener."""
    rows = db.conn.execute("SELECT DISTINCT first_day, last_day FROM mailings")
    return {Days.from_to(first, last) for first, last in rows}
