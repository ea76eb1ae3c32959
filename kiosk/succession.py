"""The epoch in use, and how a kiosk goes on in a new one when that is over.

An epoch is over when the collector says so, because another card has voted under its key (`fork`)
or an admin trusts that key no longer (`revoked`); or when its file is damaged. The new epoch has a
new key. The old key, where it can still be read, vouches for it; the votes without a receipt go
along, unless the file is damaged: of that nothing is believed until somebody has looked.
"""

import logging
from contextlib import closing
from typing import Literal, NamedTuple

from kiosk import keys, wire
from kiosk.carrying import carried
from kiosk.crash import Crash, never
from kiosk.epochs import Epochs, Place
from kiosk.keys import KeyFileError, NoKeyError, SigningKey
from kiosk.outbox import DamagedError, Outbox

log = logging.getLogger("senyum.kiosk.epochs")


class InUse(NamedTuple):
    """An open epoch."""

    place: Place
    key: SigningKey
    outbox: Outbox


def is_over(outbox: Outbox, closed: Literal["fork", "revoked"] | None) -> bool:
    """Must the kiosk go on in a new epoch? `closed`: the collector's word.

    One that was never trusted breeds no other: an admin who has refused it would have to refuse
    again and again.
    """
    if outbox.damage is not None or closed == "fork":
        return True
    return closed == "revoked" and outbox.ever_receipted


def open_latest(epochs: Epochs, kiosk: str, crash: Crash) -> InUse:
    """Open the epoch in use, or begin the first one, or the next after a damaged one.

    Raises OutboxError where the latest belongs to somebody else or the disk does not answer.
    """
    latest = epochs.latest() or _begin(epochs, kiosk, None, None, crash)
    if not epochs.waits(latest):
        try:
            return open_place(latest, kiosk, crash)
        except DamagedError as error:
            _set_aside(epochs, latest, error)
    return open_place(_begin(epochs, kiosk, _key_of(latest), None, crash), kiosk, crash)


def latest_place(epochs: Epochs, kiosk: str) -> Place:
    """The epoch in use; the first is begun when there is none yet."""
    if (latest := epochs.latest()) is not None:
        return latest
    with epochs.alone():
        return epochs.latest() or _begin(epochs, kiosk, None, None, never)


def open_place(place: Place, kiosk: str, crash: Crash) -> InUse:
    """Raises DamagedError and OutboxError; KeyFileError if the key cannot be read now."""
    try:
        key = keys.load(place.key)
    except NoKeyError as error:
        raise DamagedError(str(error)) from error
    # SQLite would make a new file where there is none, and forget the log of an empty one.
    if not place.outbox.exists() or place.outbox.stat().st_size == 0:
        raise DamagedError(f"{place.outbox}: is gone, or empty")
    return InUse(place, key, Outbox.open(place.outbox, kiosk, key.public, crash))


def begin_after(epochs: Epochs, over: InUse, kiosk: str, crash: Crash) -> Place:
    """Begin the epoch after `over`: from now on no vote may go into that one.

    Raises CannotStoreError, OutboxError or OSError; then nothing has changed.
    """
    votes: Outbox | None = over.outbox
    if over.outbox.damage is not None:
        _set_aside(epochs, over.place, over.outbox.damage)
        votes = None
    return _begin(epochs, kiosk, over.key, votes, crash)


def _begin(
    epochs: Epochs, kiosk: str, before: SigningKey | None, votes: Outbox | None, crash: Crash
) -> Place:
    """`before` vouches for the new epoch; the votes without a receipt in `votes` go along."""
    with epochs.prepare() as aside:
        key = keys.create(aside.key)
        crash("epoch_key_made")
        with closing(Outbox.open(aside.outbox, kiosk, key.public)) as outbox:
            if before is not None:
                outbox.follow(_vouched(before, kiosk, key))
            count = 0 if votes is None else _carry(votes, outbox)
    place = epochs.all()[-1]
    log.warning("epoch begun folder=%s carried=%d", place.folder, count)
    return place


def _vouched(before: SigningKey, kiosk: str, key: SigningKey) -> wire.Succession:
    earlier = wire.fingerprint(before.public)
    text = wire.succession_text(kiosk, earlier, wire.fingerprint(key.public))
    return wire.Succession(epoch=earlier, signature=before.sign(text).hex())


def _carry(source: Outbox, outbox: Outbox) -> int:
    return outbox.carry(carried(source.checkpoint.epoch, source.votes(source.through), 0))


def _key_of(place: Place) -> SigningKey | None:
    try:
        return keys.load(place.key)
    except KeyFileError:
        return None


def _set_aside(epochs: Epochs, place: Place, error: DamagedError) -> None:
    log.error("epoch damaged folder=%s error=%s", place.folder, error)
    epochs.set_aside(place, str(error))
