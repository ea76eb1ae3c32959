"""Epochs: whose votes may come, how far each chain is stored, and what is known of its clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from sqlite_utils import Database

from kiosk import wire

MAX_HELD: Final = 2  # epochs of one kiosk that wait for an admin's word


@dataclass(slots=True)
class Epoch:
    """A row of the table; `seq`, `head` and what follows move with each stored batch."""

    e: int
    epoch: str
    kiosk: str
    key: str
    state: str  # approved, held, closed, revoked
    added_at: int
    seq: int
    head: str
    dated_at: int | None
    received_ms: int | None
    follows: str | None  # the epoch before it on its card, whose key has signed so
    vouched: str | None  # that signature, hex


class Greeting(NamedTuple):
    """The latest hello of one boot."""

    nonce: str
    up_ms: int
    received_ms: int


def find(db: Database, epoch: str) -> Epoch | None:
    row = db.conn.execute("SELECT * FROM epochs WHERE epoch = ?", (epoch,)).fetchone()
    return Epoch(*row) if row else None


def of_kiosk(db: Database, kiosk: str) -> list[Epoch]:
    rows = db.conn.execute("SELECT * FROM epochs WHERE kiosk = ? ORDER BY e", (kiosk,))
    return [Epoch(*row) for row in rows]


def begin(db: Database, kiosk: str, key: str, state: str, at: int) -> Epoch:
    """A new epoch, its chain at genesis. Inside of a transaction of the caller's."""
    row = db.conn.execute(
        "INSERT INTO epochs (epoch, kiosk, key, state, added_at, head) VALUES (?, ?, ?, ?, ?, ?)"
        " RETURNING *",
        (wire.fingerprint(key), kiosk, key, state, at, wire.genesis(kiosk, key)),
    ).fetchone()
    return Epoch(*row)


def room_for_held(db: Database, kiosk: str) -> bool:
    held = db.conn.execute(
        "SELECT COUNT(*) FROM epochs WHERE kiosk = ? AND state = 'held'", (kiosk,)
    ).fetchone()[0]
    return bool(held < MAX_HELD)


def follow(db: Database, epoch: Epoch, after: wire.Succession) -> None:
    """The key of an earlier epoch has signed for this one, which the caller has verified."""
    epoch.follows, epoch.vouched = after.epoch, after.signature
    db.conn.execute(
        "UPDATE epochs SET follows = ?, vouched = ? WHERE e = ?",
        (after.epoch, after.signature, epoch.e),
    )


Announcer = Literal["trusted", "distrusted", "unknown"]


def announcer(epoch: Epoch, known: Iterable[Epoch]) -> Announcer:
    """Who says that `epoch` is of the same card as an earlier one, of all epochs of its kiosk.

    A key that was revoked may be in the hands of a thief, and one that waits is nobody's yet.
    """
    states = [earlier.state for earlier in known if earlier.epoch == epoch.follows]
    if not states:
        return "unknown"
    return "trusted" if states[0] in ("approved", "closed") else "distrusted"


def set_state(db: Database, epoch: Epoch, state: str) -> None:
    epoch.state = state
    db.conn.execute("UPDATE epochs SET state = ? WHERE e = ?", (state, epoch.e))


def save_progress(db: Database, epochs: Iterable[Epoch]) -> None:
    db.conn.executemany(
        "UPDATE epochs SET seq = ?, head = ?, dated_at = ?, received_ms = ? WHERE e = ?",
        ((row.seq, row.head, row.dated_at, row.received_ms, row.e) for row in epochs),
    )


def greet(db: Database, e: int, hello: wire.Hello, received_ms: int) -> None:
    """Remember a hello, unless one as late of its boot is there.

    A copy of an old hello that comes again must not look as if it were sent now: what it proves
    about the kiosk's clock rests on when it came first.
    """
    db.conn.execute(
        "INSERT INTO hellos VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " nonce = excluded.nonce, up_ms = excluded.up_ms, received_ms = excluded.received_ms,"
        " oldest = excluded.oldest WHERE excluded.up_ms > up_ms",
        (e, hello.sent.boot, hello.nonce, hello.sent.up, received_ms, hello.oldest),
    )


def greet_by_health(db: Database, e: int, health: wire.Health, received_ms: int) -> None:
    """Remember a health as the hello of its conversation, if that one was lost on its way.

    A receipt then answers to the health, so what it proves about the kiosk's clock is the same.
    If the hello has come, it stays: a later word of its conversation proves less.
    """
    db.conn.execute(
        "INSERT INTO hellos VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET"
        " nonce = excluded.nonce, up_ms = excluded.up_ms, received_ms = excluded.received_ms"
        " WHERE excluded.up_ms > up_ms AND excluded.nonce <> nonce",
        (e, health.sent.boot, health.nonce, health.sent.up, received_ms),
    )


def greeting(db: Database, e: int, boot: str) -> Greeting | None:
    row = db.conn.execute(
        "SELECT nonce, up_ms, received_ms FROM hellos WHERE e = ? AND boot = ?", (e, boot)
    ).fetchone()
    return Greeting(*row) if row else None


_SAME_OFFSET_MS: Final = 1000  # a clock that drifts by less is not worth a write
_DAY_MS: Final = 86_400_000


def anchor(db: Database, e: int, boot: str, offset_ms: int, seen_ms: int) -> None:
    """Remember wall − up of a boot whose clock was synced, and about when it was heard last."""
    db.conn.execute(
        "INSERT INTO anchors VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " offset_ms = excluded.offset_ms, seen_ms = excluded.seen_ms"
        " WHERE ABS(offset_ms - excluded.offset_ms) > ? OR excluded.seen_ms > seen_ms + ?",
        (e, boot, offset_ms, seen_ms, _SAME_OFFSET_MS, _DAY_MS),
    )


def anchors(db: Database, e: int, boots: Iterable[str]) -> dict[str, int]:
    """wall − up, ms, of those boots for which it is known."""
    found = {}
    for boot in boots:
        row = db.conn.execute(
            "SELECT offset_ms FROM anchors WHERE e = ? AND boot = ?", (e, boot)
        ).fetchone()
        if row:
            found[boot] = row[0]
    return found
