"""The proxy of the fault tests does what it is told, packet by packet."""

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.brokers import HOST, Mosquitto
from tests.proxy import Fate, Proxy, Treat, as_it_is, is_publish
from tests.whole import until

TOPIC = "a/b"
LONG = b"x" * 20_000  # its length takes three bytes


def through(broker: Mosquitto, treat: Treat, payloads: list[bytes]) -> list[bytes]:
    """What a subscriber behind the proxy gets of what is published beside it."""
    got: list[bytes] = []
    subscribed: list[int] = []
    with Proxy(broker, treat) as proxy:
        reader = mqtt.Client(CallbackAPIVersion.VERSION2, "reader", reconnect_on_failure=False)
        reader.on_message = lambda _c, _u, message: got.append(message.payload)
        reader.on_subscribe = lambda *_: subscribed.append(1)
        reader.connect(HOST, proxy.port)
        reader.loop_start()
        reader.subscribe(TOPIC, qos=1)
        until("a subscription", lambda: bool(subscribed))
        writer = mqtt.Client(CallbackAPIVersion.VERSION2, "writer")
        writer.connect(HOST, broker.port)
        writer.loop_start()
        for payload in [*payloads, b"last"]:
            writer.publish(TOPIC, payload, qos=1).wait_for_publish(10)
        until("the last", lambda: b"last" in got or not reader.is_connected())
        for client in (reader, writer):
            client.disconnect()
            client.loop_stop()
    return got


def only_publish(fate: Treat) -> Treat:
    def treat(way, packet):
        return fate(way, packet) if way == "down" and is_publish(packet) else Fate((packet,))

    return treat


@pytest.mark.parametrize(
    ("treat", "expected"),
    [
        (as_it_is, [LONG, b"1", b"last"]),
        (only_publish(lambda _, p: Fate((p, p))), [LONG, LONG, b"1", b"1", b"last", b"last"]),
        (only_publish(lambda _, p: Fate((p,) if p.endswith(b"last") else ())), [b"last"]),
        (only_publish(lambda _, p: Fate((p[:10],), cut=True)), []),
    ],
    ids=["as it is", "twice", "lost", "cut"],
)
def test_a_packet_fares_as_it_is_told(
    treat: Treat, expected: list[bytes], mosquitto: Mosquitto
) -> None:
    got = through(mosquitto, treat, [LONG, b"1"])
    assert got == expected
