"""How the kiosks are: their latest health and hint, and how far their votes have come."""

from typing import NamedTuple

import msgspec
from sqlite_utils import Database

from collector.ledger import epochs, forks, presence
from collector.ledger.epochs import Epoch
from collector.ledger.forks import Fork
from collector.ledger.placements import Placement, placements
from collector.ledger.presence import Presence
from kiosk import wire


class Health(NamedTuple):
    """What a kiosk last said of itself."""

    received_ms: int
    epoch: str
    said: wire.Health


class Hint(NamedTuple):
    """What the broker retains of a kiosk: no proof of life."""

    state: str  # online, offline
    received_ms: int


class Machine(NamedTuple):
    """A kiosk as the fleet page needs it."""

    kiosk: str
    retired_at: int | None
    placed: list[Placement]
    epochs: list[Epoch]
    forks: list[Fork]  # two cards with one key, as long as nobody has decided about them
    health: Health | None
    hint: Hint | None
    missing: int  # votes that it has made and we have not, by its latest health
    lost_before: int | None  # it keeps no vote before this one, and we lack some: they are gone
    presence: Presence | None  # as it was judged last
    held: int  # batches that wait for an admin's word
    quarantined: int  # refused messages that were kept
    overflow: int  # refused messages that were not even kept


def save_health(db: Database, e: int, kiosk: str, health: wire.Health, received_ms: int) -> bool:
    """Keep the latest; was it? One that comes again, late or replayed, is no sign of life."""
    kept = db.conn.execute(
        "INSERT INTO health VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " e = excluded.e, seq = excluded.seq, boot = excluded.boot, up_ms = excluded.up_ms,"
        " received_ms = excluded.received_ms, body = excluded.body"
        " WHERE excluded.e <> e OR excluded.boot = boot AND excluded.up_ms > up_ms"
        " OR excluded.boot <> boot AND excluded.seq >= seq",
        (
            kiosk,
            e,
            health.seq,
            health.sent.boot,
            health.sent.up,
            received_ms,
            msgspec.json.encode(health).decode(),
        ),
    )
    return kept.rowcount > 0


def save_status(db: Database, kiosk: str, status: wire.Status, received_ms: int) -> None:
    """Keep the latest. A late will of an earlier connection says nothing of the present one."""
    db.conn.execute(
        "INSERT INTO status VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " state = excluded.state, birth = excluded.birth, received_ms = excluded.received_ms"
        " WHERE excluded.state = 'online' OR excluded.birth >= birth",
        (kiosk, status.state, status.birth, received_ms),
    )


def machines(db: Database) -> list[Machine]:
    """Every kiosk, by name."""
    rows = db.conn.execute("SELECT kiosk, retired_at FROM kiosks ORDER BY kiosk").fetchall()
    tallies = [_by_kiosk(db, query) for query in (_HELD, _KEPT, _OVERFLOW)]
    return [
        _machine(db, kiosk, retired_at, [tally.get(kiosk, 0) for tally in tallies])
        for kiosk, retired_at in rows
    ]


_HELD = "SELECT kiosk, COUNT(*) FROM held JOIN epochs USING (e) GROUP BY kiosk"
_KEPT = "SELECT kiosk, COUNT(*) FROM quarantine GROUP BY kiosk"
_OVERFLOW = "SELECT kiosk, SUM(n) FROM quarantine_overflow GROUP BY kiosk"


def _by_kiosk(db: Database, query: str) -> dict[str, int]:
    return dict(db.conn.execute(query).fetchall())


def _machine(db: Database, kiosk: str, retired_at: int | None, tallies: list[int]) -> Machine:
    known = epochs.of_kiosk(db, kiosk)
    health = latest_health(db, kiosk)
    stored = {epoch.epoch: epoch.seq for epoch in known}
    missing = max(0, health.said.seq - stored[health.epoch]) if health else 0
    return Machine(
        kiosk,
        retired_at,
        placements(db, kiosk),
        known,
        forks.unsettled(db, kiosk),
        health,
        _hint(db, kiosk),
        missing,
        _lost_before(db, kiosk),
        presence.of_kiosk(db, kiosk),
        *tallies,
    )


def _hint(db: Database, kiosk: str) -> Hint | None:
    row = db.conn.execute(
        "SELECT state, received_ms FROM status WHERE kiosk = ?", (kiosk,)
    ).fetchone()
    return Hint(*row) if row else None


def latest_health(db: Database, kiosk: str) -> Health | None:
    row = db.conn.execute(
        "SELECT health.received_ms, epoch, body FROM health JOIN epochs USING (e)"
        " WHERE health.kiosk = ?",
        (kiosk,),
    ).fetchone()
    return Health(row[0], row[1], msgspec.json.decode(row[2], type=wire.Health)) if row else None


def _lost_before(db: Database, kiosk: str) -> int | None:
    """Of the epoch that spoke last, the oldest vote that it still has, if we lack one before."""
    row = db.conn.execute(
        "SELECT oldest, seq FROM hellos JOIN epochs USING (e) WHERE kiosk = ?"
        " ORDER BY hellos.received_ms DESC LIMIT 1",
        (kiosk,),
    ).fetchone()
    return row[0] if row and row[0] > row[1] + 1 else None
