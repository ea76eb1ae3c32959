"""What paho does that costs others their messages, shown; and what the uplink does about it."""

import logging
import select
import socket
import threading
import time
from contextlib import contextmanager

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from kiosk.config import BrokerSection
from kiosk.link import Listener, Publish, Ready, Up, Will
from kiosk.uplink import Uplink
from tests.brokers import HOST, Mosquitto, free_port

KIOSK = "dukcapil-01"
RECEIPT = f"senyum/1/{KIOSK}/receipt"


def client(protocol=mqtt.MQTTv311, name=""):
    return mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=protocol)


def until(true, seconds=10, step=lambda: time.sleep(0.01)):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        step()


def send(port, topic, payload):
    sender = client()
    sender.connect(HOST, port)
    sender.loop_start()
    sender.publish(topic, payload, qos=1).wait_for_publish(10)
    sender.disconnect()
    sender.loop_stop()


class Driven:
    """Our uplink and a panel that does as it is told, moved by the test."""

    def __init__(self, folder, port):
        self.listener = Listener(folder / "panel.sock")
        self.end, self.heard = None, []
        broker = BrokerSection(host=HOST, port=port)
        self.uplink = Uplink(KIOSK, broker, folder / "panel.sock", lambda: 0.01, time.monotonic)

    def step(self):
        self.uplink.step(0.005)
        self.end = self.listener.accept() or self.end
        for message in self.end.receive() if self.end else []:
            self.heard.append(message)
            if message == Ready():
                self.end.send(Will(f"senyum/1/{KIOSK}/status", b"offline"))

    def until(self, true):
        until(true, step=self.step)

    def close(self):
        self.uplink.close()
        if self.end is not None:
            self.end.close()
        self.listener.close()


@contextmanager
def driven(folder, port):
    driven = Driven(folder, port)
    try:
        yield driven
    finally:
        driven.close()


# ---------------------------------------------------------------- an exception in a callback


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_trap_an_exception_in_a_callback_kills_the_thread_but_not_the_look_of_it(mosquitto):
    listener = client()
    listener.on_message = lambda *_: 1 / 0
    listener.connect(HOST, mosquitto.port)
    listener.subscribe("t", qos=1)
    listener.loop_start()
    network = next(t for t in threading.enumerate() if t.name.startswith("paho-mqtt-client"))
    until(listener.is_connected)
    send(mosquitto.port, "t", b"poison")
    network.join(10)
    assert not network.is_alive()
    assert listener.is_connected(), "dead, and still it says that it is connected"


def test_ours_an_exception_ends_the_loop_loudly(mosquitto, tmp_path, monkeypatch):
    with driven(tmp_path, mosquitto.port) as ours:
        ours.until(lambda: Up() in ours.heard)
        monkeypatch.setattr(ours.uplink, "_tell", lambda _message: 1 / 0)
        send(mosquitto.port, RECEIPT, b"poison")
        with pytest.raises(ZeroDivisionError):
            ours.until(lambda: False)


# ---------------------------------------------------------------- refused, yet "published"


@pytest.fixture
def forbidding(tmp_path):
    """A broker at which nobody may write."""
    rules = tmp_path / "acl"
    rules.write_text("topic read #\n")
    rules.chmod(0o600)
    with Mosquitto(tmp_path, f"acl_file {rules}") as broker:
        yield broker


@pytest.mark.parametrize(
    ("protocol", "told"), [(mqtt.MQTTv5, "Not authorized"), (mqtt.MQTTv311, "Success")]
)
def test_trap_a_refused_publish_counts_as_published(forbidding, protocol, told):
    refused, reasons = client(protocol), []
    refused.on_publish = lambda _c, _u, _mid, reason, _p: reasons.append(str(reason))
    refused.connect(HOST, forbidding.port)
    refused.loop_start()
    info = refused.publish("t", b"x", qos=1)
    info.wait_for_publish(10)
    refused.disconnect()
    refused.loop_stop()
    assert info.is_published()
    assert reasons == [told], "MQTT 3.1.1 has no way to say no"


def test_ours_a_refused_publish_is_told_and_nothing_is_taken_for_proof(
    forbidding, tmp_path, caplog
):
    with driven(tmp_path, forbidding.port) as ours:
        ours.until(lambda: Up() in ours.heard)
        ours.end.send(Publish("t", b"x", 1, False))
        ours.until(lambda: "publish refused reason=Not authorized" in caplog.text)
        assert ours.heard[-1] == Up(), "the panel hears of receipts only"


def test_ours_a_publish_that_nobody_hears_is_no_refusal(mosquitto, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    with driven(tmp_path, mosquitto.port) as ours:
        ours.until(lambda: Up() in ours.heard)
        ours.end.send(Publish("nobody/subscribes", b"x", 1, False))
        ours.until(lambda: "nobody/subscribes" in mosquitto.log.read_text())
        ours.step()
        assert "refused" not in caplog.text


# ---------------------------------------------------------------- only in memory


def test_trap_what_is_published_offline_lives_in_memory_only(mosquitto):
    heard, listener = [], client()
    listener.on_message = lambda _c, _u, message: heard.append(message.payload)
    listener.connect(HOST, mosquitto.port)
    listener.subscribe("t", qos=1)
    listener.loop_start()
    before = client(name=KIOSK)
    assert before.publish("t", b"accepted offline", qos=1).rc == mqtt.MQTT_ERR_NO_CONN
    del before  # the process ends
    send(mosquitto.port, "t", b"after the restart")
    until(lambda: heard)
    listener.disconnect()
    listener.loop_stop()
    assert heard == [b"after the restart"]


# ---------------------------------------------------------------- in-flight limits


CONNECT, PUBLISH, SUBSCRIBE = 1, 3, 8


class Silent:
    """A broker that accepts connections and acknowledges nothing else; counts PUBLISH packets."""

    def __init__(self):
        self.port = free_port()
        self._listener = socket.create_server((HOST, self.port))
        self.publishes = [0]
        self._connection = None
        self._v5 = False

    def close(self):
        self.hang_up()
        self._listener.close()

    def hang_up(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self.publishes.append(0)

    def step(self):
        """Take what has come; a test's packets are short, so a packet is never cut."""
        end = self._connection or self._listener
        readable, _, _ = select.select([end], [], [], 0.02)
        if not readable:
            return
        if self._connection is None:
            self._connection, _ = self._listener.accept()
        for packet in self._packets():
            self._answer(packet)

    def _packets(self):
        stream = self._connection.recv(65536)
        while stream:
            end = 2 + stream[1]
            yield stream[:end]
            stream = stream[end:]

    def _answer(self, packet):
        kind = packet[0] >> 4
        if kind == CONNECT:
            self._v5 = packet[8] == mqtt.MQTTv5
            self._reply(0x20, b"\x00\x00")
        elif kind == PUBLISH:
            self.publishes[-1] += 1
        elif kind == SUBSCRIBE:
            self._reply(0x90, packet[2:4], b"\x01")

    def _reply(self, kind, head, rest=b""):
        body = head + (b"\x00" if self._v5 else b"") + rest  # MQTT 5: no properties
        self._connection.sendall(bytes([kind, len(body)]) + body)


@pytest.fixture
def silent():
    silent = Silent()
    yield silent
    silent.close()


def test_trap_limits_of_what_is_under_way_are_forgotten_at_a_reconnect(silent):
    flooding = client()
    flooding.max_inflight_messages_set(2)
    flooding.connect(HOST, silent.port)
    flooding.loop_start()
    until(flooding.is_connected, step=silent.step)
    for number in range(20):
        flooding.publish("t", b"%d" % number, qos=1)
    until(lambda: silent.publishes[0] >= 2, step=silent.step)
    for _ in range(5):
        silent.step()
    silent.hang_up()
    until(lambda: silent.publishes[-1] >= 20, step=silent.step)
    flooding.disconnect()
    flooding.loop_stop()
    assert silent.publishes[0] == 2
    assert silent.publishes[1] == 20, "the limit was 2"


def test_ours_a_new_connection_begins_with_nothing_under_way(silent, tmp_path):
    with driven(tmp_path, silent.port) as ours:

        def step():
            ours.step()
            silent.step()

        until(lambda: Up() in ours.heard, step=step)
        for number in range(20):
            ours.end.send(Publish("t", b"%d" % number, 1, False))
        until(lambda: silent.publishes[0] >= 20, step=step)
        ours.heard.clear()
        silent.hang_up()
        until(lambda: Up() in ours.heard, step=step)
        for _ in range(5):
            step()
        assert silent.publishes[1:] == [0]
