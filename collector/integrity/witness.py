"""The witness file: all heads at one moment, signed. docs/audit.md tells its bytes.

    senyum/1 witness Ed25519 <signature>⏎
    {"v":1, …}

The signature is the collector's, over `senyum/1 witness⏎<SHA-256 of the body>⏎`.
"""

import re
from hashlib import sha256
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec import Struct

from collector.errors import CollectorError
from kiosk.keys import SigningKey, signed_by
from kiosk.wire import Hex32, Seq, Slug, Whole

State = Literal["approved", "held", "closed", "revoked"]


class Head(Struct, frozen=True):
    """How far the chain of one epoch had come."""

    kiosk: Slug
    epoch: Hex32
    key: Hex32
    state: State
    added_at: int  # Unix seconds
    dated_at: int | None  # the next vote is not older; down to the quarter of an hour
    seq: Whole  # 0: no vote is stored yet
    head: Hex32
    filed: Hex32  # see filing.py


class Place(Struct, frozen=True):
    """A kiosk at a counter in [from_at, to_at), Unix seconds; null is open."""

    kiosk: Slug
    from_at: int
    to_at: int | None
    counter: str


class Journal(Struct, frozen=True):
    """How far the journal of what people did had come."""

    n: Whole
    head: Hex32


class Witness(Struct, frozen=True):
    v: Literal[1]
    n: Seq  # 1, 2, 3 …
    prev: Hex32 | None  # SHA-256 of the file of witness n − 1; null for the first
    time: Whole  # the collector's clock, Unix milliseconds
    key: Hex32  # the collector's public key
    journal: Journal
    places: Hex32  # which counter belongs to which agency, see belonging.py
    epochs: tuple[Head, ...]  # by kiosk, and then as they began
    placements: tuple[Place, ...]  # by kiosk and from_at


class WitnessError(CollectorError, ValueError):
    """A file is no witness of this collector."""


class Opened(NamedTuple):
    witness: Witness
    digest: str  # SHA-256 of the file


_HEADER: Final = re.compile(rb"senyum/1 witness Ed25519 ([0-9a-f]{128})")


def seal(witness: Witness, key: SigningKey) -> bytes:
    body = msgspec.json.encode(witness)
    return f"senyum/1 witness Ed25519 {key.sign(_signed_text(body)).hex()}\n".encode() + body


def unseal(file: bytes, key: str, where: str) -> Opened:
    """Open a witness that the collector with this public key has signed. Raises WitnessError."""
    line, _, body = file.partition(b"\n")
    match = _HEADER.fullmatch(line)
    if match is None:
        raise WitnessError(f"{where}: does not begin with 'senyum/1 witness Ed25519 <signature>'")
    witness = _decode(body, where)
    if witness.key != key:
        raise WitnessError(
            f"{where}: is signed by key {witness.key[:16]}…, this collector's is {key[:16]}…"
        )
    if not signed_by(key, bytes.fromhex(match[1].decode()), _signed_text(body)):
        raise WitnessError(f"{where}: was changed after it was signed")
    return Opened(witness, sha256(file).hexdigest())


def _decode(body: bytes, where: str) -> Witness:
    """Nothing but our own spelling is taken, so no reader can be told something else by it."""
    try:
        witness = msgspec.json.decode(body, type=Witness)
    except ValueError as error:
        raise WitnessError(f"{where}: is no witness of version 1: {error}") from error
    if msgspec.json.encode(witness) != body:
        raise WitnessError(f"{where}: is not spelled as a collector spells a witness")
    return witness


def _signed_text(body: bytes) -> bytes:
    return f"senyum/1 witness\n{sha256(body).hexdigest()}\n".encode()
