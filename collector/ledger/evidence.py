"""What an audit reads of epochs, votes and checkpoints: plainly, in order, and never all at once.

Nothing here is trusted to be as ingest wrote it: rows may point nowhere or contradict each other.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sqlite_utils import Database

from collector.ledger.epochs import Epoch

# seq, face, question, replaces, origin_epoch, origin_seq, test, quarter, salt, time,
# quality, lo, hi, corrects, counted, received_ms, tsalt, wall_ms, synced, boot, up_ms
Row = tuple[Any, ...]

FIRST: Final = -(2**63)  # before every row, also one that stands where none can


class Checkpoint(NamedTuple):
    """A signed head, as it was kept of one stored batch."""

    seq: int
    head: str
    kind: str
    digest: str
    signature: bytes
    received_ms: int


class Oddity(NamedTuple):
    """A row that ingest cannot have written so."""

    kiosk: str
    epoch: str
    seq: int
    why: str


def epochs(db: Database) -> list[Epoch]:
    return [Epoch(*row) for row in db.conn.execute("SELECT * FROM epochs ORDER BY kiosk, e")]


def rows(db: Database, e: int, after: int = FIRST) -> Iterator[Row]:
    """The votes of an epoch after vote `after`, in order, each with its fine time."""
    return db.conn.execute(
        "SELECT v.seq, face, question, replaces, origin_epoch, origin_seq, test, quarter, salt,"
        " time, quality, lo, hi, corrects, counted, received_ms, tsalt, wall_ms, synced, boot,"
        " up_ms FROM votes v LEFT JOIN fine f ON f.e = v.e AND f.seq = v.seq"
        " WHERE v.e = ? AND v.seq > ? ORDER BY v.seq",
        (e, after),
    )


def checkpoints(db: Database, e: int, after: int = FIRST) -> Iterator[Checkpoint]:
    """Those of an epoch after vote `after`, in order."""
    found = db.conn.execute(
        "SELECT seq, head, kind, digest, signature, received_ms FROM checkpoints"
        " WHERE e = ? AND seq > ? ORDER BY seq",
        (e, after),
    )
    return (Checkpoint(*row) for row in found)


def strays(db: Database) -> list[tuple[str, int, int]]:
    """(table, e, rows) of what belongs to no epoch, or to no vote."""
    return [
        (table, e, n)
        for table, query in _STRAYS.items()
        for e, n in db.conn.execute(query).fetchall()
    ]


_STRAYS: Final = {
    table: f"SELECT e, COUNT(*) FROM {table} WHERE e NOT IN (SELECT e FROM epochs) GROUP BY e"  # noqa: S608
    for table in ("votes", "checkpoints", "copies", "receipts")
} | {
    "fine": "SELECT f.e, COUNT(*) FROM fine f LEFT JOIN votes v ON v.e = f.e AND v.seq = f.seq"
    " WHERE v.e IS NULL GROUP BY f.e"
}


def oddities(db: Database, at_most: int) -> list[Oddity]:
    """Rows of votes that contradict themselves, the first of them."""
    found = db.conn.execute(
        f"SELECT kiosk, epoch, v.seq, CASE {_CASES} END FROM votes v JOIN epochs USING (e)"  # noqa: S608
        f" WHERE {' OR '.join(f'({rule})' for rule in _ODD.values())} LIMIT ?",
        (at_most,),
    )
    return [Oddity(*row) for row in found]


def counted_twice(db: Database, at_most: int) -> list[Oddity]:
    """Carried votes that count although they count elsewhere too."""
    found = db.conn.execute(
        "SELECT here.kiosk, here.epoch, v.seq, 'it also counts as vote ' || o.seq || ' of epoch '"
        " || SUBSTR(there.epoch, 1, 12) FROM votes v JOIN epochs here ON here.e = v.e"
        " JOIN epochs first ON first.epoch = v.origin_epoch AND first.kiosk = here.kiosk"
        " JOIN votes o ON (o.e, o.seq) = (first.e, v.origin_seq) OR"
        " (o.origin_epoch = v.origin_epoch AND o.origin_seq = v.origin_seq)"
        " JOIN epochs there ON there.e = o.e"
        " WHERE v.origin_epoch IS NOT NULL AND v.counted AND o.counted"
        " AND o.salt = v.salt AND o.time = v.time AND (o.e, o.seq) <> (v.e, v.seq) LIMIT ?",
        (at_most,),
    )
    return [Oddity(*row) for row in found]


def false_copies(db: Database, at_most: int) -> list[Oddity]:
    """Votes that are noted as copies, and are none; a copy's first is never a copy itself."""
    found = db.conn.execute(
        "SELECT COALESCE(here.kiosk, ''), COALESCE(here.epoch, ''), c.seq,"
        " 'it is noted as the copy of another vote' FROM copies c"
        " LEFT JOIN epochs here ON here.e = c.e"
        " LEFT JOIN votes v ON (v.e, v.seq) = (c.e, c.seq)"
        " LEFT JOIN votes o ON (o.e, o.seq) = (c.of_e, c.of_seq)"
        " LEFT JOIN epochs there ON there.e = o.e LEFT JOIN copies f ON (f.e, f.seq) = (o.e, o.seq)"
        " WHERE v.counted IS NOT 0 OR o.salt IS NOT v.salt OR o.time IS NOT v.time"
        " OR there.kiosk IS NOT here.kiosk OR f.e IS NOT NULL LIMIT ?",
        (at_most,),
    )
    return [Oddity(*row) for row in found]


# What ingest never writes. None of it is in the chain, so each has a rule of its own.
_ODD: Final = {
    "its origin is half a place": "(origin_epoch IS NULL) <> (origin_seq IS NULL)",
    "test or counted is neither 0 nor 1": "NOT (test IN (0, 1) AND counted IN (0, 1))",
    "it is a test, and counted": "test AND counted",
    "it does not count, and nothing says why": (
        "NOT test AND NOT counted AND NOT EXISTS (SELECT 1 FROM copies c"
        " WHERE c.e = v.e AND c.seq = v.seq)"
    ),
    "it corrects another vote than it says it replaces": (
        "corrects IS NOT NULL AND corrects IS NOT replaces"
    ),
    "it is no correction, and nothing says why": (
        "replaces IS NOT NULL AND corrects IS NULL AND NOT EXISTS (SELECT 1 FROM flags f"
        " WHERE f.e = v.e AND f.seq = v.seq AND flag LIKE 'correction-%')"
    ),
    "its time does not fit its quality": (
        "CASE quality WHEN 'D' THEN lo IS NOT NULL OR hi IS NULL"
        " WHEN 'C' THEN NOT (lo IS NOT NULL AND lo < hi)"
        " ELSE lo IS NULL OR lo % 900 OR hi IS NOT lo + 900"
        " OR (quality = 'A' AND quarter IS NOT lo) END"
    ),
}
_CASES: Final = " ".join(f"WHEN {rule} THEN '{why}'" for why, rule in _ODD.items())


def forks(db: Database) -> list[tuple[str, str, int]]:
    """(kiosk, epoch, seq) where an epoch was seen to fork."""
    return db.conn.execute(
        "SELECT kiosk, epoch, MIN(flags.seq) FROM flags JOIN epochs USING (e)"
        " WHERE flag = 'fork' GROUP BY e ORDER BY kiosk, e"
    ).fetchall()
