"""From what arrives to letters that are proven, or refused with a reason."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from kiosk import wire


class Arrival(NamedTuple):
    """A message as the broker gave it."""

    topic: str
    payload: bytes
    received_ms: int  # the collector's clock, Unix milliseconds


class Proven(NamedTuple):
    """Signed by the key of the epoch that it names."""

    arrival: Arrival
    letter: wire.Letter


class Refusal(NamedTuple):
    arrival: Arrival
    reason: str  # slug
    detail: str


KeyOf = Callable[[str], str | None]  # epoch → its public key, if the epoch is known


def open_all(arrivals: Iterable[Arrival], key_of: KeyOf) -> list[Proven | Refusal]:
    return [_open(arrival, key_of) for arrival in arrivals]


def _open(arrival: Arrival, key_of: KeyOf) -> Proven | Refusal:
    try:
        letter = wire.unseal(arrival.topic, arrival.payload)
        if letter.kind not in wire.KINDS_FROM_KIOSK:
            return Refusal(arrival, "wrong-kind", f"a {letter.kind} is not for a collector")
        key = key_of(letter.checkpoint.epoch) or _announced(letter)
        if key is None:
            return Refusal(arrival, "unknown-epoch", f"epoch {letter.checkpoint.epoch[:16]}…")
        letter.verify(key)
    except wire.WireError as error:
        return Refusal(arrival, error.reason, str(error))
    return Proven(arrival, letter)


def _announced(letter: wire.Letter) -> str | None:
    """The key that a hello shows: unseal has seen that its epoch is named after it."""
    return letter.message.key if isinstance(letter.message, wire.Hello) else None
