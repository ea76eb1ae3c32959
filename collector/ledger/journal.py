"""What people did, in order, each entry chained to the one before: the admin's audit log.

A head is SHA-256 of `senyum/1 journal`, the head before, n, at_ms, who, what and detail, each ended
by a newline. Before the first entry it is the same of `senyum/1 journal` alone.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlite_utils import Database

BEGIN: Final = sha256(b"senyum/1 journal\n").hexdigest()


Deed = tuple[int, int, str, str, str]  # an entry's fields before its head


class Entry(NamedTuple):
    n: int  # 1, 2, 3 … without a hole
    at_ms: int  # the collector's clock, Unix milliseconds
    who: str  # cli:<account> or web:<user>
    what: str  # slug, such as kiosk-added
    detail: str  # one JSON object, in one line
    head: str  # of the chain after this entry

    def told(self) -> dict[str, Any]:
        """The detail, read."""
        told: dict[str, Any] = json.loads(self.detail)
        return told


def note(db: Database, at_ms: int, who: str, what: str, **detail: object) -> Entry:
    """Add an entry, inside of the transaction of what it tells about."""
    n, prev = last(db)
    said = json.dumps(detail, ensure_ascii=False, sort_keys=True)
    deed = (n + 1, at_ms, who, what, said)
    entry = Entry(*deed, next_head(prev, deed))
    db.conn.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", entry)
    return entry


def last(db: Database) -> tuple[int, str]:
    """How many entries there are, and the head after them."""
    row = db.conn.execute("SELECT n, head FROM journal ORDER BY n DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, BEGIN)


def began_ms(db: Database) -> int | None:
    """When the first entry was made; None: nobody did anything yet."""
    row = db.conn.execute("SELECT at_ms FROM journal WHERE n = 1").fetchone()
    return row[0] if row else None


def entries(db: Database, after: int = 0) -> Iterator[Entry]:
    """In order, those after entry `after`."""
    rows = db.conn.execute("SELECT * FROM journal WHERE n > ? ORDER BY n", (after,))
    return (Entry(*row) for row in rows)


def entries_about(db: Database, what: str) -> list[Entry]:
    """In order, those of one kind."""
    rows = db.conn.execute("SELECT * FROM journal WHERE what = ? ORDER BY n", (what,))
    return [Entry(*row) for row in rows]


def next_head(prev: str, deed: Deed) -> str:
    """The head after an entry. No field can hold a newline: JSON writes it as an escape."""
    lines = ["senyum/1 journal", prev, *map(str, deed), ""]
    return sha256("\n".join(lines).encode()).hexdigest()
