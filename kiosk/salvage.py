"""Reads what can still be read of an outbox's files, row by row, from a copy: they stay untouched.

Nothing that is read here is believed yet: see kiosk/rescue.py.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from kiosk import wire
from kiosk.outbox_file import PAGE_BYTES, SELECT_FINE, OutboxFile
from kiosk.rows import fine_of, vote_of

CHUNK_BYTES: Final = 4096  # what is read of a failing card at once
PAGE_SIZES: Final = (PAGE_BYTES, 4096)  # of an outbox, and of one that an earlier version made
LEAST_VOTE_BYTES: Final = 100  # on disk: bounds how many votes a file can hold
_ANY_KEY: Final = "00" * 32
_SIZE_IN_PAGES: Final = slice(28, 32)  # of the first page: sqlite.org/fileformat.html, 1.3

_VOTE: Final = """
    SELECT seq, face, question, replaces, origin_epoch, origin_seq, test, quarter,
           lower(hex(salt)), lower(hex(time)), lower(hex(head))
    FROM votes WHERE seq = ?
"""
_STARTS: Final = ("SELECT min(seq) FROM votes", "SELECT min(seq) FROM fine")
_NO_FINE: Final = ("", 0, 0, "", 0)
_NO_ROW: Final = (sqlite3.Error, ValueError, TypeError, OverflowError)


class Row(NamedTuple):
    """A vote that could be read, and the head that stands beside it."""

    vote: wire.Vote
    head: str


class Owner(NamedTuple):
    """Whose votes they are."""

    kiosk: str
    key: str


class Salvage(NamedTuple):
    """What could be read of one outbox; any of it may be wrong."""

    rows: dict[int, Row]
    base: tuple[int, str] | None  # the last vote that was no longer kept, and the head after it
    through: int  # all votes up to here had a receipt
    owner: Owner | None


def salvage(outbox: Path) -> Salvage:
    """All rows of `outbox` and its log that can be read; none if nothing can be.

    Where the first page is damaged nothing tells how long pages are: what gives more is believed.
    """
    found = _read(outbox)
    if found.rows or not outbox.exists():
        return found
    return max((_read(outbox, size) for size in PAGE_SIZES), key=lambda each: len(each.rows))


def _read(outbox: Path, new_page: int | None = None) -> Salvage:
    """From a copy; with a first page of so many bytes in the place of the damaged one."""
    with TemporaryDirectory(prefix="senyum-rescue-") as folder:
        copy = Path(folder, "outbox.db")
        for end in ("", "-wal"):
            _copy(outbox.with_name(outbox.name + end), copy.with_name(copy.name + end))
        if new_page is not None:
            _renew_first_page(copy, new_page)
        return _read_as_it_is(copy)


# ---------------------------------------------------------------- a copy


def _copy(source: Path, target: Path) -> None:
    """What the disk does not give is zero in the copy."""
    if not source.exists():
        return
    with source.open("rb", buffering=0) as opened, target.open("wb") as copy:
        for at in range(0, source.stat().st_size, CHUNK_BYTES):
            copy.write(_page(opened.fileno(), at))


def _page(descriptor: int, at: int) -> bytes:
    try:
        return os.pread(descriptor, CHUNK_BYTES, at)
    except OSError:
        return bytes(CHUNK_BYTES)


def _renew_first_page(copy: Path, size: int) -> None:
    """It names the tables and where they begin, which is the same in every outbox."""
    model = copy.with_name("model.db")
    OutboxFile.open(model, "model", _ANY_KEY, size).close()
    with model.open("rb") as whole, copy.open("r+b") as damaged:
        page = bytearray(whole.read(size))
        page[_SIZE_IN_PAGES] = bytes(4)  # unknown: as many as the file has
        damaged.write(page)


# ---------------------------------------------------------------- rows


def _read_as_it_is(copy: Path) -> Salvage:
    with closing(sqlite3.connect(copy)) as db:
        base = _base(db)
        rows = _rows(db, _starts(db, base), _room(copy))
        receipts = _first(db, "SELECT max(through) FROM receipts")
        owner = _first(db, "SELECT kiosk, key FROM epoch WHERE length(key) = 64")
        return Salvage(
            rows=rows,
            base=base,
            through=_plausible(receipts, max(rows, default=0)),
            owner=Owner(*owner) if owner else None,
        )


def _base(db: sqlite3.Connection) -> tuple[int, str] | None:
    row = _first(db, "SELECT base_seq, lower(hex(base_head)) FROM epoch")
    return row if row and isinstance(row[0], int) else None


def _plausible(receipts: tuple[int | None] | None, last: int) -> int:
    """A receipt beyond the last vote is damage: rather carry too much, it counts once."""
    through = receipts[0] if receipts else None
    return through if through is not None and 0 <= through <= last else 0


def _starts(db: sqlite3.Connection, base: tuple[int, str] | None) -> set[int]:
    """Where the votes may begin: as far as anything tells, for any of it may be wrong."""
    known = [row[0] for query in _STARTS if (row := _first(db, query)) and row[0]]
    return {1, *known, *([base[0] + 1] if base else [])}


def _room(copy: Path) -> int:
    """How many votes the files can hold."""
    return sum(file.stat().st_size for file in copy.parent.iterdir()) // LEAST_VOTE_BYTES


def _rows(db: sqlite3.Connection, starts: set[int], room: int) -> dict[int, Row]:
    """Each vote by itself: where a page cannot be read, the next one may be."""
    rows = {}
    for start in starts:
        for seq in range(start, start + room):
            row = None if seq in rows else _first(db, _VOTE, seq)
            if row is not None:
                with suppress(*_NO_ROW):
                    rows[seq] = _row(db, row)
    return rows


def _row(db: sqlite3.Connection, row: tuple[Any, ...]) -> Row:
    *columns, head = row
    return Row(_with_fine(db, vote_of((*columns, *_NO_FINE))), head)


def _with_fine(db: sqlite3.Connection, vote: wire.Vote) -> wire.Vote:
    """With its exact time, if that is the one to which the vote commits."""
    row = _first(db, SELECT_FINE, vote.seq)
    fine = None if row is None else fine_of(*row)
    if fine is None or wire.time_commitment(fine) != vote.time:
        return vote
    return replace(vote, fine=fine)


def _first(db: sqlite3.Connection, query: str, *values: int) -> Any:
    """The first row; None if there is none, or none that can be read."""
    try:
        return db.execute(query, values).fetchone()
    except _NO_ROW:
        return None
