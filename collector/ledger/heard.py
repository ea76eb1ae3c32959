"""In which quarters of an hour each kiosk was heard: four small writes an hour for each of them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from sqlite_utils import Database

from collector.index.uptime import QUARTER, Window

BLOCK: Final = 32 * 96  # quarters: 32 days in one row
_BYTES: Final = BLOCK // 8


def hear(db: Database, kiosk: str, at_s: int) -> None:
    """Inside of a transaction of the caller's."""
    hear_all(db, kiosk, [at_s // QUARTER])


def hear_all(db: Database, kiosk: str, quarters: Iterable[int]) -> None:
    """Quarters since 1970. Inside of a transaction of the caller's."""
    fresh: dict[int, int] = defaultdict(int)
    for quarter in quarters:
        block, bit = divmod(quarter, BLOCK)
        fresh[block] |= 1 << bit
    for block, bits in fresh.items():
        _add(db, kiosk, block, bits)


def _add(db: Database, kiosk: str, block: int, bits: int) -> None:
    row = db.conn.execute(
        "SELECT quarters FROM heard WHERE kiosk = ? AND block = ?", (kiosk, block)
    ).fetchone()
    before = int.from_bytes(row[0], "little") if row else 0
    if bits & ~before:
        db.conn.execute(
            "INSERT INTO heard VALUES (?, ?, ?) ON CONFLICT DO UPDATE"
            " SET quarters = excluded.quarters",
            (kiosk, block, (before | bits).to_bytes(_BYTES, "little")),
        )


def heard_since(db: Database) -> int | None:
    """The first quarter since 1970 in which any kiosk was heard."""
    row = db.conn.execute("SELECT MIN(block) FROM heard").fetchone()
    if row[0] is None:
        return None
    first = db.conn.execute("SELECT quarters FROM heard WHERE block = ?", row).fetchall()
    lowest = min(_lowest(int.from_bytes(quarters, "little")) for (quarters,) in first)
    return int(row[0]) * BLOCK + lowest


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1


def heard_in(db: Database, window: Window) -> dict[str, int]:
    """Kiosk → the quarters of the window in which it was heard, as a set."""
    first, last = window.first // BLOCK, window.end // BLOCK
    rows = db.conn.execute(
        "SELECT kiosk, block, quarters FROM heard WHERE block BETWEEN ? AND ?", (first, last)
    )
    found: dict[str, bytearray] = {}
    for kiosk, block, quarters in rows:
        begin = (block - first) * _BYTES
        whole = found.setdefault(kiosk, bytearray((last - first + 1) * _BYTES))
        whole[begin : begin + _BYTES] = quarters
    return {
        kiosk: window.moved(int.from_bytes(whole, "little"), first * BLOCK)
        for kiosk, whole in found.items()
    }
