"""What people did, and what jobs said."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0008_journal")
def _journal(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE journal (                -- insert only: what people did, chained
            n INTEGER PRIMARY KEY,
            at_ms INTEGER NOT NULL,
            who TEXT NOT NULL,
            what TEXT NOT NULL,
            detail TEXT NOT NULL,             -- JSON
            head TEXT NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE runs (                   -- insert only: what jobs said that run by themselves
            id INTEGER PRIMARY KEY,
            job TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            ok INTEGER NOT NULL,
            took_ms INTEGER NOT NULL,
            said TEXT NOT NULL
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX runs_by_job ON runs (job, id)")
    for table in ("journal", "runs"):
        for action in ("UPDATE", "DELETE"):
            db.conn.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table}"
                " BEGIN SELECT RAISE(ABORT, 'what was noted is never changed or removed'); END"
            )
