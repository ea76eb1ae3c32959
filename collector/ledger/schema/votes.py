"""Votes and what proves them: raw rows, added and never changed."""

from sqlite_utils import Database

from collector.ledger.schema.list import migrations


@migrations(name="0003_votes")
def _votes(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE votes (                  -- insert only
            e INTEGER NOT NULL REFERENCES epochs (e),
            seq INTEGER NOT NULL,
            face TEXT NOT NULL,
            question TEXT NOT NULL,
            replaces INTEGER,
            origin_epoch TEXT,
            origin_seq INTEGER,
            test INTEGER NOT NULL,
            counted INTEGER NOT NULL,         -- 0: a test, or it stands already in another epoch
            quarter INTEGER,
            salt BLOB NOT NULL,
            time BLOB NOT NULL,
            quality TEXT NOT NULL CHECK (
                -- Not IN: that builds a table for each vote, and costs half an insert.
                quality = 'A' OR quality = 'B' OR quality = 'C' OR quality = 'D'
            ),
            lo INTEGER,                       -- the press lies in [lo, hi); A and B: one quarter
            hi INTEGER,
            corrects INTEGER,                 -- `replaces`, where the correction holds
            received_ms INTEGER NOT NULL,
            PRIMARY KEY (e, seq)
        ) STRICT, WITHOUT ROWID
        """
    )
    # A trigger stops mistakes; only a witnessed head proves tampering.
    for action in ("UPDATE", "DELETE"):
        db.conn.execute(
            f"CREATE TRIGGER votes_no_{action.lower()} BEFORE {action} ON votes"
            " BEGIN SELECT RAISE(ABORT, 'a stored vote is never changed or removed'); END"
        )
    db.conn.execute(
        """
        CREATE TABLE fine (                   -- erased after 30 days
            e INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            tsalt BLOB NOT NULL,
            wall_ms INTEGER NOT NULL,
            synced INTEGER NOT NULL,
            boot BLOB NOT NULL,
            up_ms INTEGER NOT NULL,
            PRIMARY KEY (e, seq)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE corrections (            -- derived: the vote that counts of a settle window
            e INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (e, first)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE flags (                  -- what an auditor should look at
            e INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            flag TEXT NOT NULL,
            PRIMARY KEY (e, seq, flag)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE checkpoints (            -- one signed head per stored batch
            e INTEGER NOT NULL REFERENCES epochs (e),
            seq INTEGER NOT NULL,
            head TEXT NOT NULL,
            kind TEXT NOT NULL,
            digest TEXT NOT NULL,
            signature BLOB NOT NULL,
            received_ms INTEGER NOT NULL,
            PRIMARY KEY (e, seq)
        ) STRICT, WITHOUT ROWID
        """
    )
