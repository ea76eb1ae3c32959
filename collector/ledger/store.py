"""Opening the ledger: WAL and FULL, or not at all."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.ledger.schema import migrations

BUSY_MS = 30_000
FULL = 2  # PRAGMA synchronous
CACHE_KIB = 64 * 1024  # the last pages of some hundred kiosks, which all grow at once
CHECKPOINT_PAGES = 4000  # 16 MiB of WAL: a page that is written often is copied seldom


class LedgerError(CollectorError, RuntimeError):
    """The ledger cannot be used as it must be."""


class CannotCommit(LedgerError):
    """Nothing was stored: the disk is full or fails, or another writer does not end. Try later."""


class Damaged(LedgerError):
    """The file is not a whole ledger: restore it from a backup."""


_LATER: Final = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
}
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


@contextmanager
def told_by(path: object) -> Iterator[None]:
    """SQLite's errors in the words of this project."""
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code in _DAMAGED:
            raise _damaged(path, str(error)) from error
        if code in _LATER:
            raise CannotCommit(f"{path}: {error}") from error
        raise


def _damaged(path: object, what: str) -> Damaged:
    return Damaged(
        f"{path}: {what}; nothing is written to it any more. 'senyum-collector restore' sets it"
        " aside and puts a backup in its place; the kiosks send again what that lacks"
    )


@contextmanager
def telling(db: Database) -> Iterator[None]:
    """Reading that may meet a damaged page: raises Damaged, or CannotCommit."""
    with told_by(_path_of(db)):
        yield


def _path_of(db: Database) -> object:
    """The file of a connection; asking it cannot fail on a damaged one."""
    return db.conn.execute("PRAGMA database_list").fetchone()[2]


def open_ledger(path: Path) -> Database:
    """The ledger for writing, migrated. A Database belongs to the thread that opened it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _refuse_remains(path)
    with told_by(path):
        if not path.exists():
            _create(path)
        db = Database(sqlite3.connect(path, timeout=BUSY_MS / 1000))
        try:
            _make_durable(db, path)
            migrations.apply(db)
        except BaseException:
            db.close()
            raise
    return db


def open_existing(path: Path, busy_ms: int) -> Database:
    """The ledger for a short note; raises LedgerError if it is not there, or not of this version.

    Gives up after `busy_ms`: a page must not wait for a long transaction.
    """
    read_snapshot(path).close()
    with told_by(path):
        db = Database(sqlite3.connect(path, timeout=busy_ms / 1000))
        _make_durable(db, path)
    return db


def _refuse_remains(path: Path) -> None:
    """Of a ledger that was cut to nothing, or is gone while its WAL is not.

    SQLite would begin anew over it, and take the WAL away.
    """
    wal = path.with_name(f"{path.name}-wal")
    if path.exists() and path.stat().st_size == 0:
        raise _damaged(path, "the file is empty")
    if not path.exists() and wal.exists() and wal.stat().st_size:
        raise _damaged(path, f"the file is gone, and {wal.name} is what is left of it")


def _create(path: Path) -> None:
    """Linked in with its first page, so that a ledger that is empty is always a damaged one."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with closing(sqlite3.connect(aside)) as connection:
            _make_durable(Database(connection), path)
        with suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """The name of a new file survives a power cut only so."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_ledger(path: Path) -> Database:
    """The ledger for reading only; raises LedgerError if it is not there yet."""
    if not path.exists():
        raise LedgerError(f"{path}: there is no ledger here; has the collector run?")
    uri = f"{path.resolve().as_uri()}?mode=ro"
    return Database(sqlite3.connect(uri, uri=True, timeout=BUSY_MS / 1000))


def _make_durable(db: Database, path: Path) -> None:
    """What is receipted must survive a power cut; anything less is refused."""
    mode = db.conn.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    db.conn.execute("PRAGMA synchronous=FULL")
    db.conn.execute("PRAGMA foreign_keys=ON")
    db.conn.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten
    db.conn.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    db.conn.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
    synchronous = db.conn.execute("PRAGMA synchronous").fetchone()[0]
    if (mode, synchronous) != ("wal", FULL):
        raise LedgerError(
            f"{path}: SQLite gave journal_mode={mode} and synchronous={synchronous}, but WAL and"
            " FULL are needed; put the ledger on a local disk"
        )


def read_snapshot(path: Path) -> Database:
    """As read_ledger, at one moment: what is read belongs together. Raises LedgerError.

    Close it soon: it holds back SQLite's clean-up of the WAL.
    """
    db = read_ledger(path)
    try:
        _require_tables(db, path)
        db.conn.execute("BEGIN")
    except sqlite3.Error as error:
        db.close()
        raise LedgerError(f"{path}: cannot be read: {error}") from error
    return db


def _require_tables(db: Database, path: Path) -> None:
    """A ledger that is just being made, or is older than this program, is not read yet."""
    if migrations.pending(db):
        db.close()
        raise LedgerError(f"{path}: its tables are not of this version yet; start ingest once")


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One write transaction. The lock is taken first, so what it reads stays true until commit.

    Inside of another it is a part of that, and is undone alone. Raises CannotCommit or Damaged;
    then nothing of it is stored, and the ledger stays usable.
    """
    with told_by(_path_of(db)):
        if db.conn.in_transaction:
            with _part(db):
                yield
            return
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield
            db.conn.execute("COMMIT")
        except BaseException:
            db.conn.rollback()
            raise


@contextmanager
def _part(db: Database) -> Iterator[None]:
    db.conn.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        # SQLite undoes the whole by itself when the disk is full: then there is no part to undo.
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK TO part")
            db.conn.execute("RELEASE part")
        raise
    db.conn.execute("RELEASE part")


_WAL_MS: Final = 500  # while it waits for readers, nobody can write


def empty_wal(db: Database) -> bool:
    """Put what the WAL holds into the file and cut it to nothing; False if a reader is in the way.

    What was erased is still in the WAL until then.
    """
    with told_by(_path_of(db)):
        db.conn.execute(f"PRAGMA busy_timeout={_WAL_MS}")
        busy = db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        db.conn.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    return not busy
