"""Kiosks: added, moved, retired; their epochs approved or revoked. Each is one transaction.

Where a kiosk stands decides where its votes count, so a change of place counts its votes anew.
"""

import re
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.ledger import epochs, forks, held
from collector.ledger.counts import Day, recount
from collector.ledger.epochs import Epoch
from collector.ledger.forks import Fork
from collector.ledger.placements import Placement, end, place, placements
from collector.ledger.places import require_counter
from collector.ledger.store import writing
from kiosk import wire

_PUBLIC_KEY: Final = re.compile("[0-9a-f]{64}")


class RegistryError(CollectorError, ValueError):
    """A kiosk or epoch that is not there, is there already, or cannot be so."""


class Kiosk(NamedTuple):
    kiosk: str
    added_at: int
    retired_at: int | None
    placed: list[Placement]
    epochs: list[Epoch]
    forks: list[Fork]  # those that are not settled


def add_kiosk(
    db: Database, kiosk: str, key: str, counter: str, *, from_at: int, day: Day, now: int
) -> None:
    """Register a kiosk with the key it shows, at a counter from a time on; adding again is fine.

    `key` is the epoch's public key in hex; times are Unix seconds. Raises RegistryError.
    """
    _check_kiosk(kiosk)
    with writing(db):
        require_counter(db, counter)
        _require_active(db, kiosk)
        db.conn.execute("INSERT OR IGNORE INTO kiosks VALUES (?, ?, NULL)", (kiosk, now))
        _approve_key(db, kiosk, _checked_key(key), now)
        recount(db, kiosk, day, lambda: place(db, kiosk, counter, from_at))


def move_kiosk(db: Database, kiosk: str, counter: str, from_at: int, day: Day) -> None:
    """The kiosk stands at another counter from then on."""
    with writing(db):
        require_counter(db, counter)
        require_kiosk(db, kiosk)
        _require_active(db, kiosk)
        recount(db, kiosk, day, lambda: place(db, kiosk, counter, from_at))


def retire_kiosk(db: Database, kiosk: str, day: Day, now: int) -> None:
    """The kiosk stands nowhere from now on and may begin no new epoch.

    What it pressed before and has not sent yet is still taken and counts where it stood then.
    """
    with writing(db):
        require_kiosk(db, kiosk)
        _require_active(db, kiosk)
        db.conn.execute("UPDATE kiosks SET retired_at = ? WHERE kiosk = ?", (now, kiosk))
        recount(db, kiosk, day, lambda: end(db, kiosk, now))


def revoke(db: Database, prefix: str) -> Epoch:
    """Its key is not trusted: no new vote of this epoch from now on; what is stored stays."""
    with writing(db):
        epoch = find_epoch(db, prefix)
        epochs.set_state(db, epoch, "revoked")
        forks.settle(db, epoch.epoch)
    return epoch


def refuse(db: Database, prefix: str) -> Epoch:
    """A key that waited is not trusted; what waited with it is dropped. Raises RegistryError."""
    with writing(db):
        epoch = find_epoch(db, prefix)
        if epoch.state != "held":
            raise RegistryError(
                f"epoch {epoch.epoch[:12]} of {epoch.kiosk} is {epoch.state} and does not wait;"
                " 'kiosk revoke' ends trust in a key"
            )
        epochs.set_state(db, epoch, "revoked")
        held.drop(db, epoch.e)
        forks.settle(db, epoch.follows)
    return epoch


def close(db: Database, prefix: str) -> Epoch:
    """It is finished: all of its votes are here, no new one is to come."""
    with writing(db):
        epoch = find_epoch(db, prefix)
        epochs.set_state(db, epoch, "closed")
    return epoch


def find_epoch(db: Database, prefix: str) -> Epoch:
    """The one epoch whose name begins so; raises RegistryError if there is none or several."""
    rows = db.conn.execute(
        "SELECT * FROM epochs WHERE SUBSTR(epoch, 1, LENGTH(?1)) = ?1", (prefix.lower(),)
    ).fetchall()
    if len(rows) != 1 or not prefix:
        found = f"{len(rows)} epochs begin" if rows else "no epoch begins"
        raise RegistryError(f"{found} with {prefix!r}; 'kiosk list' names them")
    return Epoch(*rows[0])


def kiosks(db: Database) -> list[Kiosk]:
    rows = db.conn.execute("SELECT kiosk, added_at, retired_at FROM kiosks ORDER BY kiosk")
    return [
        _kiosk(db, kiosk, added_at, retired_at) for kiosk, added_at, retired_at in rows.fetchall()
    ]


def _kiosk(db: Database, kiosk: str, added_at: int, retired_at: int | None) -> Kiosk:
    placed, known = placements(db, kiosk), epochs.of_kiosk(db, kiosk)
    return Kiosk(kiosk, added_at, retired_at, placed, known, forks.unsettled(db, kiosk))


def exists(db: Database, kiosk: str) -> bool:
    return bool(db.conn.execute("SELECT 1 FROM kiosks WHERE kiosk = ?", (kiosk,)).fetchone())


def is_active(db: Database, kiosk: str) -> bool:
    """Is it registered and not retired?"""
    row = db.conn.execute(
        "SELECT 1 FROM kiosks WHERE kiosk = ? AND retired_at IS NULL", (kiosk,)
    ).fetchone()
    return row is not None


def _approve_key(db: Database, kiosk: str, key: str, now: int) -> None:
    epoch = epochs.find(db, wire.fingerprint(key))
    if epoch is None:
        epochs.begin(db, kiosk, key, "approved", now)
    elif epoch.kiosk != kiosk:
        raise RegistryError(f"this key belongs to kiosk {epoch.kiosk}; each kiosk has its own")
    elif epoch.state != "approved":
        raise RegistryError(
            f"this key is known and {epoch.state}; 'kiosk approve {epoch.epoch[:12]}' decides on it"
        )


def _checked_key(key: str) -> str:
    key = key.strip().lower()
    if not _PUBLIC_KEY.fullmatch(key):
        raise RegistryError(
            f"{key!r} is not a public key: 64 hex digits, as 'senyum-kiosk key' prints them"
        )
    return key


def _check_kiosk(kiosk: str) -> None:
    try:
        wire.kiosk_in(wire.topic_of(kiosk, "hello"))
    except wire.Malformed as error:
        raise RegistryError(
            f"{kiosk!r} cannot be a kiosk's name: a-z, 0-9 and single '-', such as dukcapil-01,"
            f" at most {wire.MAX_SLUG} characters"
        ) from error


def require_kiosk(db: Database, kiosk: str) -> None:
    if not exists(db, kiosk):
        raise RegistryError(f"there is no kiosk {kiosk!r}; 'kiosk list' names them")


def _require_active(db: Database, kiosk: str) -> None:
    retired = db.conn.execute(
        "SELECT 1 FROM kiosks WHERE kiosk = ? AND retired_at IS NOT NULL", (kiosk,)
    ).fetchone()
    if retired:
        raise RegistryError(f"kiosk {kiosk} is retired; give the device a new name")
