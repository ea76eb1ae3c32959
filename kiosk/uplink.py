"""Carries bytes between the panel's socket and the broker.

It has no pins, no signing key and no outbox: whoever takes it over can forge nothing. One thread
drives everything. Whatever it waits for has its time (kiosk/deadlines.py): what hangs is left.
"""

import logging
import math
import select
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kiosk import machine
from kiosk.backoff import Backoff
from kiosk.config import BrokerSection
from kiosk.deadlines import GRACE, LIMITS, Deadlines, Wait
from kiosk.link import (
    Arrived,
    Down,
    LinkClosed,
    Publish,
    Ready,
    Signal,
    ToUplink,
    Up,
    UplinkEnd,
    Will,
    call,
)
from kiosk.session import V5, V311, Session

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike  # exists for type checkers only

log = logging.getLogger("senyum.kiosk.uplink")

CALL_AGAIN: Final = 0.5  # seconds between two looks for the panel
SIGNAL_EVERY: Final = 60.0  # seconds between two looks at the Wi-Fi's strength, as health comes
STEADY: Final = 30.0  # a connection that lasted so long was a good one

_OVERDUE: Final[dict[Wait, str]] = {
    "panel": "the panel says nothing",
    "connect": "no answer to CONNECT",
    "broker": "the broker says nothing",
    "acknowledgement": "the broker acknowledges nothing",
}


class Uplink:
    """The loop between panel and broker. `now` is a monotonic clock in seconds."""

    def __init__(
        self,
        kiosk: str,
        broker: BrokerSection,
        panel: Path,
        random: Callable[[], float],
        now: Callable[[], float],
        *,
        wifi: Callable[[], int | None] = machine.wifi,
    ) -> None:
        self._kiosk = kiosk
        self._broker = broker
        self._panel = panel
        self._now = now
        self._wifi = wifi
        self._next_signal = 0.0
        self._signal = Signal(None)  # as last told
        self._backoff = Backoff(random)
        self._deadlines = Deadlines(now)
        self._oldest: int | None = None  # message that the broker has not acknowledged
        self._line: UplinkEnd | None = None
        self._session: Session | None = None
        self._asked = False  # for a will
        self._announced = False  # the panel has been told that we are up
        self._began = 0.0  # when the session began
        self._next_try = 0.0  # when to look for the panel, or to connect
        self._trouble = ""  # why we are not connected, as last told
        self.protocol = V5

    def step(self, timeout: float) -> None:
        """Do what is due, waiting at most `timeout` seconds for something to happen."""
        try:
            self._prepare()
            self._carry(timeout)
            self._judge_panel()
            self._judge_session()
        except LinkClosed as error:
            log.warning("panel gone error=%s", error)
            self._hang_up()

    def close(self) -> None:
        self._hang_up()

    def in_time(self) -> bool:
        """Is nothing overdue that a step should have ended? Tries that fail in time are fine."""
        what = self._deadlines.overdue(GRACE)
        if what is not None:
            log.error("not in time, and not begun anew reason=%r", _OVERDUE[what])
        return what is None

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
            self._deadlines.wait("panel")
            self._line.send(Ready())

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._session is not None:
            self._session.drop()
        self._line = self._session = self._oldest = None
        self._asked = self._announced = False
        self._deadlines.met(*LIMITS)
        self._next_try = self._now() + CALL_AGAIN

    def _tell(self, message: Up | Signal | Down | Arrived) -> None:
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
            heard = mqtt_socket in readable or session.has_unread
            session.drive(readable=heard)
            self._watch(session, heard)

    def _watch(self, session: Session, heard: bool) -> None:
        """Renew what the broker has just kept. A slow line is in time while it moves."""
        if heard:
            # paho asks a silent broker after `keepalive_s`, and gives it as long again.
            self._deadlines.renew("broker", 2 * session.keepalive_s)
        if session.oldest != self._oldest:
            self._oldest = session.oldest
            if self._oldest is None:
                self._deadlines.met("acknowledgement")
            else:
                self._deadlines.wait("acknowledgement")

    def _writers(self) -> "list[FileDescriptorLike]":
        writers: list[FileDescriptorLike] = []
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
                self._deadlines.renew("panel")
                self._obey(message)

    def _until_next_try(self) -> float:
        waiting = self._line is None or (self._session is None and not self._asked)
        return self._next_try - self._now() if waiting else math.inf

    # ------------------------------------------------------------ broker

    def _connect(self, will: Will) -> None:
        """May block for as long as the operating system looks for the broker, not longer."""
        self._asked = False
        self._deadlines.met("panel")
        self._began = self._now()
        try:
            self._session = Session(self._kiosk, self._broker, self.protocol, will, self._deliver)
        except (OSError, UnicodeError) as error:
            self._wait_before_next_try(str(error))
        else:
            self._deadlines.wait("connect")

    def _deliver(self, topic: str, payload: bytes) -> None:
        self._tell(Arrived(topic, payload))

    def _judge_panel(self) -> None:
        """A panel that hangs: without us the broker publishes its last will, which is the truth."""
        if self._deadlines.overdue() == "panel":
            raise LinkClosed(_OVERDUE["panel"])

    def _judge_session(self) -> None:
        session = self._session
        if session is None:
            return
        if session.up and not self._announced:
            self._announce(session)
        if self._announced and self._now() >= self._next_signal:
            self._tell_signal()
        overdue = self._deadlines.overdue()
        why = session.ended or (_OVERDUE[overdue] if overdue is not None else None)
        if why is not None:
            self._end(session, why)

    def _tell_signal(self) -> None:
        """What has changed since it was last told; a cable has nothing to tell."""
        self._next_signal = self._now() + SIGNAL_EVERY
        signal = Signal(self._wifi())
        if signal != self._signal:
            self._signal = signal
            self._tell(signal)

    def _announce(self, session: Session) -> None:
        log.info("connected protocol=%s", self.protocol.name)
        self._trouble = ""
        self._announced = True
        self._deadlines.met("connect")
        self._deadlines.wait("panel")
        self._deadlines.wait("broker", 2 * session.keepalive_s)
        self._tell(Up())
        self._next_signal, self._signal = self._now(), Signal(None)

    def _end(self, session: Session, why: str) -> None:
        session.drop()
        self._session = self._oldest = None
        self._deadlines.met(*LIMITS)
        if self._announced:
            self._announced = False
            self._tell(Down())
        if self._now() - self._began > STEADY:
            self._backoff.worked()
        if session.unsupported and self.protocol == V5:
            self.protocol = V311  # NATS, which says so: no reason to wait
            return
        if not session.acknowledged:
            self.protocol = V311 if self.protocol == V5 else V5  # some just hang up
        self._wait_before_next_try(why)

    def _wait_before_next_try(self, why: str) -> None:
        wait = self._backoff.failed()
        self._next_try = self._now() + wait
        # Weeks without network are normal: the same trouble is told once.
        level = logging.DEBUG if why == self._trouble else logging.WARNING
        self._trouble = why
        log.log(level, "not connected reason=%r next_try_s=%.1f", why, wait)
