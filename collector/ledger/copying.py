"""A whole copy of the ledger while others write it, and what a copy says of itself."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, Literal, NamedTuple

from sqlite_utils import Database

from collector.ledger import journal
from collector.ledger.schema import migrations
from collector.ledger.store import Damaged, LedgerError, told_by

Progress = Callable[[int, int], None]  # how much is done, of how much

PAGES: Final = 2048  # copied between two words of progress: 8 MiB


class Chain(NamedTuple):
    """How far the votes of an epoch have come."""

    epoch: str
    kiosk: str
    key: str
    seq: int
    head: str


class Census(NamedTuple):
    """What a ledger holds, in figures that two copies can be compared by."""

    votes: int
    chains: list[Chain]
    journal: tuple[int, str]  # entries, and the head after them


def copy_ledger(ledger: Path, target: Path, progress: Progress) -> None:
    """The ledger as it is at one moment, into one file; writers go on. Raises LedgerError.

    All steps read one snapshot: SQLite would begin again after each foreign commit, and never
    end beside a busy ingest.
    """
    if not ledger.exists():
        raise LedgerError(f"{ledger}: there is no ledger here; has the collector run?")
    with (
        told_by(str(ledger)),
        closing(_connect(ledger, "mode=ro")) as source,
        closing(_connect(target, _ALONE)) as copy,
    ):
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
        # A WAL of one connection alone needs no shared memory, which a network share has not.
        copy.execute("PRAGMA locking_mode=EXCLUSIVE")
        # It is made durable in one go when it is whole.
        copy.execute("PRAGMA synchronous=OFF")
        source.backup(
            copy, pages=PAGES, progress=lambda _, left, total: progress(total - left, total)
        )
        # One file, without a WAL beside it, that can be read from a medium that is read-only.
        copy.execute("PRAGMA journal_mode=DELETE")


# Nobody else opens a copy while it is made, and a network share may know no locks.
_ALONE: Final = "vfs=unix-none"


def _connect(file: Path, options: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?{options}", uri=True)


def read_copy(file: Path) -> Database:
    """A finished copy, which nobody changes: nothing is written beside it."""
    return Database(_connect(file, "mode=ro&immutable=1"))


def check_pages(db: Database, file: Path, how: Literal["quick_check", "integrity_check"]) -> None:
    """Raises Damaged with SQLite's first words, unless every page is as it should be."""
    with told_by(str(file)):
        found = [row[0] for row in db.conn.execute(f"PRAGMA {how}(3)")]
    if found != ["ok"]:
        raise Damaged(f"{file}: {'; '.join(found)}")


def require_known(db: Database, file: Path) -> None:
    """Raises LedgerError for a ledger of a newer program: it would be misread."""
    with closing(Database(memory=True)) as empty:
        known = {migration.name for migration in migrations.pending(empty)}
    newer = sorted({migration.name for migration in migrations.applied(db)} - known)
    if newer:
        raise LedgerError(
            f"{file}: made by a newer version of this program (it has {newer[0]});"
            " install that version first"
        )


def census(db: Database) -> Census:
    votes = int(db.conn.execute("SELECT COUNT(*) FROM votes").fetchone()[0])
    rows = db.conn.execute("SELECT epoch, kiosk, key, seq, head FROM epochs ORDER BY e")
    return Census(votes, [Chain(*row) for row in rows], journal.last(db))
