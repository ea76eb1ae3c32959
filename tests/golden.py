"""The messages behind the golden files in tests/wire/: fixed keys, fixed content.

`python -m tests.golden NAME` writes a file that is not there yet; a shipped one is never rewritten.
"""

import json
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import wire
from kiosk.keys import SigningKey

FOLDER = Path(__file__).parent / "wire"
KIOSK = "dukcapil-01"
KIOSK_KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
EARLIER_KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96))))
COLLECTOR_KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64))))
EPOCH = wire.fingerprint(KIOSK_KEY.public)
GENESIS = wire.genesis(KIOSK, KIOSK_KEY.public)

BOOT = "3f" * 16
NONCE = "a1" * 16
QUARTER = 1763860500
WALL = QUARTER * 1000 + 2123
SENT = wire.Moment(boot=BOOT, up=1_812_991, wall=WALL + 1_000_591, clock="synced")


def fine(number: int, clock: wire.ClockState = "synced") -> wire.Fine:
    wall = WALL + 5000 * number
    return wire.Fine(
        tsalt=f"{number:032x}", wall=wall, clock=clock, boot=BOOT, up=812_400 + 5000 * number
    )


def vote(
    seq: int,
    face: str,
    *,
    question: str = "pelayanan",
    replaces: int | None = None,
    origin: wire.Origin | None = None,
    test: bool = False,
    clock: wire.ClockState = "synced",
    erased: bool = False,
) -> wire.Vote:
    moment = fine(seq, clock)
    return wire.Vote(
        seq=seq,
        face=face,
        question=question,
        replaces=replaces,
        origin=origin,
        test=test,
        quarter=QUARTER if clock == "synced" else None,
        salt=f"{seq + 1000:032x}",
        time=wire.time_commitment(moment),
        fine=None if erased else moment,
    )


BALLOTS = (
    vote(1, "smile"),
    vote(2, "frown", replaces=1),
    vote(3, "neutral", clock="unsynced"),
    vote(4, "smile", test=True),
    vote(5, "frown", question="waktu", erased=True),
    vote(6, "smile", origin=wire.Origin(epoch="0c" * 32, seq=41)),
)
HEADS = wire.chain(KIOSK, EPOCH, GENESIS, BALLOTS)


FOUR_FACES = tuple(
    vote(seq, face, question="perilaku")
    for seq, face in enumerate(("bad", "poor", "good", "great"), 1)
)


def _votes(first: int, last: int) -> wire.Votes:
    prev = GENESIS if first == 1 else HEADS[first - 2]
    votes = BALLOTS[first - 1 : last]
    return wire.Votes(v=1, epoch=EPOCH, nonce=NONCE, sent=SENT, prev=prev, votes=votes)


def _four_faces() -> wire.Votes:
    return wire.Votes(v=1, epoch=EPOCH, nonce=NONCE, sent=SENT, prev=GENESIS, votes=FOUR_FACES)


def _receipt(status: str, through: int) -> wire.Receipt:
    head = GENESIS if through == 0 else HEADS[through - 1]
    return wire.Receipt(
        v=1,
        epoch=EPOCH,
        status=status,  # type: ignore[arg-type]
        through=through,
        head=head,
        nonce=NONCE,
        time=WALL + 1_001_000,
    )


def _hello(after: wire.Succession | None = None) -> wire.Hello:
    return wire.Hello(
        v=1,
        epoch=EPOCH,
        key=KIOSK_KEY.public,
        seq=6,
        head=HEADS[5],
        oldest=1,
        nonce=NONCE,
        sent=SENT,
        firmware="0.1.0",
        after=after,
    )


def succession() -> wire.Succession:
    before = wire.fingerprint(EARLIER_KEY.public)
    signature = EARLIER_KEY.sign(wire.succession_text(KIOSK, before, EPOCH))
    return wire.Succession(epoch=before, signature=signature.hex())


class Golden(NamedTuple):
    message: wire.Message
    key: SigningKey

    def sealed(self) -> tuple[str, bytes]:
        return wire.seal(KIOSK, self.message, self.key.sign)


def _health() -> wire.Health:
    return wire.Health(
        v=1,
        epoch=EPOCH,
        seq=6,
        head=HEADS[5],
        nonce=NONCE,
        sent=SENT,
        firmware="0.1.0",
        counters=wire.Counters(
            votes=6, presses=9, too_soon=1, contested=1, together=1, stuck=0, refused=0
        ),
        queue=2,
        stuck=("neutral",),
        disk_free=14_700_000_000,
        temperature=48_312,
    )


SETTINGS = wire.Settings(
    question="pelayanan",
    settle_ms=3000,
    brightness=100,
    night=5,
    utc_offset=480,
    hours=(*(4 * ((450, 960),)), (450, 660), None, None),
    log_level="info",
    keep_days=90,
)


def _config() -> wire.Config:
    return wire.Config(v=1, version=7, settings=msgspec.Raw(msgspec.json.encode(SETTINGS)))


def _command() -> wire.Command:
    return wire.Command(v=1, id="c0" * 16, boot=BOOT, until=1_900_000, action="self-test")


def _answer() -> wire.Answer:
    return wire.Answer(
        v=1,
        epoch=EPOCH,
        seq=6,
        head=HEADS[5],
        id="c0" * 16,
        result="failed",
        checks=(
            wire.Check(name="disk", ok=True, said="a row in 2 ms"),
            wire.Check(name="clock", ok=False, said="not synced"),
        ),
        sent=SENT,
    )


GOLDEN: dict[str, Golden] = {
    "v1-hello": Golden(_hello(), KIOSK_KEY),
    "v1-hello-after": Golden(_hello(succession()), KIOSK_KEY),
    "v1-votes-first": Golden(_votes(1, 4), KIOSK_KEY),
    "v1-votes-next": Golden(_votes(5, 6), KIOSK_KEY),
    "v1-votes-four": Golden(_four_faces(), KIOSK_KEY),
    "v1-health": Golden(_health(), KIOSK_KEY),
    "v1-health-machine": Golden(
        msgspec.structs.replace(
            _health(),
            voltage="low",
            wear=30,
            wifi=-67,
            memory=211_000_000,
            waiting=5,
            buttons=(
                wire.Button(face="frown", idle=0, stuck=0),
                wire.Button(face="neutral", idle=None, stuck=2),
            ),
            config=7,
            refused_config=8,
            why_refused="settings: Invalid enum value 'trace' - at `$.log_level`",
        ),
        KIOSK_KEY,
    ),
    "v1-config": Golden(_config(), COLLECTOR_KEY),
    "v1-command": Golden(_command(), COLLECTOR_KEY),
    "v1-answer": Golden(_answer(), KIOSK_KEY),
    "v1-health-damaged": Golden(msgspec.structs.replace(_health(), damaged=1), KIOSK_KEY),
    "v1-status-offline": Golden(
        wire.Status(v=1, epoch=EPOCH, seq=6, head=HEADS[5], state="offline", birth=3), KIOSK_KEY
    ),
    "v1-receipt-ok": Golden(_receipt("ok", 4), COLLECTOR_KEY),
    "v1-receipt-held": Golden(_receipt("held", 0), COLLECTOR_KEY),
    "v1-receipt-fork": Golden(_receipt("fork", 2), COLLECTOR_KEY),
    "v1-receipt-revoked": Golden(_receipt("revoked", 6), COLLECTOR_KEY),
}


def foreign_votes() -> tuple[str, bytes]:
    """The second batch as another program may spell it: spaces, other order, a field from later."""
    topic, payload = GOLDEN["v1-votes-next"].sealed()
    body = json.loads(payload.partition(b"\n")[2])
    body = {"later": {"deep": [1, 2]}} | dict(reversed(body.items()))
    text = json.dumps(body, indent=1).encode()
    return topic, resign(topic, "votes", text, wire.unseal(topic, payload).checkpoint, KIOSK_KEY)


def resign(topic: str, kind: wire.Kind, body: bytes, at: wire.Checkpoint, key: SigningKey) -> bytes:
    """A payload around any body, signed for checkpoint `at`: for tests that break the body."""
    text = (
        f"senyum/1 {kind}\n{topic}\n{at.epoch}\n{at.seq}\n{at.head}\n{sha256(body).hexdigest()}\n"
    )
    return f"senyum/1 {kind} Ed25519 {key.sign(text.encode()).hex()}\n".encode() + body


def all_sealed() -> dict[str, Callable[[], tuple[str, bytes]]]:
    sealed = {name: golden.sealed for name, golden in GOLDEN.items()}
    return sealed | {"v1-votes-foreign": foreign_votes}


def main(names: list[str]) -> None:
    for name in names:
        topic, payload = all_sealed()[name]()
        with (FOLDER / f"{name}.msg").open("xb") as file:
            file.write(topic.encode() + b"\n" + payload)


if __name__ == "__main__":
    main(sys.argv[1:])
