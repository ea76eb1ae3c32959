"""Votes as rows on the kiosk's own disk: a chain, receipts, retention. Nothing else touches SQLite.

A vote counts once `append` has returned: journal_mode=WAL and synchronous=FULL, or the file is not
used. Nothing is written while nothing happens.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

from kiosk import wire
from kiosk.ballot import Ballot, vote_of
from kiosk.crash import Crash, never
from kiosk.errors import SenyumError
from kiosk.rows import fine_row, vote_row
from kiosk.rows import vote_of as vote_in

__all__ = ["Ballot", "CannotStoreError", "Outbox", "OutboxError"]

APPLICATION: Final = 0x53656E79  # "Seny": PRAGMA application_id
VERSION: Final = 1  # of the tables: PRAGMA user_version
FULL: Final = 2  # PRAGMA synchronous
BUSY_SECONDS: Final = 2.0

DAY_MS: Final = 86_400_000
KEEP_MS: Final = 90 * DAY_MS  # after its receipt
STRIDE_MS: Final = 2 * DAY_MS  # worth of receipts that may be forgotten on one day …
SCARCE_BYTES: Final = 64 * 1024 * 1024  # … unless there is less room than this

_TABLES: Final = (
    """
    CREATE TABLE epoch (                     -- one row: whose votes these are
        kiosk TEXT NOT NULL,
        key TEXT NOT NULL,                   -- public
        base_seq INTEGER NOT NULL,           -- the last vote that is no longer kept
        base_head BLOB NOT NULL,             -- of the chain after it
        pruned_day INTEGER                   -- when votes were last forgotten, by the collector
    ) STRICT
    """,
    """
    CREATE TABLE votes (
        seq INTEGER PRIMARY KEY,
        face TEXT NOT NULL,
        question TEXT NOT NULL,
        replaces INTEGER,
        origin_epoch TEXT,
        origin_seq INTEGER,
        test INTEGER NOT NULL,
        quarter INTEGER,
        salt BLOB NOT NULL,
        time BLOB NOT NULL,
        head BLOB NOT NULL                   -- of the chain after this vote
    ) STRICT
    """,
    """
    CREATE TABLE fine (                      -- the exact moment, a table of its own to be erased
        seq INTEGER PRIMARY KEY,
        tsalt BLOB NOT NULL,
        wall INTEGER NOT NULL,
        synced INTEGER NOT NULL,
        boot BLOB NOT NULL,
        up INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE receipts (                  -- the last one is the cursor
        through INTEGER PRIMARY KEY,         -- all votes up to here are at the collector
        time_ms INTEGER NOT NULL             -- since when, by its own signed clock
    ) STRICT
    """,
)

_INSERT_VOTE: Final = "INSERT INTO votes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_FINE: Final = "INSERT INTO fine VALUES (?, ?, ?, ?, ?, ?)"
_SELECT: Final = """
    SELECT votes.seq, face, question, replaces, origin_epoch, origin_seq, test, quarter,
           lower(hex(salt)), lower(hex(time)),
           lower(hex(tsalt)), wall, synced, lower(hex(boot)), up
    FROM votes LEFT JOIN fine ON fine.seq = votes.seq
    WHERE votes.seq > ? ORDER BY votes.seq LIMIT ?
"""


# What sqlite3 raises for a damaged file; its own messages may quote bytes that are no text.
_UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError)


class OutboxError(SenyumError, RuntimeError):
    """The file is not, or no longer, an outbox to rely on; it is left as it is."""


class CannotStoreError(SenyumError, OSError):
    """The disk took no row: full, failing or locked. All that was there is still there."""


class Outbox:
    """The votes of one epoch. Belongs to the thread that opened it."""

    def __init__(
        self, db: sqlite3.Connection, path: Path, kiosk: str, key: str, crash: Crash
    ) -> None:
        """Over a database that `open` has prepared."""
        self._db = db
        self._path = path
        self._kiosk = kiosk
        self._epoch = wire.fingerprint(key)
        self._crash = crash
        self._inode = path.stat().st_ino
        self._base_seq, self._base_head = self._read_base()
        self._seq, self._head = self._read_end()
        self._through, self._collector_ms = self._read_cursor()
        self._check_end()

    @classmethod
    def open(cls, path: Path, kiosk: str, key: str, crash: Crash = never) -> Self:
        """Open or make the outbox of `kiosk` under the public `key`; raises OutboxError."""
        db = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            _recognise(db, path)
            _make_durable(db, path)
            _make_tables(db, kiosk, key)
            _check_owner(db, path, kiosk, key)
            return cls(db, path, kiosk, key, crash)
        except BaseException as error:
            if db is not None:
                db.close()
            if isinstance(error, (OSError, *_UNREADABLE)):
                raise _refusal(path, str(error)) from error
            raise

    def close(self) -> None:
        self._db.close()

    # ------------------------------------------------------------ where it stands

    @property
    def checkpoint(self) -> wire.Checkpoint:
        return wire.Checkpoint(self._epoch, self._seq, self._head)

    @property
    def through(self) -> int:
        """All votes up to here have a receipt."""
        return self._through

    @property
    def queue(self) -> int:
        """Votes without a receipt."""
        return self._seq - self._through

    @property
    def oldest(self) -> int:
        """The oldest vote that is kept; 0 for none."""
        return self._base_seq + 1 if self._seq > self._base_seq else 0

    def head_at(self, seq: int) -> str | None:
        """The head after vote `seq` (0: the genesis); None if it is not kept."""
        if seq == self._base_seq:
            return self._base_head
        rows = self._select("SELECT lower(hex(head)) FROM votes WHERE seq = ?", seq)
        return rows[0][0] if rows else None

    # ------------------------------------------------------------ votes

    def append(
        self, ballot: Ballot, moment: wire.Moment, random: Callable[[int], bytes]
    ) -> wire.Vote:
        """Commit a vote and return it.

        Raises CannotStoreError, and NotAVote for what the wire would refuse; nothing has changed
        then, and the next try may succeed.
        """
        vote = vote_of(ballot, self._seq + 1, moment, random)
        head = wire.next_head(self._head, wire.leaf(self._kiosk, self._epoch, vote))
        with self._writing():
            self._db.execute(_INSERT_VOTE, vote_row(vote, head))
            if vote.fine is not None:
                self._db.execute(_INSERT_FINE, fine_row(vote.seq, vote.fine))
            self._crash("before_commit")
        self._seq, self._head = vote.seq, head
        self._crash("after_commit")
        return vote

    def batch(self, after: int, limit: int = wire.BATCH_VOTES) -> tuple[str, tuple[wire.Vote, ...]]:
        """The head after vote `after`, and up to `limit` votes that follow it.

        They are the votes that were committed, or OutboxError; LookupError if `after` is not kept.
        """
        prev = self.head_at(after)
        if prev is None:
            raise LookupError(f"vote {after} is not kept, so what followed it cannot be proven")
        votes = tuple(map(vote_in, self._select(_SELECT, after, limit)))
        if len(votes) < min(limit, self._seq - after) or not self._are_ours(prev, votes):
            raise self._damage(f"the votes after {after} are not as they were stored")
        return prev, votes

    def votes(self) -> Iterator[wire.Vote]:
        """Every vote that is kept, in order."""
        after = self._base_seq
        while after < self._seq:
            _, votes = self.batch(after)
            yield from votes
            after = votes[-1].seq

    def probe(self) -> None:
        """Could a vote be stored now? Writes nothing; raises CannotStoreError."""
        self._check_file()
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("UPDATE epoch SET pruned_day = -1")
        except sqlite3.Error as error:
            raise self._cannot_store(error) from error
        finally:
            self._undo()

    # ------------------------------------------------------------ receipts

    def mark_receipted(self, through: int, time_ms: int) -> None:
        """The collector has all votes up to `through`, and said so at `time_ms` of its clock.

        Moves the cursor forward, or back: a collector restored from a backup has fewer. Raises
        LookupError for a place that is not kept, and CannotStoreError.
        """
        if not self._base_seq <= through <= self._seq:
            raise LookupError(f"a receipt for {through}; kept: {self._base_seq} to {self._seq}")
        if through != self._through:
            self._move_cursor(through, time_ms)
        self._through, self._collector_ms = through, time_ms

    def _move_cursor(self, through: int, time_ms: int) -> None:
        with self._writing():
            self._db.execute("DELETE FROM receipts WHERE through > ?", (through,))
            # Back to a receipt that we have: those votes have been there since then.
            self._db.execute("INSERT OR IGNORE INTO receipts VALUES (?, ?)", (through, time_ms))
            self._crash("before_receipt_mark")
        self._crash("after_receipt_mark")

    # ------------------------------------------------------------ retention

    def prune(self) -> int:
        """Forget votes receipted 90 days ago; how many. Raises CannotStoreError.

        Days are the collector's, as signed, never the kiosk's. On one day no more is forgotten than
        two days brought, so that a clock which jumps costs little; unless the disk is nearly full.
        """
        expired_ms = self._collector_ms - KEEP_MS
        if self._room_is_scarce():
            return self._forget(expired_ms)
        if self._select("SELECT 1 FROM epoch WHERE pruned_day = ?", self._collector_day):
            return 0
        return self._forget(min(expired_ms, self._oldest_receipt_ms() + STRIDE_MS))

    def _room_is_scarce(self) -> bool:
        try:
            disk = os.statvfs(self._path)
        except OSError:  # whatever it is, forgetting votes would not mend it
            return False
        return disk.f_bavail * disk.f_frsize < SCARCE_BYTES

    @property
    def _collector_day(self) -> int:
        return self._collector_ms // DAY_MS

    def _oldest_receipt_ms(self) -> int:
        query = "SELECT time_ms FROM receipts WHERE through > ? ORDER BY through LIMIT 1"
        rows = self._select(query, self._base_seq)
        return int(rows[0][0]) if rows else 0

    def _forget(self, until_ms: int) -> int:
        """Forget the votes whose receipt is not later than `until_ms`; how many."""
        last = self._receipted_by(until_ms)
        forgotten, head = last - self._base_seq, self.head_at(last)
        if forgotten <= 0 or head is None:
            return 0
        with self._writing():
            self._db.execute("DELETE FROM fine WHERE seq <= ?", (last,))
            self._db.execute("DELETE FROM votes WHERE seq <= ?", (last,))
            self._db.execute("DELETE FROM receipts WHERE through < ?", (last,))
            self._db.execute(
                "UPDATE epoch SET base_seq = ?, base_head = ?, pruned_day = ?",
                (last, bytes.fromhex(head), self._collector_day),
            )
        self._base_seq, self._base_head = last, head
        return forgotten

    def _receipted_by(self, time_ms: int) -> int:
        """The last vote before the first with a later receipt: one wrong date keeps more."""
        (row,) = self._select(
            "SELECT coalesce(max(through), 0) FROM receipts WHERE through <"
            " coalesce((SELECT through FROM receipts WHERE through > ? AND time_ms > ?"
            " ORDER BY through LIMIT 1), ?)",
            self._base_seq,
            time_ms,
            self._through + 1,
        )
        return int(row[0])

    # ------------------------------------------------------------ reading

    def _read_base(self) -> tuple[int, str]:
        seq, head = self._select("SELECT base_seq, lower(hex(base_head)) FROM epoch")[0]
        return seq, head

    def _read_end(self) -> tuple[int, str]:
        rows = self._select("SELECT seq, lower(hex(head)) FROM votes ORDER BY seq DESC LIMIT 1")
        return rows[0] if rows else (self._base_seq, self._base_head)

    def _read_cursor(self) -> tuple[int, int]:
        rows = self._select("SELECT through, time_ms FROM receipts ORDER BY through DESC LIMIT 1")
        return rows[0] if rows else (0, 0)

    def _check_end(self) -> None:
        """What is appended continues the last vote, so that one must be right."""
        if self._seq > self._base_seq:
            if self.head_at(self._seq - 1) is None:
                raise self._damage(f"vote {self._seq} follows nothing")
            self.batch(self._seq - 1)
        if not self._base_seq <= self._through <= self._seq:
            raise self._damage(f"it has receipts to {self._through}, and votes to {self._seq}")

    def _are_ours(self, prev: str, votes: tuple[wire.Vote, ...]) -> bool:
        """Do they lead from `prev` to the head that we keep, each at its time?"""
        if not votes:
            return True
        head = wire.chain(self._kiosk, self._epoch, prev, votes)[-1]
        return head == self.head_at(votes[-1].seq) and all(map(_timed, votes))

    def _select(self, query: str, *values: int) -> list[Any]:
        try:
            return self._db.execute(query, values).fetchall()
        except _UNREADABLE as error:
            raise self._damage(str(error)) from error

    def _damage(self, what: str) -> OutboxError:
        return OutboxError(f"{self._path}: damaged: {what}. Keep a copy for rescue")

    # ------------------------------------------------------------ writing

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction, committed to the disk, or nothing and CannotStoreError."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._cannot_store(error) from error
        finally:
            self._undo()

    def _undo(self) -> None:
        with suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    def _cannot_store(self, error: sqlite3.Error) -> CannotStoreError:
        code = getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_FULL:
            return CannotStoreError(f"{self._path}: the disk is full; free some space")
        if code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
            return CannotStoreError(f"{self._path}: another process adds votes; stop one of them")
        return CannotStoreError(f"{self._path}: takes no row ({error})")

    def _check_file(self) -> None:
        """A file that was moved away takes rows for ever, and nobody would find them."""
        try:
            inode = self._path.stat().st_ino
        except OSError as error:
            raise CannotStoreError(f"{self._path}: is gone ({error}); restart the kiosk") from error
        if inode != self._inode:
            raise CannotStoreError(f"{self._path}: is now another file; restart the kiosk")


def _timed(vote: wire.Vote) -> bool:
    return vote.fine is None or wire.time_commitment(vote.fine) == vote.time


# ---------------------------------------------------------------- opening


def _recognise(db: sqlite3.Connection, path: Path) -> None:
    """Nothing is written into a database that is not ours, or newer than we are."""
    if _is_empty(db):
        return
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise _refusal(path, "it is the database of another program")
    if version > VERSION:
        raise _refusal(path, f"its tables are version {version}, this firmware knows {VERSION}")


def _is_empty(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def _make_durable(db: sqlite3.Connection, path: Path) -> None:
    """What a lamp confirms must survive a power cut; anything less is refused."""
    (mode,) = db.execute("PRAGMA journal_mode=WAL").fetchone()
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA secure_delete=ON")  # what is forgotten leaves the card
    (synchronous,) = db.execute("PRAGMA synchronous").fetchone()
    if (mode, synchronous) != ("wal", FULL):
        raise _refusal(
            path,
            f"SQLite gave journal_mode={mode} and synchronous={synchronous}, but WAL and FULL are"
            " needed: put data_dir on a local disk",
        )


def _make_tables(db: sqlite3.Connection, kiosk: str, key: str) -> None:
    """In one transaction: a power cut leaves all of them or none."""
    if not _is_empty(db):
        return
    db.execute("BEGIN IMMEDIATE")
    for table in _TABLES:
        db.execute(table)
    genesis = bytes.fromhex(wire.genesis(kiosk, key))
    db.execute("INSERT INTO epoch VALUES (?, ?, 0, ?, NULL)", (kiosk, key, genesis))
    db.execute(f"PRAGMA application_id={APPLICATION}")
    db.execute(f"PRAGMA user_version={VERSION}")
    db.execute("COMMIT")


def _check_owner(db: sqlite3.Connection, path: Path, kiosk: str, key: str) -> None:
    owner, its_key = db.execute("SELECT kiosk, key FROM epoch").fetchone() or ("", "")
    if owner != kiosk:
        raise _refusal(
            path,
            f"it holds the votes of kiosk {owner!r}, not of {kiosk!r}: set kiosk.id back, or move"
            " the file away",
        )
    if its_key != key:
        raise _refusal(
            path,
            f"it holds votes under the key {its_key[:16]}…, but the kiosk's key is {key[:16]}…:"
            " put the old key back, or move the file away to begin anew",
        )


def _refusal(path: Path, why: str) -> OutboxError:
    return OutboxError(f"{path}: cannot be used as outbox, and is left as it is: {why}")
