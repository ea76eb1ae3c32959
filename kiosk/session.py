"""One connection to the broker, from CONNECT to its end. The only file that imports paho.

A client lives for one connection: nothing half-sent outlives it; what matters, the panel sends
again. paho has no thread of its own, so an exception ends the process instead of a thread that
nobody misses.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from kiosk import wire
from kiosk.config import BrokerSection
from kiosk.link import Publish, Will

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike  # exists for type checkers only

log = logging.getLogger("senyum.kiosk.uplink")

V5, V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
PROTOCOLS: Final = (V5, V311)  # in the order in which they are tried


class Session:
    """One connection to the broker, from CONNECT to its end.

    `ended` says why it is over; `acknowledged` whether the broker ever answered CONNECT.
    """

    def __init__(
        self,
        kiosk: str,
        broker: BrokerSection,
        protocol: MQTTProtocolVersion,
        will: Will | None,
        arrived: Callable[[str, bytes], None],
        *,
        name: str | None = None,
    ) -> None:
        """`name`: how it calls itself at the broker, if not as the kiosk."""
        self.up = False
        self.ended: str | None = None
        self.refusal: str | None = None  # of CONNECT, by its name in MQTT 5
        self.unsupported = False
        self.acknowledged = False
        self._under_way: dict[int, None] = {}  # published, by number, the oldest first
        self._topics = [wire.topic_of(kiosk, kind) for kind in wire.KINDS_TO_KIOSK]
        self._arrived = arrived
        self._client = self._make_client(name or kiosk, broker, protocol)
        if will is not None:
            # A retained hint for people; liveness is the age of health.
            self._client.will_set(will.topic, will.payload, qos=1, retain=True)
        self._client.connect(broker.host, broker.port, broker.keepalive_s)

    def _make_client(
        self, name: str, broker: BrokerSection, protocol: MQTTProtocolVersion
    ) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=name,
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
        client.on_publish = self._on_publish
        client.on_disconnect = self._on_disconnect
        return client

    # ------------------------------------------------------------ driven by the loop

    @property
    def socket(self) -> "SocketLike | None":
        return self._client.socket()

    @property
    def wants_write(self) -> bool:
        return self._client.want_write()

    @property
    def has_unread(self) -> bool:
        """TLS may hold a whole packet that select() does not see."""
        pending = getattr(self.socket, "pending", None)
        return pending is not None and pending() > 0

    def drive(self, *, readable: bool) -> None:
        """Read, write and keep alive, without waiting."""
        if readable:
            self._note(self._client.loop_read())
        if self.wants_write:
            self._note(self._client.loop_write())
        self._note(self._client.loop_misc())

    def publish(self, message: Publish) -> None:
        sent = self._client.publish(message.topic, message.payload, message.qos, message.retain)
        if message.qos:
            self._under_way[sent.mid] = None

    @property
    def oldest(self) -> int | None:
        """Number of the oldest message that the broker has not acknowledged; None: it owes none."""
        return next(iter(self._under_way), None)

    @property
    def keepalive_s(self) -> int:
        """Ours, or that which an MQTT 5 broker has asked for."""
        return self._client.keepalive

    def drop(self) -> None:
        """Close without a goodbye: the broker then publishes the last will, which is the truth."""
        if (connection := self.socket) is not None:
            connection.close()

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
            self.refusal = str(reason)
            self.unsupported = reason == "Unsupported protocol version"
            self._end(f"refused: {reason}")
            return
        client.subscribe([(topic, 1) for topic in self._topics])

    def _on_subscribe(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        refused = [
            f"{topic}: {reason}"
            for topic, reason in zip(self._topics, reasons, strict=False)  # as many as it likes
            if reason.is_failure
        ]
        if refused:
            self._end(f"may not subscribe to {refused[0]}")
        else:
            self.up = True

    def _on_message(
        self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage
    ) -> None:
        if len(message.payload) > wire.MAX_BYTES:
            log.warning("message dropped topic=%s bytes=%d", message.topic, len(message.payload))
            return
        self._arrived(message.topic, bytes(message.payload))

    def _on_publish(
        self,
        _client: mqtt.Client,
        _userdata: object,
        mid: int,
        reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        self._under_way.pop(mid, None)
        # Only MQTT 5 tells; 3.1.1 acknowledges what it refuses. Only a receipt is proof.
        if reason.is_failure:
            log.warning("publish refused reason=%s", reason)

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _userdata: object,
        _flags: mqtt.DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._end(f"disconnected: {reason}")


def _password(broker: BrokerSection) -> str | None:
    """Read at each connection, so that a changed password needs no restart."""
    if not broker.password_file:
        return None
    return Path(broker.password_file).read_text(encoding="utf-8").strip()
