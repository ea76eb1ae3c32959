"""What is not valid: kept in quarantine for whoever wants to know why, within bounds.

Messages under the name of an unknown kiosk share the bounds of one kiosk: names are cheap.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlite_utils import Database

log = logging.getLogger("senyum.collector.refused")

HOUR_MS: Final = 3_600_000
LONGEST_TEXT: Final = 300  # characters of topic and of detail
ROW_BYTES: Final = 100  # what a row costs beside its texts and payload, about


class Bounds(NamedTuple):
    """What is kept of one kiosk, and altogether."""

    kiosk_bytes: int
    total_bytes: int
    kiosk_per_hour: int  # messages
    total_per_hour: int
    payload_bytes: int  # of one message


class Refused(NamedTuple):
    """A message that is not valid."""

    received_ms: int
    kiosk: str  # '' if there is no such kiosk
    topic: str
    reason: str  # slug
    detail: str
    payload: bytes


class Kept(NamedTuple):
    """A message in quarantine, without its payload."""

    received_ms: int
    kiosk: str  # '' if there is no such kiosk
    topic: str
    reason: str  # slug
    detail: str
    size: int  # bytes of the payload


class Overflow(NamedTuple):
    """Messages of a kiosk ('': of no kiosk) that were not even kept on a local day."""

    kiosk: str
    day: str
    n: int


def latest(db: Database, kiosk: str | None, last: int) -> list[Kept]:
    """The `last` messages in quarantine, of one kiosk or of all, in the order of their arrival."""
    rows = db.conn.execute(
        "SELECT received_ms, kiosk, topic, reason, detail, size FROM quarantine"
        " WHERE kiosk = ? OR ? IS NULL ORDER BY id DESC LIMIT ?",
        (kiosk, kiosk, last),
    )
    return [Kept(*row) for row in rows][::-1]


def overflowed(db: Database, kiosk: str | None) -> list[Overflow]:
    """How many more were only counted, of one kiosk or of all."""
    rows = db.conn.execute(
        "SELECT kiosk, day, n FROM quarantine_overflow"
        " WHERE kiosk = ? OR ? IS NULL ORDER BY day, kiosk",
        (kiosk, kiosk),
    )
    return [Overflow(*row) for row in rows]


def refused_since(db: Database, since_ms: int, since_day: str) -> dict[str, int]:
    """Kiosk ('' for none) → messages that were refused since then, kept or only counted."""
    rows = db.conn.execute(
        "SELECT kiosk, SUM(n) FROM (SELECT kiosk, COUNT(*) AS n FROM quarantine"
        " WHERE received_ms >= ? GROUP BY kiosk UNION ALL"
        " SELECT kiosk, n FROM quarantine_overflow WHERE day >= ?) GROUP BY kiosk ORDER BY kiosk",
        (since_ms, since_day),
    )
    return dict(rows.fetchall())


def quarantine(db: Database, refused: Iterable[Refused], bounds: Bounds, day: str) -> None:
    """Keep what the bounds allow, count the rest. Inside of a transaction of the caller's."""
    allowance, overflow = _Allowance(db, bounds), []
    for message in refused:
        if allowance.takes(message):
            _keep(db, message, bounds)
        else:
            overflow.append((message.kiosk, len(message.payload)))
    count_overflow(db, overflow, day)


class _Allowance:
    """How many more may be kept in the hour that ends with a message."""

    def __init__(self, db: Database, bounds: Bounds) -> None:
        self._db = db
        self._bounds = bounds
        self._of_kiosk: dict[str, int] = {}
        self._of_all: int | None = None

    def takes(self, message: Refused) -> bool:
        of_all, of_kiosk = self._left(message)
        allowed = min(of_all, of_kiosk) > 0
        self._of_all = of_all - allowed
        self._of_kiosk[message.kiosk] = of_kiosk - allowed
        return allowed

    def _left(self, message: Refused) -> tuple[int, int]:
        since, kiosk = message.received_ms - HOUR_MS, message.kiosk
        of_all, of_kiosk = self._of_all, self._of_kiosk.get(kiosk)
        if of_all is None:
            of_all = self._bounds.total_per_hour - _kept_since(self._db, since)
        if of_kiosk is None:
            of_kiosk = self._bounds.kiosk_per_hour - _kept_of_kiosk(self._db, kiosk, since)
        return of_all, of_kiosk


def _kept_since(db: Database, since: int) -> int:
    row = db.conn.execute("SELECT COUNT(*) FROM quarantine WHERE received_ms > ?", (since,))
    return int(row.fetchone()[0])


def _kept_of_kiosk(db: Database, kiosk: str, since: int) -> int:
    row = db.conn.execute(
        "SELECT COUNT(*) FROM quarantine WHERE kiosk = ? AND received_ms > ?", (kiosk, since)
    )
    return int(row.fetchone()[0])


def _keep(db: Database, message: Refused, bounds: Bounds) -> None:
    topic, detail = _clean(message.topic), _clean(message.detail)
    payload = message.payload[: bounds.payload_bytes]
    kept = len(payload) + len(topic) + len(detail) + ROW_BYTES
    db.conn.execute(
        "INSERT INTO quarantine (received_ms, kiosk, topic, reason, detail, size, kept, payload)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message.received_ms,
            message.kiosk,
            topic,
            message.reason,
            detail,
            len(message.payload),
            kept,
            payload,
        ),
    )
    log.info("quarantined kiosk=%s reason=%s", message.kiosk or "?", message.reason)
    _make_room(db, message.kiosk, bounds)


def _clean(text: str) -> str:
    """Half a surrogate pair cannot be stored as UTF-8."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode()


def _make_room(db: Database, kiosk: str, bounds: Bounds) -> None:
    """The oldest leave first. Once over a bound, an eighth of it is freed: sums are not free."""
    of_kiosk = "SELECT SUM(kept) FROM quarantine WHERE kiosk = ?"
    if db.conn.execute(of_kiosk, (kiosk,)).fetchone()[0] > bounds.kiosk_bytes:
        db.conn.execute(
            "DELETE FROM quarantine WHERE id IN (SELECT id FROM (SELECT id, SUM(kept)"
            " OVER (ORDER BY id DESC) AS bytes FROM quarantine WHERE kiosk = ?) WHERE bytes > ?)",
            (kiosk, bounds.kiosk_bytes * 7 // 8),
        )
    of_all = "SELECT SUM(kept) FROM quarantine"
    if db.conn.execute(of_all).fetchone()[0] > bounds.total_bytes:
        db.conn.execute(
            "DELETE FROM quarantine WHERE id IN (SELECT id FROM (SELECT id, SUM(kept)"
            " OVER (ORDER BY id DESC) AS bytes FROM quarantine) WHERE bytes > ?)",
            (bounds.total_bytes * 7 // 8,),
        )


def count_overflow(db: Database, overflow: Sequence[tuple[str, int]], day: str) -> None:
    """Kiosk and bytes of what is not even kept: counted, and an alarm in the log."""
    messages = Counter(kiosk for kiosk, _ in overflow)
    for kiosk, n in messages.items():
        size = sum(size for sender, size in overflow if sender == kiosk)
        total = db.conn.execute(
            "INSERT INTO quarantine_overflow VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET n = n + excluded.n, bytes = bytes + excluded.bytes RETURNING n",
            (kiosk, day, n, size),
        ).fetchone()[0]
        # At the first, and then each time that there are ten times as many.
        if total == n or len(str(total)) > len(str(total - n)):
            log.error("quarantine_overflow kiosk=%s day=%s messages=%d", kiosk or "?", day, total)
