"""A kiosk's clocks, its panel's socket and its keys: moved by the test, and in memory."""

from collections.abc import Callable, Iterator
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import wire
from kiosk.link import Ready, ToPanel, ToUplink


class HandClock:
    """A kiosk's clocks, moved by the test. `error_ms`: how wrong the wall clock is."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self.error_ms = 0
        self.boot("00" * 16)

    def boot(self, boot: str) -> None:
        self._boot, self._booted_ms = boot, self._now()

    def up(self) -> int:
        return self._now() - self._booted_ms

    def true_time(self, up: int) -> int:
        return self._booted_ms + up

    def now(self) -> wire.Moment:
        return self.at(self.up())

    def at(self, up: int) -> wire.Moment:
        wall = max(0, self._booted_ms + up + self.error_ms)
        return wire.Moment(boot=self._boot, up=up, wall=wall, clock="synced")


class Line:
    """Both ends of one connection of the panel's socket, in memory."""

    wants_write = False

    def __init__(self, sent: list[ToUplink]) -> None:
        self.closed = False
        self._arrived: list[ToPanel] = [Ready()]
        self._sent = sent

    def flush(self) -> None:
        """Nothing ever waits here."""

    def close(self) -> None:
        self.closed = True

    def send(self, message: ToUplink) -> None:
        self._sent.append(message)

    def receive(self) -> list[ToPanel]:
        arrived, self._arrived = self._arrived, []
        return arrived

    def deliver(self, message: ToPanel) -> None:
        self._arrived.append(message)


class Socket:
    """Where the panel listens, and an uplink that calls again whenever it was hung up on."""

    def __init__(self) -> None:
        self.sent: list[ToUplink] = []
        self._pending: Line | None = None
        self.call()

    def call(self) -> None:
        self.line = self._pending = Line(self.sent)

    def accept(self) -> Line | None:
        pending, self._pending = self._pending, None
        return pending


def keys_of(random: Random) -> Iterator[Ed25519PrivateKey]:
    """The same ones in each repetition of a run."""
    while True:
        yield Ed25519PrivateKey.from_private_bytes(random.randbytes(32))
