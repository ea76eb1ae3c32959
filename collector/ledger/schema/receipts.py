"""The collector's own word."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0013_receipts")
def _receipts(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE receipts (               -- the latest `ok` of each epoch
            e INTEGER PRIMARY KEY REFERENCES epochs (e),
            through INTEGER NOT NULL,
            head TEXT NOT NULL,
            nonce TEXT NOT NULL,
            time_ms INTEGER NOT NULL,
            digest TEXT NOT NULL,             -- SHA-256 of the body: with it the signature holds
            signature BLOB NOT NULL
        ) STRICT
        """
    )
