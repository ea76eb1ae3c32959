"""Single votes, for whoever has a reason to look at them: the reason is noted first."""

from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.ledger import journal
from collector.ledger.deeds import By, tell
from collector.ledger.misuse import Filter

OPENED: Final = "rows-opened"
SHORTEST, LONGEST = 10, 300  # characters of a reason


class NoReason(CollectorError, ValueError):
    """Rows are opened for a reason, in one line."""


class Row(NamedTuple):
    """One vote. Its exact time is on the clock of its boot, and only while that is known."""

    epoch: str
    seq: int
    face: str
    question: str
    quality: str
    lo: int  # the quarter of an hour that it is in, Unix seconds
    counts: int  # 1, unless it is a test, a copy, or a later vote of its window took its place
    rule: Filter | None  # by which the filtered index leaves it out
    boot: bytes | None
    up_ms: int | None


class Asked(NamedTuple):
    """Whose rows: of one kiosk, in [first, end), Unix seconds, which is its `day`."""

    kiosk: str
    day: str
    first: int
    end: int


_ROWS: Final = """
SELECT epochs.epoch, v.seq, face, question, quality, v.lo, v.counted AND s.e IS NULL, m.rule,
    fine.boot, fine.up_ms
FROM epochs JOIN votes v ON v.e = epochs.e
LEFT JOIN superseded s ON s.e = v.e AND s.seq = v.seq
LEFT JOIN misuse_flags m ON m.e = v.e AND m.seq = v.seq
LEFT JOIN fine ON fine.e = v.e AND fine.seq = v.seq
WHERE epochs.kiosk = ? AND v.lo >= ? AND v.hi <= ?
ORDER BY v.lo, v.e, v.seq
"""


def open_rows(db: Database, by: By, asked: Asked, reason: str) -> list[Row]:
    """Votes that surely were on this day, as far as they are here. Raises NoReason.

    First the journal has who asked, for what, and why.
    """
    said = reason.strip()
    if not SHORTEST <= len(said) <= LONGEST or "\n" in said:
        raise NoReason(f"a reason is one line of {SHORTEST} to {LONGEST} characters")
    tell(db, by, OPENED, kiosk=asked.kiosk, day=asked.day, reason=said)
    rows = db.conn.execute(_ROWS, (asked.kiosk, asked.first, asked.end)).fetchall()
    return [Row._make(row) for row in rows]


class Opening(NamedTuple):
    at_ms: int
    who: str
    kiosk: str
    day: str
    reason: str


def openings(db: Database, since_ms: int) -> list[Opening]:
    """Who opened rows since then, the latest first."""
    found = [each for each in journal.entries_about(db, OPENED) if each.at_ms >= since_ms]
    return [
        Opening(each.at_ms, each.who, told["kiosk"], told["day"], told["reason"])
        for each in reversed(found)
        for told in [each.told()]
    ]
