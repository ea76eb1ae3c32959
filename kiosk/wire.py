"""The contract between kiosks and collectors, version 1: topics, messages, chain, signatures.

Every byte that crosses the wire is declared here and nowhere else; docs/wire.md tells the same
to somebody who writes a kiosk in another language, and tests/wire/ pins it with golden files.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta, Struct

from kiosk.errors import SenyumError

VERSION: Final = 1
ALGORITHM: Final = "Ed25519"
MAX_BYTES: Final = 256 * 1024
MAX_VOTES: Final = 500
BATCH_VOTES: Final = 400  # what a kiosk sends: any 400 votes fit into MAX_BYTES
QUARTER_SECONDS: Final = 900

# ---------------------------------------------------------------- topics

Kind = Literal["hello", "votes", "receipt", "health", "status", "config", "command", "answer"]
KINDS_FROM_KIOSK: Final[tuple[Kind, ...]] = ("hello", "votes", "health", "status", "answer")
KINDS_TO_KIOSK: Final[tuple[Kind, ...]] = ("receipt", "config", "command")

# \Z and not $: a trailing newline would shift the lines that are hashed and signed.
_SLUG: Final = r"\A[a-z0-9]+(-[a-z0-9]+)*\Z"
_TOPIC: Final = re.compile(r"senyum/1/([a-z0-9]+(?:-[a-z0-9]+)*)/([a-z]+)")


def topic_of(kiosk: str, kind: Kind) -> str:
    return f"senyum/1/{kiosk}/{kind}"


def kiosk_in(topic: str) -> str:
    """The kiosk id in a topic; raises Malformed."""
    match = _TOPIC.fullmatch(topic)
    if match is None or len(match[1]) > MAX_SLUG:
        raise Malformed(f"topic {topic[:80]!r} is not senyum/1/<kiosk>/<kind>")
    return match[1]


# ---------------------------------------------------------------- messages

MAX_SLUG: Final = 32
MAX_INT: Final = 2**53 - 1

Slug = Annotated[str, Meta(pattern=_SLUG, max_length=MAX_SLUG)]
Hex16 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{32}\Z")]
Hex32 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Hex64 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{128}\Z")]
Whole = Annotated[int, Meta(ge=0, le=MAX_INT)]
Number = Annotated[int, Meta(ge=-MAX_INT, le=MAX_INT)]
Seq = Annotated[int, Meta(ge=1, le=MAX_INT)]
Quarter = Annotated[int, Meta(ge=0, le=MAX_INT, multiple_of=QUARTER_SECONDS)]
Printable = Annotated[str, Meta(pattern=r"\A[ -~]{0,64}\Z")]
ClockState = Literal["synced", "unsynced"]


class Moment(Struct, frozen=True):
    """What the kiosk's clocks said: `up` is true when `wall` is not."""

    boot: Hex16  # the kernel's boot id without dashes
    up: Whole  # CLOCK_BOOTTIME, milliseconds
    wall: Whole  # Unix time, milliseconds
    clock: ClockState  # was the wall clock known to be right?


class Fine(Struct, frozen=True):
    """The exact moment of a press; erased after 30 days, its commitment stays."""

    tsalt: Hex16
    wall: Whole
    clock: ClockState
    boot: Hex16
    up: Whole


class Origin(Struct, frozen=True):
    """Where a vote first stood, when a kiosk had to carry it into a new epoch."""

    epoch: Hex32
    seq: Seq


class Vote(Struct, frozen=True):
    seq: Seq
    face: Slug
    question: Slug
    replaces: Seq | None  # the first vote of this settle window, which this one corrects
    origin: Origin | None
    test: bool  # pressed in test mode: stored, never counted
    quarter: Quarter | None  # Unix seconds of the 15-minute bin; null if the clock was unsynced
    salt: Hex16
    time: Hex32  # commitment to `fine`
    fine: Fine | None  # null once erased


class Succession(Struct, frozen=True):
    """The epoch that this card's earlier key made, and that key's word for the new one."""

    epoch: Hex32
    signature: Hex64  # over `succession_text`


class Hello(Struct, frozen=True, omit_defaults=True):
    """A kiosk has connected (or lost the thread) and asks where the collector stands."""

    v: Literal[1]
    epoch: Hex32
    key: Hex32  # the epoch's public key: a new epoch announces itself
    seq: Whole  # the last vote it has; 0 for none
    head: Hex32
    oldest: Whole  # the oldest vote it still keeps; 0 for none
    nonce: Hex16
    sent: Moment
    firmware: Printable
    after: Succession | None = None  # left out in the first epoch of a card


class Votes(Struct, frozen=True):
    """A batch of consecutive votes after `prev`."""

    v: Literal[1]
    epoch: Hex32
    nonce: Hex16  # of the hello that began this conversation
    sent: Moment
    prev: Hex32  # head before the first vote
    votes: Annotated[tuple[Vote, ...], Meta(min_length=1, max_length=MAX_VOTES)]


class Counters(Struct, frozen=True):
    """What the panel has seen since this process started."""

    votes: Whole
    presses: Whole
    too_soon: Whole
    contested: Whole
    together: Whole
    stuck: Whole
    refused: Whole  # votes that could not be stored, and were not confirmed


class Button(Struct, frozen=True):
    """How a button does. Hours and no less: a time would tell when somebody voted."""

    face: Slug
    idle: Whole | None  # whole hours since its last press; null: none since the process began
    stuck: Whole  # how often it was down for too long


class Health(Struct, frozen=True, omit_defaults=True):
    """Every minute: a checkpoint and how the kiosk is."""

    v: Literal[1]
    epoch: Hex32
    seq: Whole
    head: Hex32
    nonce: Hex16
    sent: Moment
    firmware: Printable
    counters: Counters
    queue: Whole  # votes without a receipt
    stuck: Annotated[tuple[Slug, ...], Meta(max_length=8)]  # buttons down for too long, now
    disk_free: Whole | None  # bytes
    temperature: Number | None  # thousandths of a °C
    # What follows came later and may be left out.
    voltage: Literal["fine", "low"] | None = None  # low: at any time since boot; null: no detector
    wear: Whole | None = None  # percent of the card's life that is used, where it tells
    wifi: Number | None = None  # strength of the signal, dBm
    memory: Whole | None = None  # bytes that a program could still have
    waiting: Whole | None = None  # whole hours since the oldest vote without a receipt was pressed
    buttons: Annotated[tuple[Button, ...], Meta(max_length=8)] = ()
    config: Whole = 0  # version of the settings in use; 0: only those of the kiosk's own file
    refused_config: Seq | None = None  # a higher version that it cannot use
    why_refused: Printable | None = None
    damaged: Whole = 0  # earlier epochs on its card that are damaged and wait for rescue


class Status(Struct, frozen=True):
    """Retained hint and last will. Liveness is the age of health, never this."""

    v: Literal[1]
    epoch: Hex32
    seq: Whole
    head: Hex32
    state: Literal["online", "offline"]
    birth: Whole  # counts connections, so that a late will is recognised


class Receipt(Struct, frozen=True):
    """The collector's word. `ok`: all votes up to `through` are committed."""

    v: Literal[1]
    epoch: Hex32
    status: Literal["ok", "held", "fork", "revoked"]
    through: Whole
    head: Hex32  # at `through`
    nonce: Hex16
    time: Whole  # the collector's clock, Unix milliseconds


Minute = Annotated[int, Meta(ge=0, le=24 * 60)]  # after local midnight
Span = tuple[Minute, Minute]
Percent = Annotated[int, Meta(ge=0, le=100)]


class Settings(Struct, frozen=True):
    """What an admin may change from afar; the rest is in the kiosk's own file."""

    question: Slug
    settle_ms: Annotated[int, Meta(ge=500, le=60_000)]
    brightness: Percent  # of lamps, in service hours
    night: Percent  # of lamps, outside of them
    utc_offset: Annotated[int, Meta(ge=-720, le=840)]  # minutes that local time is ahead
    # Monday to Sunday: [opens, closes), or null for closed. Without hours it is never night.
    hours: Annotated[tuple[Span | None, ...], Meta(min_length=7, max_length=7)] | None
    log_level: Literal["debug", "info", "warning", "error"]
    keep_days: Annotated[int, Meta(ge=30, le=365)]  # a vote stays so long after its receipt


class Config(Struct, frozen=True):
    """Retained: what the kiosk's settings shall be. A higher version replaces a lower one."""

    v: Literal[1]
    version: Seq
    settings: msgspec.Raw  # see `settings_of`: what a kiosk cannot use, it must still report


Action = Literal["identify", "restart", "self-test"]


class Command(Struct, frozen=True):
    """Do this once, in this boot, while `up` is not beyond `until`: no wall clock is asked."""

    v: Literal[1]
    id: Hex16
    boot: Hex16
    until: Whole  # of the kiosk's `up`, ms
    action: Action


class Check(Struct, frozen=True):
    """One line of a self-test."""

    name: Slug
    ok: bool
    said: Printable


Result = Literal["done", "failed", "expired"]


class Answer(Struct, frozen=True):
    """What became of a command."""

    v: Literal[1]
    epoch: Hex32
    seq: Whole
    head: Hex32
    id: Hex16
    result: Result
    checks: Annotated[tuple[Check, ...], Meta(max_length=32)]
    sent: Moment


Message = Hello | Votes | Health | Status | Receipt | Config | Command | Answer

_TYPES: Final[dict[Kind, type[Message]]] = {
    "config": Config,
    "command": Command,
    "answer": Answer,
    "hello": Hello,
    "votes": Votes,
    "health": Health,
    "status": Status,
    "receipt": Receipt,
}
_KIND_OF: Final[dict[type[Message], Kind]] = {type_: kind for kind, type_ in _TYPES.items()}
_DECODERS: Final = {kind: msgspec.json.Decoder(type_) for kind, type_ in _TYPES.items()}
_SETTINGS: Final = msgspec.json.Decoder(Settings)
_ENCODER: Final = msgspec.json.Encoder()
T = TypeVar("T")

# ---------------------------------------------------------------- hashes


# Written out and not joined by a loop: three of them run once per vote on the collector.
def _hash(lines: str) -> str:
    """SHA-256 of `senyum/1 <tag>` and the fields, each on a line of its own."""
    return sha256(lines.encode()).hexdigest()


def fingerprint(public_key: str) -> str:
    """The epoch's name: SHA-256 of the raw public key."""
    return sha256(bytes.fromhex(public_key)).hexdigest()


def genesis(kiosk: str, public_key: str) -> str:
    """The head before the first vote of an epoch."""
    epoch = fingerprint(public_key)
    return _hash(f"senyum/1 genesis\n{kiosk}\n{epoch}\n{ALGORITHM}\n{public_key}\n")


def time_commitment(fine: Fine) -> str:
    return _hash(
        f"senyum/1 time\n{fine.tsalt}\n{fine.wall}\n{fine.clock}\n{fine.boot}\n{fine.up}\n"
    )


def leaf(kiosk: str, epoch: str, vote: Vote) -> str:
    replaces = "-" if vote.replaces is None else vote.replaces
    origin = "-" if vote.origin is None else f"{vote.origin.epoch}:{vote.origin.seq}"
    quarter = "-" if vote.quarter is None else vote.quarter
    test = 1 if vote.test else 0
    return _hash(
        f"senyum/1 leaf\n{kiosk}\n{epoch}\n{vote.seq}\n{vote.face}\n{vote.question}\n{replaces}\n"
        f"{origin}\n{test}\n{quarter}\n{vote.salt}\n{vote.time}\n"
    )


def next_head(head: str, leaf: str) -> str:
    return _hash(f"senyum/1 head\n{head}\n{leaf}\n")


def succession_text(kiosk: str, before: str, epoch: str) -> bytes:
    """What the key of epoch `before` signs, so that `epoch` is known to follow it."""
    return f"senyum/1 succession\n{kiosk}\n{before}\n{epoch}\n".encode()


def chain(kiosk: str, epoch: str, prev: str, votes: Iterable[Vote]) -> list[str]:
    """The head after each vote, beginning from `prev`."""
    heads = []
    for vote in votes:
        prev = next_head(prev, leaf(kiosk, epoch, vote))
        heads.append(prev)
    return heads


# ---------------------------------------------------------------- sealing and opening


class WireError(SenyumError, ValueError):
    """A message breaks the contract. `reason` is a slug for counters and quarantine."""

    reason = "invalid"


class Malformed(WireError):
    """Not of the form that this version describes."""

    reason = "malformed"


class TooLarge(WireError):
    """More bytes than MAX_BYTES."""

    reason = "too-large"


class UnknownVersion(WireError):
    """From a kiosk newer than this collector: upgrade collectors first."""

    reason = "unknown-version"


class BrokenChain(WireError):
    """Votes out of order, or a time that does not match its commitment."""

    reason = "broken-chain"


class Forged(WireError):
    """The signature is not that of the named key."""

    reason = "forged"


NOBODY: Final = "-"  # stands for epoch and head where a message speaks of none


class Checkpoint(NamedTuple):
    """What a signature vouches for beside the body: the chain up to `seq` ends in `head`."""

    epoch: str
    seq: int
    head: str


class Letter(NamedTuple):
    """An opened message: well-formed and consistent in itself, its sender not yet proven."""

    kiosk: str
    kind: Kind
    topic: str
    message: Message
    checkpoint: Checkpoint
    heads: Sequence[str]  # after each vote, for kind `votes`; else empty
    digest: str  # SHA-256 of the body
    signature: bytes

    def verify(self, public_key: str) -> None:
        """Raises Forged unless the private half of `public_key` (hex) signed this letter."""
        # Not at the top: the uplink needs topics and limits, and has no memory to spare for keys.
        from kiosk.keys import signed_by  # noqa: PLC0415

        text = signed_text(self.kind, self.topic, self.checkpoint, self.digest)
        if not signed_by(public_key, self.signature, text):
            raise Forged(f"{self.topic}: the signature is not by key {public_key[:16]}…")

    def verify_any(self, public_keys: Sequence[str]) -> None:
        """Raises Forged unless one of `public_keys` signed this letter."""
        *others, last = public_keys
        for key in others:
            try:
                return self.verify(key)
            except Forged:
                continue
        return self.verify(last)


def signed_text(kind: Kind, topic: str, checkpoint: Checkpoint, digest: str) -> bytes:
    epoch, seq, head = checkpoint
    return f"senyum/1 {kind}\n{topic}\n{epoch}\n{seq}\n{head}\n{digest}\n".encode()


def seal(kiosk: str, message: Message, sign: Callable[[bytes], bytes]) -> tuple[str, bytes]:
    """Topic and payload of `message`, signed. Votes must continue from their `prev`."""
    kind = _KIND_OF[type(message)]
    topic = topic_of(kiosk, kind)
    body = _ENCODER.encode(message)
    checkpoint, _ = _checkpoint_of(kiosk, message)
    signature = sign(signed_text(kind, topic, checkpoint, sha256(body).hexdigest()))
    payload = f"senyum/1 {kind} {ALGORITHM} {signature.hex()}\n".encode() + body
    if len(payload) > MAX_BYTES:
        raise TooLarge(f"{topic}: {len(payload)} bytes, at most {MAX_BYTES} are allowed")
    return topic, payload


def unseal(topic: str, payload: bytes) -> Letter:
    """Open a payload: limits, form, types, chain and time commitments. Raises WireError.

    Whether the sender may speak for its epoch is the caller's to ask: see Letter.verify.
    """
    kiosk = kiosk_in(topic)
    if len(payload) > MAX_BYTES:
        raise TooLarge(f"{topic}: {len(payload)} bytes, at most {MAX_BYTES} are allowed")
    kind, signature, body = _split(topic, payload)
    message = _decode(topic, kind, body)
    checkpoint, heads = _checkpoint_of(kiosk, message)
    digest = sha256(body).hexdigest()
    return Letter(kiosk, kind, topic, message, checkpoint, heads, digest, signature)


_HEADER: Final = re.compile(
    rb"senyum/([0-9]{1,9}) ([a-z]{1,16}) ([A-Za-z0-9]{1,16}) ([0-9a-f]{128})"
)


def _split(topic: str, payload: bytes) -> tuple[Kind, bytes, bytes]:
    line, newline, body = payload.partition(b"\n")
    match = _HEADER.fullmatch(line)
    if match is None or not newline:
        raise Malformed(f"{topic}: the first line is not 'senyum/1 <kind> Ed25519 <signature>'")
    version, kind, algorithm, signature = (field.decode() for field in match.groups())
    if version != str(VERSION) or algorithm != ALGORITHM:
        raise UnknownVersion(f"{topic}: senyum/{version} with {algorithm}; this end speaks 1")
    if kind not in _TYPES or topic_of(kiosk_in(topic), kind) != topic:
        raise Malformed(f"{topic}: a message of kind {kind!r} does not belong here")
    return kind, bytes.fromhex(signature), body


def _decode(topic: str, kind: Kind, body: bytes) -> Message:
    return _once_each(topic, _DECODERS[kind], body)


def settings_of(config: Config) -> Settings:
    """Raises Malformed, which says what this firmware cannot use."""
    return _once_each("settings", _SETTINGS, bytes(config.settings))


def _once_each(where: str, decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """Decoded, and no key stands twice in an object."""
    try:
        message = decoder.decode(body)
        # Our own encoding of a message holds no key twice; any other spelling is searched, and
        # so is what is only passed on.
        if isinstance(message, Config) or _ENCODER.encode(message) != body:
            _search_repeated_keys(body)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{where}: {error}") from error
    return message


def _search_repeated_keys(body: bytes) -> None:
    # Strictly UTF-8, which json would guess. Numbers stay text: in a field from later stands what
    # Python may not read.
    text = body.decode()
    json.loads(text, object_pairs_hook=_refuse_repeated_keys, parse_int=str, parse_float=str)


def _refuse_repeated_keys(pairs: list[tuple[str, Any]]) -> None:
    names = {name for name, _ in pairs}
    if len(names) != len(pairs):
        raise ValueError("an object names the same key twice")


def _checkpoint_of(kiosk: str, message: Message) -> tuple[Checkpoint, Sequence[str]]:
    match message:
        case Hello():
            _check_hello(kiosk, message)
            return Checkpoint(message.epoch, message.seq, message.head), ()
        case Votes():
            _check_votes(message.votes)
            heads = chain(kiosk, message.epoch, message.prev, message.votes)
            return Checkpoint(message.epoch, message.votes[-1].seq, heads[-1]), heads
        case Receipt():
            return Checkpoint(message.epoch, message.through, message.head), ()
        case Config():
            return Checkpoint(NOBODY, message.version, NOBODY), ()
        case Command():
            return Checkpoint(NOBODY, 0, NOBODY), ()
        case _:
            return Checkpoint(message.epoch, message.seq, message.head), ()


def _check_hello(kiosk: str, hello: Hello) -> None:
    if hello.epoch != fingerprint(hello.key):
        raise BrokenChain("the epoch is not the fingerprint of the key")
    if hello.seq == 0 and hello.head != genesis(kiosk, hello.key):
        raise BrokenChain("the head before the first vote is not the genesis")


def _check_votes(votes: Sequence[Vote]) -> None:
    first = votes[0].seq
    for offset, vote in enumerate(votes):
        if vote.seq != first + offset:
            raise BrokenChain(f"vote {vote.seq} stands where vote {first + offset} belongs")
        if vote.fine is not None and time_commitment(vote.fine) != vote.time:
            raise BrokenChain(f"vote {vote.seq}: its time does not match its commitment")
