"""The UNIX socket between panel and uplink: frames, and the messages inside them.

A frame is a length of four bytes, big-endian, and so many bytes of msgpack. The panel listens; it
trusts nothing that comes from the uplink, which faces the network.
"""

import contextlib
import socket
import struct
from collections import deque
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from kiosk.errors import SenyumError

MAX_FRAME: Final = 512 * 1024
# What waits for a reader that does not read; more than all batches that may be under way.
MAX_WAITING: Final = 4 * 1024 * 1024
_READ: Final = 64 * 1024
_LENGTH: Final = struct.Struct(">I")
_SOCKET_MODE: Final = 0o660


class LinkClosed(SenyumError, ConnectionError):
    """The other end is gone, does not read, or does not speak this language."""


class LinkUnusable(SenyumError, OSError):
    """The socket cannot be made or used where the settings say."""


# ---------------------------------------------------------------- messages

Topic = Annotated[str, Meta(max_length=256)]


class Will(Struct, frozen=True, tag=True):
    """Panel: let the broker say this if the connection is lost."""

    topic: Topic
    payload: bytes


class Publish(Struct, frozen=True, tag=True):
    """Panel: send this."""

    topic: Topic
    payload: bytes
    qos: Literal[0, 1]
    retain: bool


class Ready(Struct, frozen=True, tag=True):
    """Uplink: about to connect, needs a will."""


class Up(Struct, frozen=True, tag=True):
    """Uplink: connected and subscribed."""


class Signal(Struct, frozen=True, tag=True):
    """Uplink: how strong the Wi-Fi is, dBm; the panel's own network namespace has none."""

    dbm: Annotated[int, Meta(ge=-200, lt=0)] | None


class Down(Struct, frozen=True, tag=True):
    """Uplink: no longer connected."""


class Arrived(Struct, frozen=True, tag=True):
    """Uplink: the broker delivered this."""

    topic: Topic
    payload: bytes


ToUplink = Will | Publish
ToPanel = Ready | Up | Signal | Down | Arrived

_TO_UPLINK: Final = msgspec.msgpack.Decoder(ToUplink)
_TO_PANEL: Final = msgspec.msgpack.Decoder(ToPanel)
_ENCODER: Final = msgspec.msgpack.Encoder()

# ---------------------------------------------------------------- one connection


class _Line:
    """One end of a connection. Never blocks: what cannot be sent yet waits here."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._incoming = bytearray()
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0

    def fileno(self) -> int:
        return self._connection.fileno()

    def close(self) -> None:
        self._connection.close()

    @property
    def wants_write(self) -> bool:
        return bool(self._waiting)

    def send_frame(self, body: bytes) -> None:
        """Raises LinkClosed when too much waits or the other end is gone."""
        if len(body) > MAX_FRAME:
            raise LinkClosed(f"a frame of {len(body)} bytes; at most {MAX_FRAME} are allowed")
        self._waiting.append(_LENGTH.pack(len(body)) + body)
        self._waiting_bytes += _LENGTH.size + len(body)
        self.flush()
        if self._waiting_bytes > MAX_WAITING:
            raise LinkClosed(f"{self._waiting_bytes} bytes wait: the other end does not read")

    def flush(self) -> None:
        """Send what the socket takes now; raises LinkClosed."""
        try:
            while self._waiting:
                self._send_some()
        except BlockingIOError:
            return
        except OSError as error:
            raise LinkClosed(f"cannot send: {error}") from error

    def _send_some(self) -> None:
        first = self._waiting.popleft()
        sent = 0
        try:
            sent = self._connection.send(first)
        finally:
            self._waiting_bytes -= sent
            if sent < len(first):
                self._waiting.appendleft(first[sent:])

    def frames(self) -> list[bytes]:
        """The frames that have arrived whole; raises LinkClosed."""
        try:
            received = self._connection.recv(_READ)
        except BlockingIOError:
            return []
        except OSError as error:
            raise LinkClosed(f"cannot receive: {error}") from error
        if not received:
            raise LinkClosed("the other end has closed the connection")
        self._incoming += received
        return self._take_frames()

    def _take_frames(self) -> list[bytes]:
        frames = []
        while (end := self._end_of_frame()) is not None:
            frames.append(bytes(self._incoming[_LENGTH.size : end]))
            del self._incoming[:end]
        return frames

    def _end_of_frame(self) -> int | None:
        if len(self._incoming) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._incoming)
        if length > MAX_FRAME:
            raise LinkClosed(f"a frame of {length} bytes is announced; at most {MAX_FRAME}")
        end: int = _LENGTH.size + length
        return end if len(self._incoming) >= end else None


# What msgspec raises for bytes that are no message, text that is no UTF-8, and nesting without end.
_NOT_A_MESSAGE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class PanelEnd(_Line):
    """The panel's end of a connection."""

    def send(self, message: ToUplink) -> None:
        self.send_frame(_ENCODER.encode(message))

    def receive(self) -> list[ToPanel]:
        try:
            return [_TO_PANEL.decode(frame) for frame in self.frames()]
        except _NOT_A_MESSAGE as error:
            raise LinkClosed(f"not a message for the panel: {error}") from error


class UplinkEnd(_Line):
    """The uplink's end of a connection."""

    def send(self, message: ToPanel) -> None:
        self.send_frame(_ENCODER.encode(message))

    def receive(self) -> list[ToUplink]:
        try:
            return [_TO_UPLINK.decode(frame) for frame in self.frames()]
        except _NOT_A_MESSAGE as error:
            raise LinkClosed(f"not a message for the uplink: {error}") from error


# ---------------------------------------------------------------- meeting


class Listener:
    """Where the panel waits for its uplink."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)  # left behind by a panel that was killed
            self._socket.bind(str(path))
            path.chmod(_SOCKET_MODE)
        except OSError as error:
            self._socket.close()
            raise LinkUnusable(f"{path}: panel and uplink cannot meet here: {error}") from error
        self._socket.listen(1)
        self._socket.setblocking(False)

    def fileno(self) -> int:
        return self._socket.fileno()

    def accept(self) -> PanelEnd | None:
        try:
            connection, _ = self._socket.accept()
        except OSError:
            return None  # it went away again before we looked
        return PanelEnd(connection)

    def close(self) -> None:
        self._socket.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


def call(path: Path) -> UplinkEnd | None:
    """A connection to the panel; None while it does not listen, or takes no more callers."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.setblocking(False)  # a panel that hangs must not make its caller hang
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        return None
    return UplinkEnd(connection)
