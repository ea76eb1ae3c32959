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
    """Each by the key of its epoch: one that is known, or that a hello before it has shown."""
    shown: dict[str, str] = {}
    return [_open(arrival, key_of, shown) for arrival in arrivals]


def _open(arrival: Arrival, key_of: KeyOf, shown: dict[str, str]) -> Proven | Refusal:
    try:
        letter = wire.unseal(arrival.topic, arrival.payload)
        if letter.kind not in wire.KINDS_FROM_KIOSK:
            return Refusal(arrival, "wrong-kind", f"a {letter.kind} is not for a collector")
        epoch = letter.checkpoint.epoch
        if isinstance(letter.message, wire.Hello):
            # unseal has seen that the epoch is named after this key.
            shown[epoch] = letter.message.key
        key = shown.get(epoch) or key_of(epoch)
        if key is None:
            return Refusal(arrival, "unknown-epoch", f"epoch {epoch[:16]}…")
        letter.verify(key)
    except wire.WireError as error:
        return Refusal(arrival, error.reason, str(error))
    return Proven(arrival, letter)
