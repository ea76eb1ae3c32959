"""One connection to the broker, from CONNECT to its end. The only file that imports paho.

Driven by the caller's loop: there is no thread that could die unseen. A client lives for one
connection, so nothing half-done outlives it; what is lost on the way, the kiosks send again.
"""

import logging
import select
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from collector.config import BrokerSection
from collector.ingest.inbox import Arrival
from kiosk import wire

log = logging.getLogger("senyum.collector.ingest")

V5: Final = MQTTProtocolVersion.MQTTv5
V311: Final = MQTTProtocolVersion.MQTTv311
LINGER: Final = 0.002  # seconds that a drain waits for a next message: a commit costs as much


class Subscriber:
    """`ended` says why it is over; `up`, that messages can come. `now_ms` is the wall clock."""

    def __init__(
        self, broker: BrokerSection, protocol: MQTTProtocolVersion, now_ms: Callable[[], int]
    ) -> None:
        self.up = False
        self.ended = ""
        self.acknowledged = False  # the broker has answered to CONNECT
        self._now_ms = now_ms
        self._arrived: list[Arrival] = []
        self._bytes = 0
        self._client = self._make_client(broker, protocol)
        limits = _limits() if protocol is V5 else None
        self._client.connect(broker.host, broker.port, broker.keepalive_s, properties=limits)

    def _make_client(self, broker: BrokerSection, protocol: MQTTProtocolVersion) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=broker.client_id,
            protocol=protocol,
            # False also keeps paho from stepping down to MQTT 3.1 by itself.
            reconnect_on_failure=False,
        )
        if broker.user:
            client.username_pw_set(broker.user, _password(broker))
        if broker.ca_file:
            client.tls_set(broker.ca_file, broker.cert_file or None, broker.key_file or None)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        return client

    # ------------------------------------------------------------ driven by the loop

    def drain(self, wait: float, longest: float, messages: int, size: int) -> list[Arrival]:
        """What has arrived: waits `wait` seconds for a first message, and gathers for `longest`.

        At most about so many messages, or bytes. Empty if nothing came.
        """
        self._drive(wait)
        until = time.monotonic() + longest
        while self._arrived and not self.ended and time.monotonic() < until:
            before = len(self._arrived)
            if before >= messages or self._bytes >= size or not self._drive(LINGER):
                break
        arrived, self._arrived, self._bytes = self._arrived, [], 0
        return arrived

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, qos=1, retain=retain)

    def close(self) -> None:
        self._client.disconnect()

    def _drive(self, wait: float) -> bool:
        """Read and write once; False if there was nothing to read for `wait` seconds."""
        connection = self._client.socket()
        if connection is None:
            self._end("the connection is closed")
            return False
        writers = [connection] if self._client.want_write() else []
        # TLS may hold a packet that select() does not see.
        pending = isinstance(connection, ssl.SSLSocket) and connection.pending() > 0
        readable, writable, _ = select.select([connection], writers, [], 0 if pending else wait)
        if readable or pending:
            self._note(self._client.loop_read())
        if writable:
            self._note(self._client.loop_write())
        self._note(self._client.loop_misc())
        return bool(readable or pending)

    def _note(self, code: MQTTErrorCode) -> None:
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self._end(mqtt.error_string(code))

    def _end(self, why: str) -> None:
        self.up = False
        self.ended = self.ended or why

    # ------------------------------------------------------------ called by paho, in our thread

    def _on_connect(
        self,
        client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self.acknowledged = True
        if reason.is_failure:
            self._end(f"refused: {reason}")
            return
        client.subscribe([(f"senyum/1/+/{kind}", 1) for kind in wire.KINDS_FROM_KIOSK])

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            self._end(f"may not subscribe to senyum/1/+: {refused[0]}")
        else:
            self.up = True

    def _on_message(
        self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage
    ) -> None:
        # Retained or repeated: no difference. What is stored already is not stored again.
        payload = bytes(message.payload)
        self._bytes += len(payload)
        self._arrived.append(Arrival(_topic(message), payload, self._now_ms()))

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._end(f"disconnected: {reason}")


def _limits() -> Properties:
    """Nothing far beyond what is valid need reach us; MQTT 3.1.1 leaves this to the broker."""
    limits = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    limits.MaximumPacketSize = 2 * wire.MAX_BYTES
    return limits


def _topic(message: mqtt.MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError as error:
        return bytes(error.object).decode("utf-8", "backslashreplace")


def _password(broker: BrokerSection) -> str | None:
    """Read at each connection, so that a changed password needs no restart."""
    if not broker.password_file:
        return None
    return Path(broker.password_file).read_text(encoding="utf-8").strip()
