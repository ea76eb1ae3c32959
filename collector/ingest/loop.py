"""The loop of ingest: connect, drain, take, publish receipts; again, whatever the broker does."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from collector.config import BrokerSection, IngestSection
from collector.crash import Crash
from collector.ingest.inbox import Arrival
from collector.ingest.outgoing import Desk
from collector.ingest.step import Sealed
from collector.ingest.subscriber import V5, V311, Subscriber

log = logging.getLogger("senyum.collector.ingest")

TICK: Final = 0.5  # seconds that the loop waits at most before it looks around
FIRST_PAUSE: Final = 0.5  # seconds: ceiling of the pause before the second try, doubled up to …
LONGEST_PAUSE: Final = 30.0
CONNECT_LIMIT: Final = 15.0  # seconds from CONNECT to the subscription
DRAIN_BYTES: Final = 8 * 1024 * 1024

Take = Callable[[Sequence[Arrival]], list[Sealed]]


class Loop:
    """Step by step; `random` gives numbers in [0, 1), `now_ms` is the wall clock."""

    def __init__(
        self,
        broker: BrokerSection,
        settings: IngestSection,
        take: Take,
        *,
        crash: Crash,
        random: Callable[[], float],
        now_ms: Callable[[], int],
        desk: Desk,
    ) -> None:
        self._broker = broker
        self._settings = settings
        self._take = take
        self._crash = crash
        self._random = random
        self._now_ms = now_ms
        self._desk = desk
        self._subscriber: Subscriber | None = None
        self._told = False  # of this connection, that it is up
        self._began = 0.0
        self._next_try = 0.0
        self._ceiling = FIRST_PAUSE
        self.protocol = V5

    @property
    def connected(self) -> bool:
        return self._subscriber is not None and self._subscriber.up

    def step(self) -> None:
        """One drain, or one try to connect, or a short wait."""
        if self._subscriber is None:
            self._connect()
            return
        self._drain(self._subscriber)
        self._judge(self._subscriber)
        self._tell()

    def close(self) -> None:
        if self._subscriber is not None:
            self._subscriber.close()

    def _drain(self, subscriber: Subscriber) -> None:
        longest = self._settings.drain_ms / 1000
        arrivals = subscriber.drain(TICK, longest, self._settings.drain_messages, DRAIN_BYTES)
        if arrivals:
            for topic, payload in self._take(arrivals):
                subscriber.publish(topic, payload)
            self._crash("after_receipts")

    def _tell(self) -> None:
        """Settings and commands that an admin has for kiosks."""
        if self._subscriber is not None and self._subscriber.up:
            for topic, payload, retain in self._desk.due(self._now_ms()):
                self._subscriber.publish(topic, payload, retain=retain)

    def _judge(self, subscriber: Subscriber) -> None:
        if subscriber.up and not self._told:
            log.info("connected broker=%s protocol=%s", self._where, self.protocol.name)
            self._ceiling, self._told = FIRST_PAUSE, True
            self._desk.connected()
        late = time.monotonic() > self._began + CONNECT_LIMIT
        if subscriber.ended or (late and not self._told):
            self._lose(subscriber)

    def _connect(self) -> None:
        pause = self._next_try - time.monotonic()
        if pause > 0:
            time.sleep(min(pause, TICK))
            return
        self._began, self._told = time.monotonic(), False
        try:
            self._subscriber = Subscriber(self._broker, self.protocol, self._now_ms)
        except (OSError, ValueError) as error:
            self._wait(str(error))

    def _lose(self, subscriber: Subscriber) -> None:
        subscriber.close()
        self._subscriber = None
        if not self._told:
            # A broker without MQTT 5 says so, or hangs up without a word.
            self.protocol = V311 if self.protocol is V5 else V5
        self._wait(subscriber.ended or "no answer from the broker")

    def _wait(self, why: str) -> None:
        """All the jitter there is: a broker that comes back is not met by everybody at once."""
        self._next_try = time.monotonic() + self._random() * self._ceiling
        self._ceiling = min(LONGEST_PAUSE, 2 * self._ceiling)
        log.warning("not_connected broker=%s error=%s", self._where, why)

    @property
    def _where(self) -> str:
        return f"{self._broker.host}:{self._broker.port}"
