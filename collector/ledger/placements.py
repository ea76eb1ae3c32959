"""Which counter a kiosk stood at, and when."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlite_utils import Database

UNPLACED: Final = ""  # stands in counts for the counter of a kiosk that had none


class Placement(NamedTuple):
    """At `counter` in [from_at, to_at), Unix seconds; to_at None is open."""

    from_at: int
    to_at: int | None
    counter: str

    def covers(self, lo: int, hi: int) -> bool:
        return self.from_at <= lo and (self.to_at is None or hi <= self.to_at)


def placements(db: Database, kiosk: str) -> list[Placement]:
    rows = db.conn.execute(
        "SELECT from_at, to_at, counter FROM placements WHERE kiosk = ? ORDER BY from_at", (kiosk,)
    )
    return [Placement(*row) for row in rows]


def place(db: Database, kiosk: str, counter: str, from_at: int) -> None:
    """The kiosk stands at `counter` from then on. Inside of a transaction of the caller's.

    Placements that would begin later are replaced: the latest word on the future holds.
    """
    end(db, kiosk, from_at)
    stays = db.conn.execute(
        "UPDATE placements SET to_at = NULL WHERE kiosk = ? AND to_at = ? AND counter = ?",
        (kiosk, from_at, counter),
    )
    if stays.rowcount == 0:
        db.conn.execute("INSERT INTO placements VALUES (?, ?, NULL, ?)", (kiosk, from_at, counter))


def end(db: Database, kiosk: str, at: int) -> None:
    """The kiosk stands nowhere from then on."""
    db.conn.execute("DELETE FROM placements WHERE kiosk = ? AND from_at >= ?", (kiosk, at))
    db.conn.execute(
        "UPDATE placements SET to_at = ? WHERE kiosk = ? AND (to_at IS NULL OR to_at > ?)",
        (at, kiosk, at),
    )


def counter_of(placed: Sequence[Placement], lo: int | None, hi: int) -> str:
    """Where a vote of [lo, hi) counts.

    At the placement that holds the whole interval; if none does, where the kiosk stood at its end.
    """
    for placement in placed:
        if lo is not None and placement.covers(lo, hi):
            return placement.counter
    for placement in placed:
        if placement.covers(hi - 1, hi):
            return placement.counter
    return UNPLACED


def everywhere(db: Database) -> list[tuple[str, int, int | None, str]]:
    """(kiosk, from_at, to_at, counter) of all kiosks, in order."""
    return db.conn.execute(
        "SELECT kiosk, from_at, to_at, counter FROM placements ORDER BY kiosk, from_at"
    ).fetchall()
