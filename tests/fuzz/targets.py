"""What is fuzzed: each target takes any bytes, and raises only if something of ours is wrong."""

import contextlib
import socket
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import collector.config
import kiosk.config
from collector.places import read_places
from collector.servicehours import read_calendar
from collector.tomlfile import FileError
from kiosk import link, wire
from tests import independent
from tests.memory import MEMORY

Target = Callable[[bytes], None]
Understood = tuple[str, int, str, str, bytes] | None  # what a signature vouches for; None: refused

LONGEST_SPEECH: Final = 64 * 1024  # bytes: what one end of a link reads at once


class Disagreement(AssertionError):
    """Two decoders of the same document take a message for different things."""


# ---------------------------------------------------------------- messages


def message(data: bytes) -> None:
    """A file as in tests/wire: the topic, 0x0A, the payload."""
    with contextlib.suppress(wire.WireError):
        wire.unseal(*_sealed(data))


def agreement(data: bytes) -> None:
    topic, payload = _sealed(data)
    if _depth(payload) > DEEPEST:
        return
    one, other = ours(topic, payload), theirs(topic, payload)
    if one != other:
        raise Disagreement(f"kiosk.wire says {one}, tests.independent says {other}")


DEEPEST: Final = 32  # docs/wire.md: what nests deeper may be refused


def _depth(payload: bytes) -> int:
    """At least as deep as it nests: brackets in texts are counted too."""
    deepest = depth = 0
    for byte in payload:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _sealed(data: bytes) -> tuple[str, bytes]:
    topic, _, payload = data.partition(b"\n")
    return topic.decode("utf-8", "replace"), payload


def ours(topic: str, payload: bytes) -> Understood:
    try:
        letter = wire.unseal(topic, payload)
    except wire.WireError:
        return None
    return (*letter.checkpoint, letter.digest, letter.signature)


def theirs(topic: str, payload: bytes) -> Understood:
    try:
        at = independent.open_message(topic, payload).checkpoint
    except independent.Refused:
        return None
    return at.epoch, at.seq, at.head, at.body_hash, at.signature


# ---------------------------------------------------------------- the socket in the kiosk


def frames(data: bytes) -> None:
    """Bytes from an uplink that somebody has taken over, and one frame of the same bytes."""
    body = data[:LONGEST_SPEECH]
    for speech in (body, struct.pack(">I", len(body)) + body):
        for end in (link.PanelEnd, link.UplinkEnd):
            _hear(end, speech)


def _hear(end: type[link.PanelEnd] | type[link.UplinkEnd], speech: bytes) -> None:
    near, far = socket.socketpair()
    with near, far, contextlib.suppress(link.LinkClosed):
        far.sendall(speech)
        end(near).receive()


# ---------------------------------------------------------------- files that people write


def kiosk_settings(data: bytes) -> None:
    with _file(data) as path, contextlib.suppress(kiosk.config.ConfigError):
        kiosk.config.load(path)


def collector_settings(data: bytes) -> None:
    with _file(data) as path, contextlib.suppress(collector.config.ConfigError):
        collector.config.load(path, {}, None)


def places(data: bytes) -> None:
    with _file(data) as path, contextlib.suppress(FileError):
        read_places(path)


def hours(data: bytes) -> None:
    with _file(data, "hours.toml") as path, contextlib.suppress(FileError):
        path.with_name("holidays.csv").write_bytes(b"date,name,kind")
        read_calendar(path.parent)


def holidays(data: bytes) -> None:
    with _file(data, "holidays.csv") as path, contextlib.suppress(FileError):
        path.with_name("hours.toml").write_bytes(b"schedule = []")
        read_calendar(path.parent)


@contextlib.contextmanager
def _file(data: bytes, name: str = "file.toml") -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        yield path


TARGETS: Final[dict[str, Target]] = {
    "message": message,
    "agreement": agreement,
    "frames": frames,
    "kiosk_settings": kiosk_settings,
    "collector_settings": collector_settings,
    "places": places,
    "hours": hours,
    "holidays": holidays,
}
