"""Whole batches that wait for an admin's word: of an epoch not yet approved, or of a fork."""

from typing import NamedTuple

from sqlite_utils import Database

from collector.ledger.refused import Bounds, count_overflow


class Held(NamedTuple):
    e: int
    why: str  # unapproved, fork
    first: int
    last: int
    received_ms: int
    topic: str
    payload: bytes
    digest: str


class Shelf:
    """Takes batches as they came, each once, as far as the bounds allow; for one transaction."""

    def __init__(self, db: Database, bounds: Bounds, day: str) -> None:
        self._db = db
        self._bounds = bounds
        self._day = day
        self._of_kiosk: dict[str, int] = {}
        self._of_all: int | None = None

    def put(self, kiosk: str, batch: Held) -> None:
        if self._holds(batch.digest):
            return
        size = len(batch.payload)
        of_kiosk, of_all = self._bytes(kiosk)
        if of_kiosk + size > self._bounds.kiosk_bytes or of_all + size > self._bounds.total_bytes:
            count_overflow(self._db, [(kiosk, size)], self._day)
            return
        self._of_kiosk[kiosk], self._of_all = of_kiosk + size, of_all + size
        self._db.conn.execute(
            "INSERT INTO held (e, why, first, last, received_ms, topic, payload, digest)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            batch,
        )

    def _holds(self, digest: str) -> bool:
        row = self._db.conn.execute("SELECT 1 FROM held WHERE digest = ?", (digest,)).fetchone()
        return row is not None

    def _bytes(self, kiosk: str) -> tuple[int, int]:
        of_kiosk, of_all = self._of_kiosk.get(kiosk), self._of_all
        if of_kiosk is None:
            of_kiosk = self._sum(
                "SELECT SUM(LENGTH(payload)) FROM held JOIN epochs USING (e) WHERE kiosk = ?", kiosk
            )
        if of_all is None:
            of_all = self._sum("SELECT SUM(LENGTH(payload)) FROM held")
        return of_kiosk, of_all

    def _sum(self, query: str, *values: str) -> int:
        return int(self._db.conn.execute(query, values).fetchone()[0] or 0)


def release(db: Database, e: int) -> list[tuple[str, bytes, int]]:
    """Topic, payload and time of arrival of what waited for approval, and waits no longer.

    Inside of a transaction of the caller's.
    """
    rows = db.conn.execute(
        "SELECT topic, payload, received_ms FROM held WHERE e = ? AND why = 'unapproved'"
        " ORDER BY first, id",
        (e,),
    ).fetchall()
    db.conn.execute("DELETE FROM held WHERE e = ? AND why = 'unapproved'", (e,))
    return rows


def drop(db: Database, e: int) -> None:
    """What waited of an epoch that an admin has refused. Inside of a transaction."""
    db.conn.execute("DELETE FROM held WHERE e = ?", (e,))


class Branch(NamedTuple):
    """A batch of a fork about which an admin has decided."""

    id: int
    topic: str
    payload: bytes


def settled_branches(db: Database) -> list[int]:
    """Their ids. They may be large: read one at a time."""
    rows = db.conn.execute(
        "SELECT id FROM held JOIN forks USING (e) WHERE why = 'fork' AND settled"
    )
    return [row[0] for row in rows]


def branch(db: Database, id_: int) -> Branch | None:
    row = db.conn.execute("SELECT id, topic, payload FROM held WHERE id = ?", (id_,)).fetchone()
    return Branch(*row) if row else None


def drop_branch(db: Database, id_: int) -> None:
    db.conn.execute("DELETE FROM held WHERE id = ?", (id_,))
