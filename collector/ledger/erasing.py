"""Erasing what tells the exact second of a press, once it is 30 days old.

In slices, each a short transaction, so that ingest goes on. Chains still verify and no count
changes: the quarter, which is in the chain, stays.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.ledger import forks
from collector.ledger.schema.refusing import FINE_DAYS
from collector.ledger.store import writing

KEEP_MS: Final = FINE_DAYS * 86_400_000
SLICE: Final = 1000  # exact times, each some 60 bytes
LARGE_SLICE: Final = 50  # whole messages


class Erased(NamedTuple):
    """How many rows are gone."""

    times: int
    refused: int
    held: int
    boots: int


def erase(db: Database, now_ms: int, pause: Callable[[], object]) -> Erased:
    """Erase what is too old at `now_ms`; `pause` is called between slices. Raises LedgerError.

    Done again, it finds nothing. Until the WAL is emptied, that still holds what was erased.
    """
    before_ms = now_ms - KEEP_MS
    return Erased(
        times=_sum(_times(db, before_ms // 1000), pause),
        refused=_sum(_messages(db, "quarantine", before_ms), pause),
        held=_sum(_messages(db, "held", before_ms), pause),
        boots=_boots(db, before_ms),
    )


def _sum(slices: Iterator[int], pause: Callable[[], object]) -> int:
    total = 0
    for erased in slices:
        total += erased
        pause()
    return total


def _times(db: Database, before: int) -> Iterator[int]:
    """From the oldest on; votes that came late stand among younger ones.

    Only those that are there at the beginning: as long as votes come there are always more.
    """
    last = 0
    (end,) = db.conn.execute("SELECT COALESCE(MAX(rowid), 0) FROM fine").fetchone()
    while rows := _next_times(db, (last, end), before):
        last = rows[-1][0]
        yield _delete_times(db, [rowid for rowid, is_old in rows if is_old])


def _next_times(db: Database, within: tuple[int, int], before: int) -> list[tuple[int, int]]:
    return db.conn.execute(
        "SELECT fine.rowid, hi <= ? FROM fine JOIN votes USING (e, seq)"
        " WHERE fine.rowid > ? AND fine.rowid <= ? ORDER BY fine.rowid LIMIT ?",
        (before, *within, SLICE),
    ).fetchall()


def _delete_times(db: Database, rowids: list[int]) -> int:
    if rowids:
        with writing(db):
            db.conn.executemany("DELETE FROM fine WHERE rowid = ?", [(each,) for each in rowids])
    return len(rowids)


def _messages(db: Database, table: str, before_ms: int) -> Iterator[int]:
    """Whole messages, which hold exact times. Of what was held, the kiosk has the votes still."""
    erased = LARGE_SLICE
    while erased == LARGE_SLICE:
        with writing(db):
            erased = db.conn.execute(
                f"DELETE FROM {table} WHERE id IN"  # noqa: S608
                f" (SELECT id FROM {table} WHERE received_ms < ? LIMIT ?)",
                (before_ms, LARGE_SLICE),
            ).rowcount
        yield erased


def _boots(db: Database, before_ms: int) -> int:
    """What tells when a kiosk was switched on, but for its latest boot.

    A kiosk that was offline for weeks in one boot needs that to date what it then sends.
    """
    with writing(db):
        forks.settle_silent(db, before_ms)
        hellos = db.conn.execute(_OLD_HELLOS, (before_ms, before_ms)).rowcount
        return int(hellos + db.conn.execute(_OLD_ANCHORS, (before_ms,)).rowcount)


_OLD_HELLOS: Final = (
    "DELETE FROM hellos WHERE received_ms < ? AND NOT EXISTS (SELECT 1 FROM anchors a"
    " WHERE a.e = hellos.e AND a.boot = hellos.boot AND a.seen_ms >= ?) AND EXISTS"
    " (SELECT 1 FROM hellos h WHERE h.e = hellos.e AND h.received_ms > hellos.received_ms)"
)
_OLD_ANCHORS: Final = (
    "DELETE FROM anchors WHERE seen_ms < ? AND NOT EXISTS"
    " (SELECT 1 FROM hellos h WHERE h.e = anchors.e AND h.boot = anchors.boot)"
)
