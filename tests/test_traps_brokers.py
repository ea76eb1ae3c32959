"""What brokers do that costs others their messages, shown; and that receipts make it harmless."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.brokers import HOST, Broker, Mosquitto, Nats
from tests.fleet import TestCollector

PATIENCE = 20.0
TOPIC = "senyum/1/dukcapil-01/votes"
QUEUED = 1000  # what Mosquitto keeps for one client that is away, unless told otherwise


class Client:
    """A client with a session that the broker is to keep, as a tutorial would write it."""

    def __init__(self, broker: Broker, name: str, acknowledge: bool = True) -> None:
        self.got: list[bytes] = []
        self.subscribed = False
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, name, clean_session=False, manual_ack=not acknowledge
        )
        self._client.on_message = lambda _c, _u, message: self.got.append(message.payload)
        self._client.on_subscribe = self._on_subscribe
        self._client.connect(HOST, broker.port)
        self._client.loop_start()

    def _on_subscribe(self, *_arguments: object) -> None:
        self.subscribed = True

    def subscribe(self) -> None:
        self._client.subscribe(TOPIC, qos=1)
        until(lambda: self.subscribed)

    def publish(self, *payloads: bytes) -> None:
        """Returns when the broker has acknowledged each of them."""
        sent = [self._client.publish(TOPIC, payload, qos=1) for payload in payloads]
        for message in sent:
            message.wait_for_publish(PATIENCE)
        assert all(message.is_published() for message in sent)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def client(broker: Broker, name: str, acknowledge: bool = True) -> Iterator[Client]:
    opened = Client(broker, name, acknowledge)
    try:
        yield opened
    finally:
        opened.close()


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def away(broker: Broker) -> None:
    """A subscriber with a kept session, which is away now."""
    with client(broker, "collector") as collector:
        collector.subscribe()


def received(broker: Broker, last: bytes) -> list[bytes]:
    """What the subscriber gets when it comes back, up to the message `last`, sent only now."""
    with client(broker, "collector") as collector, client(broker, "marker") as marker:
        collector.subscribe()
        marker.publish(last)
        until(lambda: last in collector.got)
        return [payload for payload in collector.got if payload != last]


@pytest.mark.fault(3, how="trap: Mosquitto loses what it has acknowledged when killed")
def test_trap_mosquitto_loses_what_it_has_acknowledged_when_killed(mosquitto: Mosquitto):
    away(mosquitto)
    with client(mosquitto, "kiosk") as kiosk:
        kiosk.publish(*[b"%d" % number for number in range(50)])
    mosquitto.restart()
    assert received(mosquitto, b"last") == []


def test_trap_mosquitto_drops_beyond_a_thousand_and_acknowledges_all_the_same(
    mosquitto: Mosquitto,
):
    away(mosquitto)
    with client(mosquitto, "kiosk") as kiosk:
        kiosk.publish(*[b"%d" % number for number in range(QUEUED + 200)])
    got = received(mosquitto, b"last")
    assert len(got) == QUEUED
    assert b"%d" % (QUEUED + 199) not in got


class Impatient(Nats):
    """Waits one second for an acknowledgement and not thirty, so that the test need not either."""

    def arguments(self) -> list[str]:
        arguments = super().arguments()
        config = Path(arguments[-1])
        config.write_text(config.read_text().replace("mqtt {", 'mqtt { ack_wait: "1s",'))
        return arguments


def test_trap_nats_gives_again_what_was_not_acknowledged_before_it_was_killed(tmp_path: Path):
    with Impatient(tmp_path) as nats:
        with client(nats, "collector", acknowledge=False) as collector:
            collector.subscribe()
            with client(nats, "kiosk") as kiosk:
                kiosk.publish(b"1", b"2", b"3")
            until(lambda: len(collector.got) == 3)
            nats.kill()
        nats.start()
        with client(nats, "collector") as collector:
            until(lambda: {b"1", b"2", b"3"} <= set(collector.got))


# ---------------------------------------------------------------- what receipts make of it


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.mark.fault(3, 4, how="a batch is lost on its way; in-process")
def test_ours_a_lost_message_is_asked_for_again(collector: TestCollector):
    """The broker lost the first batch: what follows it is not stored, and the cursor goes back."""
    kiosk = collector.kiosk()
    for _ in range(4):
        kiosk.press("smile")
    (receipt,) = collector.take(kiosk.votes(2, 4))
    assert (receipt.status, receipt.through) == ("ok", 0)
    (receipt,) = collector.take(kiosk.votes(receipt.through))
    assert receipt.through == 4


@pytest.mark.fault(12, how="one batch 1,000 times; in-process")
def test_ours_a_message_that_comes_a_thousand_times_is_stored_once(collector: TestCollector):
    kiosk = collector.kiosk()
    kiosk.press("smile")
    sealed = kiosk.votes()
    for _ in range(5):
        collector.take(*[sealed] * 200)
    assert collector.stored(kiosk) == [(1, "smile")]
    assert collector.counted() == {("loket-1", "smile"): 1}
