"""Publish prepared messages as fast as a broker takes them: MQTT 3.1.1, QoS 1, bare socket.

A client library would be the slowest part of the measurement, so the packets are made before.
"""

import socket
import threading
from collections.abc import Iterable, Iterator
from itertools import cycle

PACKET_IDS = range(1, 65536)
PUBLISH_QOS1 = 0x32
PUBACK_BYTES = 4
CONNECT = bytes.fromhex("101100044d51545404020000000562656e6368")  # clean session, id "bench"
CONNACK_BYTES = 4


def packets(messages: Iterable[tuple[str, bytes]]) -> list[bytes]:
    return [_publish(topic, payload, number) for (topic, payload), number in _numbered(messages)]


def _numbered(messages: Iterable[tuple[str, bytes]]) -> Iterator[tuple[tuple[str, bytes], int]]:
    return zip(messages, cycle(PACKET_IDS), strict=False)


def _publish(topic: str, payload: bytes, number: int) -> bytes:
    name = topic.encode()
    rest = len(name).to_bytes(2, "big") + name + number.to_bytes(2, "big") + payload
    return bytes([PUBLISH_QOS1]) + _length(len(rest)) + rest


def _length(size: int) -> bytes:
    """MQTT's variable length: seven bits a byte, lowest first."""
    encoded = bytearray()
    while True:
        size, low = divmod(size, 128)
        encoded.append(low | (0x80 if size else 0))
        if not size:
            return bytes(encoded)


class Flood:
    """One connection; `send` returns when the broker has acknowledged every packet."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=60)
        self._socket.sendall(CONNECT)
        answer = self._read(CONNACK_BYTES)
        if answer[3] != 0:
            raise ConnectionError(f"the broker refused the connection: {answer.hex()}")

    def send(self, prepared: list[bytes]) -> None:
        reader = threading.Thread(target=self._read, args=(PUBACK_BYTES * len(prepared),))
        reader.start()
        self._socket.sendall(b"".join(prepared))
        reader.join()

    def close(self) -> None:
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()

    def _read(self, size: int) -> bytes:
        received = b""
        while size > 0:
            received = self._socket.recv(min(size, 65536))
            if not received:
                raise ConnectionError("the broker closed the connection")
            size -= len(received)
        return received
