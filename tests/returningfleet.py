"""Kiosks that were away for a month: real outboxes, couriers, letters and sessions in one process.

The sockets and the broker are real; only the panel and its UNIX socket are left out.
"""

import select
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from paho.mqtt.enums import MQTTProtocolVersion

from kiosk import wire
from kiosk.backoff import Backoff
from kiosk.ballot import Ballot
from kiosk.clock import SystemClock
from kiosk.config import BrokerSection
from kiosk.courier import Courier, Mark, SendHealth, SendHello, SendVotes
from kiosk.health import Tally
from kiosk.keys import SigningKey
from kiosk.letters import Letters
from kiosk.link import Publish, Will
from kiosk.outbox import Outbox
from kiosk.remote import Remote
from kiosk.session import Session
from kiosk.simulate import ALWAYS_SYNCED

FACES = ("frown", "neutral", "smile")
AWAY_MS = 30 * 86_400_000
STEP_MS = 20


class ReturningKiosk:
    """One kiosk, with an outbox of its own in `folder`."""

    def __init__(
        self, folder: Path, name: str, key: SigningKey, collector_key: str, random: Random
    ) -> None:
        self.name = name
        self.key = key
        self.outbox = Outbox.open(folder / f"{name}.db", name, key.public)
        self._random = random
        self._clock = SystemClock(synced=ALWAYS_SYNCED)
        self._courier = Courier(random)
        self._letters = Letters(
            kiosk=name,
            key=key,
            receipt_keys=(collector_key,),
            outbox=self.outbox,
            clock=self._clock,
            tally=Tally(),
            faces=FACES,
            disk=folder,
            remote=Remote(folder / f"{name}.msg", name, (collector_key,)),
        )
        self._backoff = Backoff(random.random)
        self._session: Session | None = None
        self._told = False
        self._next_try = 0.0
        self.connections = 0

    def vote(self, count: int) -> None:
        """So many votes, spread over the month, in a boot that is over."""
        boot, began = self._random.randbytes(16).hex(), time.time_ns() // 1_000_000 - AWAY_MS
        for number in range(count):
            up = number * AWAY_MS // count
            moment = wire.Moment(boot=boot, up=up, wall=began + up, clock="synced")
            ballot = Ballot(self._random.choice(FACES), "pelayanan", replaces=None, test=False)
            self.outbox.append(ballot, moment, self._random.randbytes)

    @property
    def descriptor(self) -> int | None:
        """Of its connection; None while it has none."""
        socket = None if self._session is None else self._session.socket
        return None if socket is None else socket.fileno()

    @property
    def done(self) -> bool:
        return self.outbox.queue == 0

    def was_refused(self, times: int) -> None:
        """It has tried so often in vain; now it waits for its next try."""
        for _ in range(times):
            self._next_try = time.monotonic() + self._backoff.failed()

    # ------------------------------------------------------------ a step

    def step(self, broker: BrokerSection, *, readable: bool) -> None:
        if self._session is None:
            if time.monotonic() >= self._next_try:
                self._connect(broker)
            return
        self._session.drive(readable=readable)
        if self._session.ended is not None:
            self._lose(self._session)
        elif self._session.up:
            self._speak(self._session)

    def _connect(self, broker: BrokerSection) -> None:
        will = Will(*self._letters.will(birth=1))
        self.connections += 1
        try:
            self._session = Session(
                self.name, broker, MQTTProtocolVersion.MQTTv5, will, self._arrived
            )
        except OSError:
            self._next_try = time.monotonic() + self._backoff.failed()

    def _lose(self, session: Session) -> None:
        session.drop()
        self._session, self._told = None, False
        self._courier.disconnected()
        self._next_try = time.monotonic() + self._backoff.failed()

    def _speak(self, session: Session) -> None:
        now = self._clock.up()
        if not self._told:
            self._told = True
            self._courier.connected(now)
        for action in self._courier.advance(now, self.outbox.checkpoint.seq):
            match action:
                case SendHello(nonce=nonce):
                    session.publish(Publish(*self._letters.hello(nonce), qos=1, retain=False))
                case SendVotes(after=after, nonce=nonce):
                    sealed = self._letters.votes(after, nonce)
                    session.publish(Publish(*sealed, qos=1, retain=False))
                case SendHealth(nonce=nonce):
                    session.publish(
                        Publish(*self._letters.health(nonce, wifi=None), qos=1, retain=False)
                    )
                case Mark(through=through, time=at):
                    self.outbox.mark_receipted(through, at)

    def _arrived(self, topic: str, payload: bytes) -> None:
        receipt = self._letters.receipt(topic, payload)
        self._courier.receipt(receipt, self.outbox.head_at, self._clock.up())

    def close(self) -> None:
        if self._session is not None:
            self._session.drop()
        self.outbox.close()


def bring_back(kiosks: Sequence[ReturningKiosk], broker: BrokerSection, seconds: float) -> float:
    """Let all of them speak until all their votes are confirmed; how many seconds that took."""
    began = time.monotonic()
    while not all(kiosk.done for kiosk in kiosks):
        assert time.monotonic() < began + seconds, "not all votes are confirmed in time"
        ready = _readable(kiosks)
        for kiosk in kiosks:
            kiosk.step(broker, readable=kiosk.descriptor in ready)
    return time.monotonic() - began


def _readable(kiosks: Sequence[ReturningKiosk]) -> set[int]:
    poll = select.poll()  # select() ends at 1,024 open files
    for kiosk in kiosks:
        if kiosk.descriptor is not None:
            poll.register(kiosk.descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poll.poll(STEP_MS)}
