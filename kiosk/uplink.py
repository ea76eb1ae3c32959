"""Carries bytes between the panel's socket and the broker. The only file that imports paho.

It has no pins, no signing key and no outbox: whoever takes it over can forge nothing. One thread
drives everything, so an exception ends the process instead of a thread that nobody misses. A
client lives for one connection: nothing half-sent outlives it; what matters, the panel sends again.
"""

import logging
import select
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from kiosk import wire
from kiosk.backoff import Backoff
from kiosk.config import BrokerSection
from kiosk.link import (
    Arrived,
    Down,
    LinkClosed,
    Publish,
    Ready,
    ToUplink,
    Up,
    UplinkEnd,
    Will,
    call,
)

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike  # exists for type checkers only

log = logging.getLogger("senyum.kiosk.uplink")

CALL_AGAIN: Final = 0.5  # seconds between two looks for the panel
CONNECT_LIMIT: Final = 15.0  # seconds from CONNECT to a subscription
STEADY: Final = 30.0  # a connection that lasted so long was a good one
_V5, _V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
PROTOCOLS: Final = (_V5, _V311)  # in the order in which they are tried


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
        self._client.publish(message.topic, message.payload, message.qos, message.retain)

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
        _mid: int,
        reason: ReasonCode,
        _properties: Properties,
    ) -> None:
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


class Uplink:
    """The loop between panel and broker. `now` is a monotonic clock in seconds."""

    def __init__(
        self,
        kiosk: str,
        broker: BrokerSection,
        panel: Path,
        random: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        self._kiosk = kiosk
        self._broker = broker
        self._panel = panel
        self._now = now
        self._backoff = Backoff(random)
        self._line: UplinkEnd | None = None
        self._session: Session | None = None
        self._asked = False  # for a will
        self._announced = False  # the panel has been told that we are up
        self._began = 0.0  # when the session began
        self._next_try = 0.0  # when to look for the panel, or to connect
        self._trouble = ""  # why we are not connected, as last told
        self.protocol = _V5

    def step(self, timeout: float) -> None:
        """Do what is due, waiting at most `timeout` seconds for something to happen."""
        try:
            self._prepare()
            self._carry(timeout)
            self._judge_session()
        except LinkClosed as error:
            log.warning("panel gone error=%s", error)
            self._hang_up()

    def close(self) -> None:
        self._hang_up()

    # ------------------------------------------------------------ panel

    def _prepare(self) -> None:
        """Find the panel; ask it for a last will when it is time to connect."""
        if self._now() < self._next_try:
            return
        if self._line is None:
            self._line = call(self._panel)
            self._next_try = self._now() + (CALL_AGAIN if self._line is None else 0.0)
        elif self._session is None and not self._asked:
            self._asked = True
            self._line.send(Ready())

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._session is not None:
            self._session.drop()
        self._line = self._session = None
        self._asked = self._announced = False
        self._next_try = self._now() + CALL_AGAIN

    def _tell(self, message: Up | Down | Arrived) -> None:
        if self._line is not None:
            self._line.send(message)

    def _obey(self, message: ToUplink) -> None:
        match message:
            case Will() if self._session is None:
                self._connect(message)
            case Publish() if self._session is not None and self._session.up:
                self._session.publish(message)
            case _:
                log.info("dropped, not connected topic=%s", message.topic)

    # ------------------------------------------------------------ bytes

    def _carry(self, timeout: float) -> None:
        line, session = self._line, self._session
        mqtt_socket = session.socket if session is not None else None
        readers = [end for end in (line, mqtt_socket) if end is not None]
        writers = self._writers()
        if session is not None and session.has_unread:
            timeout = 0.0
        wait = max(0.0, min(timeout, self._until_next_try()))
        readable, writable, _ = select.select(readers, writers, [], wait)
        if line is not None:
            self._carry_from_panel(line, readable=line in readable, writable=line in writable)
        if session is not None and session is self._session:
            session.drive(readable=mqtt_socket in readable or session.has_unread)

    def _writers(self) -> "list[UplinkEnd | SocketLike]":
        writers: list[UplinkEnd | SocketLike] = []
        if self._line is not None and self._line.wants_write:
            writers.append(self._line)
        if self._session is not None and self._session.wants_write and self._session.socket:
            writers.append(self._session.socket)
        return writers

    def _carry_from_panel(self, line: UplinkEnd, *, readable: bool, writable: bool) -> None:
        if writable:
            line.flush()
        if readable:
            for message in line.receive():
                self._obey(message)

    def _until_next_try(self) -> float:
        waiting = self._line is None or (self._session is None and not self._asked)
        return self._next_try - self._now() if waiting else CONNECT_LIMIT

    # ------------------------------------------------------------ broker

    def _connect(self, will: Will) -> None:
        """May block for as long as the operating system looks for the broker, not longer."""
        self._asked = False
        self._began = self._now()
        try:
            self._session = Session(self._kiosk, self._broker, self.protocol, will, self._deliver)
        except (OSError, UnicodeError) as error:
            self._wait_before_next_try(str(error))

    def _deliver(self, topic: str, payload: bytes) -> None:
        self._tell(Arrived(topic, payload))

    def _judge_session(self) -> None:
        session = self._session
        if session is None:
            return
        if session.up and not self._announced:
            log.info("connected protocol=%s", self.protocol.name)
            self._trouble = ""
            self._announced = True
            self._tell(Up())
        if not session.up and self._now() - self._began > CONNECT_LIMIT:
            session.ended = session.ended or "no answer to CONNECT"
        if session.ended is not None:
            self._end(session, session.ended)

    def _end(self, session: Session, why: str) -> None:
        session.drop()
        self._session = None
        if self._announced:
            self._announced = False
            self._tell(Down())
        if self._now() - self._began > STEADY:
            self._backoff.worked()
        if session.unsupported and self.protocol == _V5:
            self.protocol = _V311  # NATS, which says so: no reason to wait
            return
        if not session.acknowledged:
            self.protocol = _V311 if self.protocol == _V5 else _V5  # some just hang up
        self._wait_before_next_try(why)

    def _wait_before_next_try(self, why: str) -> None:
        wait = self._backoff.failed()
        self._next_try = self._now() + wait
        # Weeks without network are normal: the same trouble is told once.
        level = logging.DEBUG if why == self._trouble else logging.WARNING
        self._trouble = why
        log.log(level, "not connected reason=%r next_try_s=%.1f", why, wait)
