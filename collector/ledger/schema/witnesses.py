"""What was witnessed: the signed lists of all heads, as another office keeps them."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0020_witnesses")
def _witnesses(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE witnesses (              -- insert only
            n INTEGER PRIMARY KEY,            -- 1, 2, 3 … without a hole
            at_ms INTEGER NOT NULL,
            digest TEXT NOT NULL,             -- SHA-256 of the file; the next one names it
            file BLOB NOT NULL                -- to the byte
        ) STRICT
        """
    )
    for action in ("UPDATE", "DELETE"):
        db.conn.execute(
            f"CREATE TRIGGER witnesses_no_{action.lower()} BEFORE {action} ON witnesses"
            " BEGIN SELECT RAISE(ABORT, 'a witness is never changed or removed'); END"
        )
