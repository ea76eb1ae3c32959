"""Who may look."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0006_users")
def _users(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE users (
            name TEXT PRIMARY KEY,
            password TEXT NOT NULL,           -- Argon2id
            session TEXT NOT NULL,            -- changes with the password: old sessions end
            added_at INTEGER NOT NULL
        ) STRICT
        """
    )
