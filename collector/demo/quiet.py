"""A kiosk that nobody hears any more: one of its buttons stuck, its network was weak. Whoever tries
the demo finds out which kiosk to visit."""

from datetime import timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.ingest.inbox import Arrival
from kiosk import wire
from kiosk.keys import SigningKey

STOOD: Final = timedelta(days=7)
UNHEARD: Final = timedelta(days=4)  # a weekend is no silence
_UP_MS: Final = 90_000_000


def own_key() -> SigningKey:
    """Kept nowhere: it signs one message."""
    return SigningKey(Ed25519PrivateKey.generate())


def last_words(kiosk: str, key: SigningKey, at_ms: int) -> Arrival:
    """Its last health."""
    epoch = wire.fingerprint(key.public)
    message = wire.Health(
        v=1,
        epoch=epoch,
        seq=0,
        head=wire.genesis(kiosk, key.public),
        nonce=epoch[:32],
        sent=wire.Moment(epoch[:32], _UP_MS, at_ms, "synced"),
        firmware="0.1.0",
        counters=wire.Counters(0, 0, 0, 0, 0, 0, 0),
        queue=0,
        stuck=("frown",),
        disk_free=9_000_000_000,
        temperature=51_000,
        wifi=-79,
    )
    return Arrival(*wire.seal(kiosk, message, key.sign), at_ms)
