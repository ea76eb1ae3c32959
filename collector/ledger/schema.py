"""The tables, as migrations. Raw rows are sacred, derived rows (counts, corrections) disposable.

Times are Unix seconds (`*_at`, `lo`, `hi`) or milliseconds (`*_ms`); days are local ISO dates.
Epochs are named by a small integer `e` inside the ledger, so that a vote costs few bytes.
"""

from typing import Final

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("senyum-collector")


@migrations(name="0001_places")
def _places(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE agencies (
            agency TEXT PRIMARY KEY,          -- slug
            name TEXT NOT NULL,
            short TEXT NOT NULL,
            service TEXT NOT NULL,            -- type of service: agencies are compared within it
            source TEXT NOT NULL,             -- where the name was read
            verified INTEGER NOT NULL,        -- 0: probable, to be confirmed by the regency
            valid_from TEXT,                  -- local dates, [from, to); NULL is open
            valid_to TEXT,
            successor TEXT REFERENCES agencies (agency)
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE units (
            unit TEXT PRIMARY KEY,
            agency TEXT NOT NULL REFERENCES agencies (agency),
            name TEXT NOT NULL,
            district TEXT                     -- kecamatan
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE counters (
            counter TEXT PRIMARY KEY,
            unit TEXT NOT NULL REFERENCES units (unit),
            name TEXT NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE questions (
            question TEXT PRIMARY KEY,
            text_id TEXT NOT NULL,
            text_en TEXT NOT NULL
        ) STRICT
        """
    )
    db.conn.execute(
        "INSERT INTO questions VALUES ('pelayanan', 'Bagaimana pelayanan kami hari ini?',"
        " 'How was our service today?')"
    )


@migrations(name="0002_fleet")
def _fleet(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE kiosks (
            kiosk TEXT PRIMARY KEY,
            added_at INTEGER NOT NULL,
            retired_at INTEGER
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE placements (             -- [from_at, to_at); NULL is open
            kiosk TEXT NOT NULL REFERENCES kiosks (kiosk),
            from_at INTEGER NOT NULL,
            to_at INTEGER,
            counter TEXT NOT NULL REFERENCES counters (counter),
            PRIMARY KEY (kiosk, from_at)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE epochs (
            e INTEGER PRIMARY KEY,
            epoch TEXT NOT NULL UNIQUE,       -- fingerprint of the key
            kiosk TEXT NOT NULL,
            key TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('approved', 'held', 'closed', 'revoked')),
            added_at INTEGER NOT NULL,
            seq INTEGER NOT NULL DEFAULT 0,   -- the chain head: the guard against repeats
            head TEXT NOT NULL,
            dated_at INTEGER,                 -- the next vote is not older than this
            received_ms INTEGER               -- when the last vote arrived
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX epochs_by_kiosk ON epochs (kiosk)")
    db.conn.execute(
        """
        CREATE TABLE hellos (                 -- the latest of each boot: bounds when its votes were
            e INTEGER NOT NULL REFERENCES epochs (e),
            boot TEXT NOT NULL,
            nonce TEXT NOT NULL,
            up_ms INTEGER NOT NULL,
            received_ms INTEGER NOT NULL,
            oldest INTEGER NOT NULL,          -- seq of the oldest vote that the kiosk still keeps
            PRIMARY KEY (e, boot)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE anchors (                -- wall − up of a boot whose clock was synced
            e INTEGER NOT NULL REFERENCES epochs (e),
            boot TEXT NOT NULL,
            offset_ms INTEGER NOT NULL,
            PRIMARY KEY (e, boot)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE health (                 -- the latest of each kiosk
            kiosk TEXT PRIMARY KEY,
            e INTEGER NOT NULL REFERENCES epochs (e),
            seq INTEGER NOT NULL,             -- with boot and up_ms: an old one is recognised
            boot TEXT NOT NULL,
            up_ms INTEGER NOT NULL,
            received_ms INTEGER NOT NULL,
            body TEXT NOT NULL                -- JSON of wire.Health
        ) STRICT
        """
    )
    db.conn.execute(
        """
        CREATE TABLE status (                 -- the retained hint of each kiosk
            kiosk TEXT PRIMARY KEY,
            state TEXT NOT NULL,
            birth INTEGER NOT NULL,
            received_ms INTEGER NOT NULL
        ) STRICT
        """
    )


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


@migrations(name="0004_counts")
def _counts(db: Database) -> None:
    # counter '' holds votes of a kiosk that had no place at the time.
    db.conn.execute(
        """
        CREATE TABLE counts_quarter (         -- derived: quality A and B
            counter TEXT NOT NULL,
            quarter INTEGER NOT NULL,
            question TEXT NOT NULL,
            face TEXT NOT NULL,
            quality TEXT NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (counter, quarter, question, face, quality)
        ) STRICT, WITHOUT ROWID
        """
    )
    # A vote dated to within some days counts in each period that holds them all.
    db.conn.execute(
        """
        CREATE TABLE counts_day (             -- derived: every counted vote; D: first_day ''
            counter TEXT NOT NULL,
            first_day TEXT NOT NULL,
            last_day TEXT NOT NULL,
            question TEXT NOT NULL,
            face TEXT NOT NULL,
            quality TEXT NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (counter, first_day, last_day, question, face, quality)
        ) STRICT, WITHOUT ROWID
        """
    )


@migrations(name="0005_refused")
def _refused(db: Database) -> None:
    db.conn.execute(
        """
        CREATE TABLE quarantine (             -- bounded; oldest leave first
            id INTEGER PRIMARY KEY,
            received_ms INTEGER NOT NULL,
            kiosk TEXT NOT NULL,              -- as the topic says; '' if there is no such kiosk
            topic TEXT NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            size INTEGER NOT NULL,            -- bytes of the whole payload
            kept INTEGER NOT NULL,            -- bytes that this row costs
            payload BLOB NOT NULL             -- cut to what the bounds allow
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX quarantine_by_kiosk ON quarantine (kiosk, received_ms, kept)")
    db.conn.execute(
        """
        CREATE TABLE quarantine_overflow (    -- what was refused and not even kept
            kiosk TEXT NOT NULL,
            day TEXT NOT NULL,
            n INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (kiosk, day)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        """
        CREATE TABLE held (                   -- whole batches that wait for an admin's word
            id INTEGER PRIMARY KEY,
            e INTEGER NOT NULL REFERENCES epochs (e),
            why TEXT NOT NULL CHECK (why IN ('unapproved', 'fork')),
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            received_ms INTEGER NOT NULL,
            topic TEXT NOT NULL,
            payload BLOB NOT NULL,
            digest TEXT NOT NULL UNIQUE
        ) STRICT
        """
    )
    db.conn.execute("CREATE INDEX held_by_epoch ON held (e)")


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


@migrations(name="0007_months")
def _months(db: Database) -> None:
    """Sums of counts_day, so that a year of all agencies is read in milliseconds.

    Triggers keep them: whoever writes counts_day keeps the months, and cannot forget to. Of a row
    there only n is ever updated.
    """
    db.conn.execute(
        """
        CREATE TABLE counts_month (           -- derived from counts_day
            counter TEXT NOT NULL,
            first_month TEXT NOT NULL,        -- YYYY-MM of first_day; D: ''
            last_month TEXT NOT NULL,
            question TEXT NOT NULL,
            face TEXT NOT NULL,
            n INTEGER NOT NULL,
            PRIMARY KEY (counter, first_month, last_month, question, face)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.conn.execute(
        "INSERT INTO counts_month SELECT counter, SUBSTR(first_day, 1, 7), SUBSTR(last_day, 1, 7),"
        " question, face, SUM(n) FROM counts_day GROUP BY 1, 2, 3, 4, 5"
    )
    for event, change in _MONTH_FOLLOWS.items():
        db.conn.execute(
            f"CREATE TRIGGER counts_day_{event.lower()} AFTER {event} ON counts_day"
            f" BEGIN {change} END"
        )
    # The few votes that are dated only to within some days, for periods that cut a month.
    db.conn.execute(
        "CREATE INDEX counts_day_vague ON counts_day (counter, first_day) WHERE quality = 'C'"
    )


_GAIN: Final = (
    "INSERT INTO counts_month VALUES ({row}.counter, SUBSTR({row}.first_day, 1, 7),"
    " SUBSTR({row}.last_day, 1, 7), {row}.question, {row}.face, {n})"
    " ON CONFLICT DO UPDATE SET n = n + excluded.n;"
)
_NO_EMPTY_MONTH: Final = (
    "DELETE FROM counts_month WHERE n = 0 AND (counter, first_month, last_month, question, face)"
    " = (OLD.counter, SUBSTR(OLD.first_day, 1, 7), SUBSTR(OLD.last_day, 1, 7), OLD.question,"
    " OLD.face);"
)
_MONTH_FOLLOWS: Final = {
    "INSERT": _GAIN.format(row="NEW", n="NEW.n"),
    "UPDATE": _GAIN.format(row="OLD", n="NEW.n - OLD.n"),
    "DELETE": _GAIN.format(row="OLD", n="-OLD.n") + _NO_EMPTY_MONTH,
}
