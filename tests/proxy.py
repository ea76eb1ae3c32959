"""A small proxy that stands between MQTT clients and a broker and treats each packet as it is told.

with Proxy(broker, treat) as proxy:     # clients go to proxy.port
    ...

`treat(way, packet)` says what becomes of a packet: "up" goes to the broker, "down" to a client.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Literal, NamedTuple, Self

from tests.brokers import HOST, Broker

PUBLISH = 3  # the kind of MQTT packet, in the upper half of its first byte

Way = Literal["up", "down"]


class Fate(NamedTuple):
    """What goes on in place of a packet, after so many seconds; then perhaps the line is cut."""

    packets: tuple[bytes, ...]
    seconds: float = 0.0
    cut: bool = False


Treat = Callable[[Way, bytes], Fate]


def as_it_is(_way: Way, packet: bytes) -> Fate:
    return Fate((packet,))


class Proxy:
    """Runs in a thread of its own until it is left; every connection ends with it."""

    network = None  # it stands on loopback

    def __init__(self, broker: Broker, treat: Treat = as_it_is) -> None:
        self.treat = treat
        self._broker = broker
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._call(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, HOST, 0)

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """One connection; when either side ends, both do."""
        with contextlib.closing(back):
            try:
                broker, on = await asyncio.open_connection(HOST, self._broker.port)
            except OSError:
                return
            with contextlib.closing(on):
                ways = (self._carry("up", client, on), self._carry("down", broker, back))
                tasks = [asyncio.ensure_future(way) for way in ways]
                try:
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry(
        self, way: Way, source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                fate = self.treat(way, await read_packet(source))
                await asyncio.sleep(fate.seconds)
                sink.writelines(fate.packets)
                await sink.drain()
                if fate.cut:
                    return


async def read_packet(source: asyncio.StreamReader) -> bytes:
    """One whole MQTT packet: its kind, its length in up to four bytes of seven bits, its rest."""
    head = bytearray(await source.readexactly(2))
    while head[-1] & 0x80:
        head += await source.readexactly(1)
    length = sum((byte & 0x7F) << 7 * place for place, byte in enumerate(head[1:]))
    return bytes(head) + await source.readexactly(length)


def is_publish(packet: bytes) -> bool:
    return packet[0] >> 4 == PUBLISH


def is_receipt(packet: bytes) -> bool:
    return is_publish(packet) and b"/receipt" in packet[:80]
