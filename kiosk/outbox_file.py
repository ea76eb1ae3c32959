"""The outbox's database file: opened or made, durable or not at all. And what may be wrong with it.

Damage is told apart from everything else: a damaged file is never mended and never written again, a
disk that fails now may work in a minute, and what belongs to somebody else is left to them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self

from kiosk import wire
from kiosk.errors import SenyumError

APPLICATION: Final = 0x53656E79  # "Seny": PRAGMA application_id
VERSION: Final = 1  # of the tables: PRAGMA user_version
FULL: Final = 2  # PRAGMA synchronous
# A vote changes two pages. Half of SQLite's usual 4,096 is a third less to write to the card for
# each vote; still smaller ones gain little, for the card is written in blocks of 4,096 anyway.
PAGE_BYTES: Final = 2048
BUSY_SECONDS: Final = 2.0

_TABLES: Final = (
    """
    CREATE TABLE epoch (                     -- one row: whose votes these are
        kiosk TEXT NOT NULL,
        key TEXT NOT NULL,                   -- public
        after_epoch TEXT,                    -- the epoch that this card had before …
        after_signature BLOB,                -- … and its key's word for this one
        base_seq INTEGER NOT NULL,           -- the last vote that is no longer kept
        base_head BLOB NOT NULL,             -- of the chain after it
        pruned_day INTEGER,                  -- when votes were last forgotten, by the collector
        erased_seq INTEGER NOT NULL,         -- the last vote whose fine time is erased
        erased_day INTEGER,                  -- when that was, by the collector
        receipted INTEGER NOT NULL           -- has the collector ever had a vote of this epoch?
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

# The exact time of one vote, as kiosk/rows.py takes it.
SELECT_FINE: Final = """
    SELECT lower(hex(tsalt)), wall, synced, lower(hex(boot)), up FROM fine WHERE seq = ?
"""

# What sqlite3 raises for a damaged file; its own messages may quote bytes that are no text.
_UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError)

# SQLite's primary result codes for what a disk or another process may do to a sound file.
_PASSING: Final = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
_DAMAGED: Final = {
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_ERROR,  # a table is gone: our statements are right
}


class OutboxError(SenyumError, RuntimeError):
    """The file is not, or no longer, an outbox to rely on; it is left as it is."""


class DamagedError(OutboxError):
    """The file, or a part of it, is not what was once written there."""


class CannotStoreError(SenyumError, OSError):
    """The disk took no row: full, failing or locked. All that was there is still there."""


class OutboxFile:
    """The open database. Belongs to the thread that opened it."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self.db = db
        self.path = path
        self.damage: DamagedError | None = None  # once found, it stays
        self._inode = path.stat().st_ino

    @classmethod
    def open(cls, path: Path, kiosk: str, key: str, page_bytes: int = PAGE_BYTES) -> Self:
        """That of `kiosk` under the public `key`, made if there is none; raises OutboxError."""
        db = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            _recognise(db, path)
            _make_durable(db, path, page_bytes)
            _make_tables(db, kiosk, key)
            _check_owner(db, path, kiosk, key)
            return cls(db, path)
        except BaseException as error:
            if db is not None:
                db.close()
            if isinstance(error, (OSError, *_UNREADABLE)):
                raise _told(path, error) from error
            raise

    def close(self) -> None:
        self.db.close()

    def select(self, query: str, *values: int) -> list[Any]:
        """Raises DamagedError, and OutboxError where the disk does not answer."""
        try:
            return self.db.execute(query, values).fetchall()
        except _UNREADABLE as error:
            if _passes(error):
                raise OutboxError(f"{self.path}: cannot be read now: {error}") from error
            raise self.damaged(str(error)) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, committed to the disk, or nothing.

        Raises CannotStoreError, and DamagedError if trying again would not help.
        """
        try:
            self.db.execute("BEGIN IMMEDIATE")
            yield
            self.db.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._not_written(error) from error
        finally:
            self._undo()

    def probe(self) -> None:
        """Could a row be stored now? Writes nothing; raises as `writing` does."""
        self._check_place()
        try:
            self.db.execute("BEGIN IMMEDIATE")
            self.db.execute("UPDATE epoch SET pruned_day = -1")
        except sqlite3.Error as error:
            raise self._not_written(error) from error
        finally:
            self._undo()

    def empty_log(self) -> bool:
        """Move all that is committed out of the write-ahead log, and leave nothing in it.

        False while somebody else reads from it.
        """
        try:
            (busy, _, _) = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise self._not_written(error) from error
        return not busy

    def damaged(self, what: str) -> DamagedError:
        """To be raised; remembered, for whoever raises it may be far from who must know."""
        self.damage = _damage(self.path, what)
        return self.damage

    def _undo(self) -> None:
        with suppress(sqlite3.Error):
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")

    def _not_written(self, error: sqlite3.Error) -> DamagedError | CannotStoreError:
        if _code(error) in _DAMAGED:
            return self.damaged(str(error))
        if _code(error) == sqlite3.SQLITE_FULL:
            return CannotStoreError(f"{self.path}: the disk is full; free some space")
        if _code(error) == sqlite3.SQLITE_CONSTRAINT:
            return CannotStoreError(f"{self.path}: another process adds votes; stop one of them")
        return CannotStoreError(f"{self.path}: takes no row ({error})")

    def _check_place(self) -> None:
        """A file that was moved away takes rows for ever, and nobody would find them."""
        try:
            inode = self.path.stat().st_ino
        except OSError as error:
            raise CannotStoreError(f"{self.path}: is gone ({error}); restart the kiosk") from error
        if inode != self._inode:
            raise CannotStoreError(f"{self.path}: is now another file; restart the kiosk")


# ---------------------------------------------------------------- what went wrong


def _code(error: BaseException) -> int | None:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _passes(error: BaseException) -> bool:
    """Is it the disk, or somebody else, and not what stands in the file?"""
    return _code(error) in _PASSING


def _told(path: Path, error: Exception) -> OutboxError:
    """What came up while opening: damage, or something that passes."""
    if isinstance(error, OSError) or _passes(error):
        return _refusal(path, str(error))
    return _damage(path, str(error))


def _refusal(path: Path, why: str) -> OutboxError:
    return OutboxError(f"{path}: cannot be used as outbox, and is left as it is: {why}")


def _damage(path: Path, what: str) -> DamagedError:
    return DamagedError(f"{path}: damaged, and left as it is for rescue: {what}")


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


def _make_durable(db: sqlite3.Connection, path: Path, page_bytes: int) -> None:
    """What a lamp confirms must survive a power cut; anything less is refused."""
    db.execute(f"PRAGMA page_size={page_bytes}")  # of a new file; another keeps what it has
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
    db.execute(
        "INSERT INTO epoch VALUES (?, ?, NULL, NULL, 0, ?, NULL, 0, NULL, 0)", (kiosk, key, genesis)
    )
    db.execute(f"PRAGMA application_id={APPLICATION}")
    db.execute(f"PRAGMA user_version={VERSION}")
    db.execute("COMMIT")


def _check_owner(db: sqlite3.Connection, path: Path, kiosk: str, key: str) -> None:
    row = db.execute("SELECT kiosk, key FROM epoch").fetchone()
    if row is None:
        raise _damage(path, "it does not say whose votes it holds")
    owner, its_key = row
    if owner != kiosk:
        raise _refusal(
            path,
            f"it holds the votes of kiosk {owner!r}, not of {kiosk!r}: set kiosk.id back, or move"
            " the file away",
        )
    if its_key != key:
        raise _damage(
            path, f"it holds votes under the key {its_key[:16]}…, the key beside it is {key[:16]}…"
        )
