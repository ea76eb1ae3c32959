"""Which programs may read, and how far."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0090_tokens")
def _tokens(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE tokens (
            name TEXT PRIMARY KEY,            -- of the program, never used again
            word TEXT NOT NULL UNIQUE,        -- SHA-256 of what the program says
            reach TEXT NOT NULL,
            agency TEXT REFERENCES agencies (agency),  -- of those that reach one agency alone
            added_at INTEGER NOT NULL,
            until INTEGER NOT NULL,           -- Unix second from which it opens nothing
            CHECK ((reach = 'agency') = (agency IS NOT NULL))
        ) STRICT
        """
    )
