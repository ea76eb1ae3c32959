"""A second decoder and verifier of the wire, written from docs/wire.md alone.

It shares no code with the kiosk and the collector, on purpose: where it and they disagree, one of
them or the document is wrong. It needs the standard library and an Ed25519.

    message = open_message(topic, payload)      # refuses a bad form and a broken batch
    verify_signature(message.checkpoint, key)   # refuses a signature by anyone else
    chain = Chain.from_genesis(message.kiosk, key)
    chain.add(message)                          # refuses a batch that does not continue the chain
    chain.check(other.checkpoint)               # refuses a head that is not the chain's
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_PAYLOAD = 262_144
MAX_VOTES = 500
MAX_NUMBER = 2**53 - 1
MAX_SLUG = 32

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PRINTABLE = re.compile(r"[ -~]{0,64}")
TOPIC = re.compile(r"senyum/1/([^/]*)/([^/]*)")
HEADER = re.compile(rb"senyum/1 ([a-z]+) Ed25519 ([0-9a-f]{128})")
OTHER_VERSION = re.compile(rb"senyum/(?!1 )[0-9]+ ")
OTHER_ALGORITHM = re.compile(rb"senyum/1 [a-z]+ (?!Ed25519 )[!-~]+ ")


FROM_COLLECTOR = ("receipt", "config", "command")


class Refused(ValueError):
    """The message is refused as a whole."""


class UnknownVersion(Refused):
    """Another version of the wire, or another signature algorithm."""


class BadForm(Refused):
    """Not what the document calls a message."""


class BrokenChain(Refused):
    """The votes or the head do not follow from what came before."""


class BadSignature(Refused):
    """Not signed by this key."""


# Names and hashes


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def epoch_name(key: bytes) -> str:
    return sha256(key)


def genesis(kiosk: str, key: bytes) -> str:
    return _hash("genesis", kiosk, epoch_name(key), "Ed25519", key.hex())


def time_commitment(fine: dict[str, Any]) -> str:
    return _hash("time", *(fine[name] for name in ("tsalt", "wall", "clock", "boot", "up")))


def leaf(kiosk: str, epoch: str, vote: dict[str, Any]) -> str:
    return sha256(leaf_text(kiosk, epoch, vote).encode())


def leaf_text(kiosk: str, epoch: str, vote: dict[str, Any]) -> str:
    origin = vote["origin"]
    fields = {**vote, "origin": origin and f"{origin['epoch']}:{origin['seq']}"}
    names = ("seq", "face", "question", "replaces", "origin", "test", "quarter", "salt", "time")
    return _lines("senyum/1 leaf", kiosk, epoch, *(fields[name] for name in names))


def next_head(head: str, leaf: str) -> str:
    return _hash("head", head, leaf)


def _hash(tag: str, *fields: object) -> str:
    return sha256(_lines(f"senyum/1 {tag}", *fields).encode())


def _lines(*fields: object) -> str:
    return "".join(f"{_written(field)}\n" for field in fields)


def _written(field: object) -> str:
    if field is None:
        return "-"
    if isinstance(field, bool):
        return "1" if field else "0"
    return str(field)


# The form of a body: a check refuses a value, and says where it stood

Check = Callable[[Any, str], None]


def _require(holds: bool, where: str, what: str) -> None:
    if not holds:
        raise BadForm(f"{where}: {what}")


def _integer(low: int = 0, high: int = MAX_NUMBER, multiple: int = 1) -> Check:
    def check(value: Any, where: str) -> None:
        fits = type(value) is int and low <= value <= high and value % multiple == 0
        _require(fits, where, f"not an integer from {low} to {high} in steps of {multiple}")

    return check


def _hexadecimal(digits: int) -> Check:
    pattern = re.compile(rf"[0-9a-f]{{{digits}}}")

    def check(value: Any, where: str) -> None:
        fits = isinstance(value, str) and pattern.fullmatch(value) is not None
        _require(fits, where, f"not {digits} lowercase hex digits")

    return check


def _one_of(*words: str) -> Check:
    def check(value: Any, where: str) -> None:
        _require(isinstance(value, str) and value in words, where, f"not one of {words}")

    return check


def _or_null(inner: Check) -> Check:
    def check(value: Any, where: str) -> None:
        if value is not None:
            inner(value, where)

    return check


def _list(inner: Check, shortest: int, longest: int) -> Check:
    def check(value: Any, where: str) -> None:
        fits = isinstance(value, list) and shortest <= len(value) <= longest
        _require(fits, where, f"not a list of {shortest} to {longest}")
        for index, item in enumerate(value):
            inner(item, f"{where}[{index}]")

    return check


def _object(**fields: Check) -> Check:
    def check(value: Any, where: str) -> None:
        _require(isinstance(value, dict), where, "not an object")
        for name, inner in fields.items():
            _require(name in value, where, f"{name} is missing")
            inner(value[name], f"{where}.{name}")

    return check


def _and_perhaps(inner: Check, **fields: Check) -> Check:
    """An object with further fields that may be left out."""

    def check(value: Any, where: str) -> None:
        inner(value, where)
        for name in fields.keys() & value.keys():
            fields[name](value[name], f"{where}.{name}")

    return check


def _boolean(value: Any, where: str) -> None:
    _require(isinstance(value, bool), where, "not a truth value")


def _anything(_value: Any, _where: str) -> None:
    pass


def _slug(value: Any, where: str) -> None:
    fits = isinstance(value, str) and len(value) <= MAX_SLUG and SLUG.fullmatch(value) is not None
    _require(fits, where, "not a slug")


def _printable(value: Any, where: str) -> None:
    fits = isinstance(value, str) and PRINTABLE.fullmatch(value) is not None
    _require(fits, where, "not a text of at most 64 printable ASCII characters")


COUNT = _integer()
SEQ = _integer(low=1)
HASH = _hexadecimal(64)
NONCE = _hexadecimal(32)
CLOCKS: dict[str, Check] = {
    "boot": _hexadecimal(32),
    "up": COUNT,
    "wall": COUNT,
    "clock": _one_of("synced", "unsynced"),
}
MOMENT = _object(**CLOCKS)
VOTE = _object(
    seq=SEQ,
    face=_slug,
    question=_slug,
    replaces=_or_null(SEQ),
    origin=_or_null(_object(epoch=HASH, seq=SEQ)),
    test=_boolean,
    quarter=_or_null(_integer(multiple=900)),
    salt=_hexadecimal(32),
    time=HASH,
    fine=_or_null(_object(tsalt=_hexadecimal(32), **CLOCKS)),
)
COUNTERS = _object(
    votes=COUNT,
    presses=COUNT,
    too_soon=COUNT,
    contested=COUNT,
    together=COUNT,
    stuck=COUNT,
    refused=COUNT,
)
VERSION_AND_EPOCH: dict[str, Check] = {"v": _integer(1, 1), "epoch": HASH}
STAND: dict[str, Check] = {**VERSION_AND_EPOCH, "seq": COUNT, "head": HASH}
BODIES: dict[str, Check] = {
    "hello": _and_perhaps(
        _object(
            **STAND,
            key=_hexadecimal(64),
            oldest=COUNT,
            nonce=NONCE,
            sent=MOMENT,
            firmware=_printable,
        ),
        after=_or_null(_object(epoch=HASH, signature=_hexadecimal(128))),
    ),
    "votes": _object(
        **VERSION_AND_EPOCH,
        nonce=NONCE,
        sent=MOMENT,
        prev=HASH,
        votes=_list(VOTE, 1, MAX_VOTES),
    ),
    "receipt": _object(
        **VERSION_AND_EPOCH,
        status=_one_of("ok", "held", "fork", "revoked"),
        through=COUNT,
        head=HASH,
        nonce=NONCE,
        time=COUNT,
    ),
    "health": _and_perhaps(
        _object(
            **STAND,
            nonce=NONCE,
            sent=MOMENT,
            firmware=_printable,
            counters=COUNTERS,
            queue=COUNT,
            stuck=_list(_slug, 0, 8),
            disk_free=_or_null(COUNT),
            temperature=_or_null(_integer(low=-MAX_NUMBER)),
        ),
        voltage=_or_null(_one_of("fine", "low")),
        wear=_or_null(COUNT),
        wifi=_or_null(_integer(low=-MAX_NUMBER)),
        memory=_or_null(COUNT),
        waiting=_or_null(COUNT),
        buttons=_list(_object(face=_slug, idle=_or_null(COUNT), stuck=COUNT), 0, 8),
        config=COUNT,
        refused_config=_or_null(SEQ),
        why_refused=_or_null(_printable),
        damaged=COUNT,
    ),
    "config": _object(v=_integer(1, 1), version=SEQ, settings=_anything),
    "command": _object(
        v=_integer(1, 1),
        id=NONCE,
        boot=NONCE,
        until=COUNT,
        action=_one_of("identify", "restart", "self-test"),
    ),
    "answer": _object(
        **STAND,
        id=NONCE,
        result=_one_of("done", "failed", "expired"),
        checks=_list(_object(name=_slug, ok=_boolean, said=_printable), 0, 32),
        sent=MOMENT,
    ),
    "status": _object(**STAND, state=_one_of("online", "offline"), birth=COUNT),
}


MINUTE = _integer(0, 24 * 60)
SETTINGS = _object(
    question=_slug,
    settle_ms=_integer(500, 60_000),
    brightness=_integer(0, 100),
    night=_integer(0, 100),
    utc_offset=_integer(-720, 840),
    hours=_or_null(_list(_or_null(_list(MINUTE, 2, 2)), 7, 7)),
    log_level=_one_of("debug", "info", "warning", "error"),
    keep_days=_integer(30, 365),
)


def check_settings(config: "Message") -> None:
    """Refuses settings of a config that a kiosk of this version cannot use."""
    SETTINGS(config.body["settings"], "settings")


# A message


@dataclass(frozen=True)
class Checkpoint:
    """What a signature vouches for; it can be verified without the body."""

    kind: str
    topic: str
    epoch: str
    seq: int
    head: str
    body_hash: str
    signature: bytes

    @property
    def kiosk(self) -> str:
        return self.topic.split("/")[2]

    @property
    def signed_text(self) -> bytes:
        place = (self.topic, self.epoch, self.seq, self.head)
        return _lines(f"senyum/1 {self.kind}", *place, self.body_hash).encode()


@dataclass(frozen=True)
class Message:
    checkpoint: Checkpoint
    body: dict[str, Any]

    @property
    def kind(self) -> str:
        return self.checkpoint.kind

    @property
    def kiosk(self) -> str:
        return self.checkpoint.kiosk


def open_message(topic: str, payload: bytes) -> Message:
    """The message, if its form and its own votes are right. Its signature is not verified yet."""
    kiosk, kind = _read_topic(topic)
    signature, raw = _read_header(kind, payload)
    body = _read_body(raw)
    BODIES[kind](body, kind)
    if kind == "hello":
        _check_key(kiosk, body)
    seq, head = _place(kiosk, kind, body)
    epoch = body.get("epoch", "-")
    checkpoint = Checkpoint(kind, topic, epoch, seq, head, sha256(raw), signature)
    return Message(checkpoint, body)


def _read_topic(topic: str) -> tuple[str, str]:
    match = TOPIC.fullmatch(topic)
    if match is None:
        raise BadForm("topic: not senyum/1/{kiosk}/{kind}")
    kiosk, kind = match.groups()
    _slug(kiosk, "topic: kiosk")
    _require(kind in BODIES, "topic", "unknown kind")
    return kiosk, kind


def _read_header(kind: str, payload: bytes) -> tuple[bytes, bytes]:
    """The signature and the bytes of the body."""
    _require(len(payload) <= MAX_PAYLOAD, "payload", f"over {MAX_PAYLOAD} bytes")
    header, _, raw = payload.partition(b"\n")
    _refuse_other_versions(header)
    match = HEADER.fullmatch(header)
    if match is None:
        raise BadForm("header: not senyum/1 <kind> Ed25519 <signature>")
    _require(match[1].decode() == kind, "header", "not the kind in the topic")
    return bytes.fromhex(match[2].decode()), raw


def _refuse_other_versions(header: bytes) -> None:
    if OTHER_VERSION.match(header):
        raise UnknownVersion("header: another version")
    if OTHER_ALGORITHM.match(header):
        raise UnknownVersion("header: another algorithm")


def _read_body(raw: bytes) -> Any:
    try:
        body = json.loads(
            raw.decode(),
            object_pairs_hook=_object_once,
            parse_int=_number,
            parse_constant=_no_constant,
        )
        # Half of a surrogate pair is a text for Python, and no character.
        json.dumps(body, ensure_ascii=False).encode()
    except (UnicodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadForm("body: not JSON in UTF-8") from error
    return body


def _object_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    _require(len(named) == len(pairs), "body", "an object names one key twice")
    return named


def _number(digits: str) -> float:
    """An integer; one that no field can hold becomes a float, which no field can hold either."""
    return int(digits) if len(digits) <= len(f"-{MAX_NUMBER}") else math.inf


def _no_constant(name: str) -> NoReturn:
    raise BadForm(f"body: {name}")


def _check_key(kiosk: str, body: dict[str, Any]) -> None:
    """A hello names its own key: its epoch and its genesis follow from it."""
    key = bytes.fromhex(body["key"])
    if body["epoch"] != epoch_name(key):
        raise BrokenChain("hello: the epoch is not the name of the key")
    if body["seq"] == 0 and body["head"] != genesis(kiosk, key):
        raise BrokenChain("hello: the head before the first vote is not the genesis")


def _place(kiosk: str, kind: str, body: dict[str, Any]) -> tuple[int, str]:
    """The seq and the head that the signature vouches for."""
    if kind == "votes":
        return list(heads(kiosk, body))[-1]
    if kind in ("config", "command"):
        return body.get("version", 0), "-"
    return body["through" if kind == "receipt" else "seq"], body["head"]


def heads(kiosk: str, body: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """The seq of every vote of a batch and the head after it."""
    head = body["prev"]
    seq = body["votes"][0]["seq"]
    for expected, vote in enumerate(body["votes"], start=seq):
        if vote["seq"] != expected:
            raise BrokenChain(f"votes: {vote['seq']} stands where {expected} should")
        if vote["fine"] is not None and vote["time"] != time_commitment(vote["fine"]):
            raise BrokenChain(f"votes: the time of {expected} is not what it committed to")
        head = next_head(head, leaf(kiosk, body["epoch"], vote))
        yield expected, head


def verify_signature(checkpoint: Checkpoint, key: bytes) -> None:
    """Refuses what this key did not sign: the epoch's key, or for a receipt the collector's."""
    if checkpoint.kind not in FROM_COLLECTOR and checkpoint.epoch != epoch_name(key):
        raise BadSignature("the key of another epoch")
    try:
        public = Ed25519PublicKey.from_public_bytes(key)
        public.verify(checkpoint.signature, checkpoint.signed_text)
    except (InvalidSignature, ValueError) as error:
        raise BadSignature("not signed by this key") from error


def verify_succession(hello: Message, earlier_key: bytes) -> None:
    """Refuses a hello for whose epoch the earlier key has not given its word."""
    after = hello.body.get("after")
    if after is None or after["epoch"] != epoch_name(earlier_key):
        raise BadSignature("does not follow the epoch of this key")
    text = _lines("senyum/1 succession", hello.kiosk, after["epoch"], hello.body["epoch"])
    try:
        public = Ed25519PublicKey.from_public_bytes(earlier_key)
        public.verify(bytes.fromhex(after["signature"]), text.encode())
    except (InvalidSignature, ValueError) as error:
        raise BadSignature("not signed by the earlier key") from error


@dataclass(frozen=True)
class Chain:
    """The heads of one epoch on one kiosk: after how many votes, which head."""

    kiosk: str
    epoch: str
    heads: dict[int, str]

    @classmethod
    def from_genesis(cls, kiosk: str, key: bytes) -> "Chain":
        return cls(kiosk, epoch_name(key), {0: genesis(kiosk, key)})

    def add(self, message: Message) -> None:
        """Continues the chain with a batch, which may overlap it and must agree with it."""
        self._check_owner(message.checkpoint)
        first = message.body["votes"][0]["seq"]
        self._check_head(first - 1, message.body["prev"])
        batch = dict(heads(message.kiosk, message.body))
        for seq in batch.keys() & self.heads.keys():
            self._check_head(seq, batch[seq])
        self.heads.update(batch)

    def check(self, checkpoint: Checkpoint) -> None:
        self._check_owner(checkpoint)
        self._check_head(checkpoint.seq, checkpoint.head)

    def _check_owner(self, checkpoint: Checkpoint) -> None:
        if (checkpoint.kiosk, checkpoint.epoch) != (self.kiosk, self.epoch):
            raise BrokenChain("the chain of another kiosk or epoch")

    def _check_head(self, seq: int, head: str) -> None:
        if seq not in self.heads:
            raise BrokenChain(f"the chain does not reach vote {seq}")
        if self.heads[seq] != head:
            raise BrokenChain(f"another head after vote {seq}")
