"""Ingest at real brokers: receipts come back, whatever the broker does in between."""

import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from msgspec.structs import replace

from collector.config import BrokerSection, IngestSection
from collector.crash import never
from collector.ingest.inbox import Arrival
from collector.ingest.loop import Loop
from collector.ingest.outgoing import Desk, Outgoing
from collector.ingest.subscriber import V5, V311, Subscriber
from kiosk import keys, wire
from tests.brokers import HOST, Broker, Mosquitto, Nats
from tests.certificates import certificates
from tests.fleet import Sealed, TestCollector, TestKiosk, opened
from tests.mounts import tmpfs

PATIENCE = 20.0  # seconds
DATAGRAMS = (socket.AF_UNIX, socket.SOCK_DGRAM)


class Idle(Desk):
    """Has nothing to tell, and no ledger."""

    def __init__(self) -> None:
        pass

    def connected(self) -> None:
        pass

    def due(self, now_ms: int) -> list[Outgoing]:
        return []


NOTHING_TO_TELL = Idle()


@pytest.fixture(params=[Mosquitto, Nats])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    with request.param(tmp_path) as running:
        yield running


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


def loop_at(broker: BrokerSection, take: Callable, settings: IngestSection | None = None) -> Loop:
    return Loop(
        broker,
        settings or IngestSection(),
        take,
        crash=never,
        random=lambda: 0.01,
        now_ms=lambda: 1_763_860_500_000,
        desk=NOTHING_TO_TELL,
    )


def step_until(loop: Loop, done: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, "the loop did not get there"
        loop.step()


class Field:
    """The kiosks' side of the broker."""

    def __init__(self, broker: Broker) -> None:
        self.receipts: list[wire.Receipt] = []
        self._subscribed = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.connect(HOST, broker.port)
        self._client.loop_start()
        self._client.subscribe("senyum/1/+/receipt", 1)
        assert self._subscribed.wait(PATIENCE)

    def _on_message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.receipts.append(opened(message.topic, message.payload)[1])

    def publish(self, *sealed: Sealed, retain: bool = False) -> None:
        for topic, payload in sealed:
            self._client.publish(topic, payload, 1, retain).wait_for_publish(PATIENCE)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def loop(broker: Broker, collector: TestCollector) -> Iterator[Loop]:
    loop = loop_at(BrokerSection(port=broker.port), collector.ingest.take)
    step_until(loop, lambda: loop.connected)
    yield loop
    loop.close()


@pytest.fixture
def field(broker: Broker) -> Iterator[Field]:
    field = Field(broker)
    yield field
    field.close()


def test_votes_are_stored_and_receipted(collector: TestCollector, loop: Loop, field: Field):
    kiosk = collector.kiosk()
    for _ in range(50):
        kiosk.press("smile")
    field.publish(kiosk.hello(), *[kiosk.votes(at, at + 10) for at in range(0, 50, 10)])
    step_until(loop, lambda: any(receipt.through == 50 for receipt in field.receipts))
    assert len(collector.stored(kiosk)) == 50


def test_it_comes_back_to_a_broker_that_was_killed_and_lost_everything(
    broker: Broker, collector: TestCollector, loop: Loop
):
    kiosk = collector.kiosk()
    kiosk.press("smile")
    broker.kill()
    broker.wipe()
    step_until(loop, lambda: not loop.connected)
    for _ in range(3):
        loop.step()
    broker.start()
    step_until(loop, lambda: loop.connected)
    field = Field(broker)
    field.publish(kiosk.votes())
    step_until(loop, lambda: bool(field.receipts))
    field.close()
    assert collector.stored(kiosk) == [(1, "smile")]


@pytest.mark.fault(14, how="retained votes and nonsense through real brokers")
def test_what_is_retained_and_what_is_nonsense_disturbs_nothing(
    broker: Broker, collector: TestCollector, field: Field
):
    kiosk = collector.kiosk()
    kiosk.press("smile")
    field.publish(kiosk.status("online", 1), kiosk.votes(), retain=True)
    field.publish(("senyum/1/dukcapil-01/health", b"\xff\xfe nonsense"), retain=True)
    loop = loop_at(BrokerSection(port=broker.port), collector.ingest.take)
    step_until(loop, lambda: bool(collector.refusals()) and bool(field.receipts))
    loop.close()
    assert collector.stored(kiosk) == [(1, "smile")]
    assert collector.rows("SELECT state FROM status") == [("online",)]


@pytest.mark.fault(14, how="huge messages through a real broker")
def test_what_is_far_too_large_does_not_even_reach_us(
    mosquitto: Mosquitto, collector: TestCollector
):
    kiosk = collector.kiosk()
    kiosk.press("smile")
    loop = loop_at(BrokerSection(port=mosquitto.port), collector.ingest.take)
    step_until(loop, lambda: loop.connected)
    field = Field(mosquitto)
    field.publish(("senyum/1/dukcapil-01/votes", bytes(5_000_000)), kiosk.votes())
    step_until(loop, lambda: bool(field.receipts))
    field.close()
    loop.close()
    assert collector.stored(kiosk) == [(1, "smile")]
    assert collector.refusals() == []


@pytest.mark.fault(14, how="a topic that is no UTF-8 through a real Mosquitto")
def test_a_topic_that_is_no_text_is_quarantined(mosquitto: Mosquitto, collector: TestCollector):
    """Brokers ought to refuse it. Should one not: the bytes reach us through paho as they are."""
    message = mqtt.MQTTMessage(topic=b"senyum/1/\xff\xfe/votes")
    message.payload = b"x"
    subscriber = Subscriber(BrokerSection(port=mosquitto.port), V5, lambda: 5)
    subscriber._on_message(subscriber._client, None, message)
    arrived = subscriber.drain(0, 0.01, 10, 1000)
    subscriber.close()
    assert arrived == [Arrival("senyum/1/\\xff\\xfe/votes", b"x", 5)]
    collector.ingest.take(arrived)
    assert collector.refusals() == ["malformed"]


def test_a_drain_is_bounded_in_messages(broker: Broker, field: Field):
    drains: list[int] = []

    def take(arrivals: list[Arrival]) -> list[Sealed]:
        drains.append(len(arrivals))
        time.sleep(0.02)
        return []

    loop = loop_at(
        BrokerSection(port=broker.port), take, IngestSection(drain_messages=7, drain_ms=1000)
    )
    step_until(loop, lambda: loop.connected)
    sender = threading.Thread(target=field.publish, args=[("senyum/1/k/votes", b"x")] * 60)
    sender.start()
    step_until(loop, lambda: sum(drains) == 60)
    sender.join()
    loop.close()
    assert max(drains) == 7


def test_mqtt_5_is_spoken_where_the_broker_has_it(mosquitto: Mosquitto, nats: Nats):
    for broker, protocol in ((mosquitto, V5), (nats, V311)):
        loop = loop_at(BrokerSection(port=broker.port), lambda arrivals: [])
        step_until(loop, lambda loop=loop: loop.connected)
        assert loop.protocol is protocol
        loop.close()


def test_a_broker_that_accepts_but_never_speaks_is_left_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("collector.ingest.loop.CONNECT_LIMIT", 0.1)
    monkeypatch.setattr("collector.ingest.loop.TICK", 0.05)
    with socket.create_server((HOST, 0)) as silent, ExitStack() as kept:
        loop = loop_at(BrokerSection(port=silent.getsockname()[1]), lambda arrivals: [])
        silent.settimeout(0.01)
        for _ in range(3):
            kept.enter_context(_next_caller(silent, loop))
        assert not loop.connected
        loop.close()


def _next_caller(server: socket.socket, loop: Loop) -> socket.socket:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        loop.step()
        try:
            return server.accept()[0]
        except TimeoutError:
            pass
    raise AssertionError("nobody called")


def test_a_broker_that_is_not_there_is_waited_for_with_growing_pauses(
    caplog: pytest.LogCaptureFixture,
):
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
    loop = loop_at(BrokerSection(port=port), lambda arrivals: [])
    step_until(loop, lambda: caplog.text.count("not_connected") >= 5)
    assert f"broker={HOST}:{port}" in caplog.text


def _refuse_subscription(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1000)
        connection.sendall(b"\x20\x03\x00\x00\x00")  # CONNACK of MQTT 5: accepted
        packet_id = connection.recv(1000)[2:4]
        connection.sendall(b"\x90\x07" + packet_id + b"\x00" + b"\x87" * 4)  # not authorized
        connection.recv(1000)


def test_a_subscription_that_is_refused_is_told(caplog: pytest.LogCaptureFixture):
    with socket.create_server((HOST, 0)) as server:
        broker = threading.Thread(target=_refuse_subscription, args=[server])
        broker.start()
        loop = loop_at(BrokerSection(port=server.getsockname()[1]), lambda arrivals: [])
        step_until(loop, lambda: "Not authorized" in caplog.text)
        assert not loop.connected
        broker.join()
    loop.close()


def test_tls_with_certificates_on_both_sides(tmp_path: Path):
    """Large messages too: TLS holds parts of them where select() does not see them."""
    files = certificates(tmp_path, "broker", "collector")
    lines = [f"cafile {files['ca.pem']}", f"certfile {files['broker.pem']}"]
    lines += [f"keyfile {files['broker.key']}", "require_certificate true"]
    taken: list[Arrival] = []
    with Mosquitto(tmp_path, *lines) as broker:
        settings = BrokerSection(
            port=broker.port,
            ca_file=str(files["ca.pem"]),
            cert_file=str(files["collector.pem"]),
            key_file=str(files["collector.key"]),
        )
        topic, payloads = "senyum/1/k/votes", [bytes([n]) * 200_000 for n in range(5)]
        loop = loop_at(settings, lambda arrivals: _echo_once(taken, arrivals, topic, payloads))
        step_until(loop, lambda: loop.connected)
        field = Subscriber(replace(settings, client_id="field"), V5, lambda: 5)
        while not field.up:
            field.drain(0.1, 0, 10, 10)
        field.publish(topic, b"begin")
        step_until(loop, lambda: [arrival.payload for arrival in taken] == [b"begin", *payloads])
        loop.close()
        stranger = loop_at(BrokerSection(port=broker.port, ca_file=str(files["ca.pem"])), list)
        for _ in range(20):
            stranger.step()
            assert not stranger.connected
        stranger.close()


def _echo_once(
    taken: list[Arrival], arrivals: list[Arrival], topic: str, payloads: list[bytes]
) -> list[Sealed]:
    """To the first message, large ones to ourselves."""
    first = not taken
    taken.extend(arrivals)
    return [(topic, payload) for payload in payloads] if first else []


def test_a_password_is_read_from_its_file(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    secret = tmp_path / "password"
    secret.write_text("rahasia\n")
    known = tmp_path / "known"
    known.write_text(f"collector:{_hash_of('rahasia')}\n")
    with Mosquitto(tmp_path, f"password_file {known}") as broker:
        right = BrokerSection(port=broker.port, user="collector", password_file=str(secret))
        loop = loop_at(right, list)
        step_until(loop, lambda: loop.connected)
        loop.close()
        secret.write_text("salah\n")
        wrong = loop_at(right, list)
        step_until(wrong, lambda: "Not authorized" in caplog.text)
        assert not wrong.connected
        wrong.close()


def _hash_of(password: str) -> str:
    """As Mosquitto writes it: PBKDF2 with SHA-512."""
    salt = b"twelve bytes"
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    return f"$7$101${b64encode(salt).decode()}${b64encode(digest).decode()}"


# ---------------------------------------------------------------- the service


def test_the_service_tells_systemd_that_it_lives_and_ends_when_asked(tmp_path: Path):
    """Without a broker too: ready means that votes can be stored, whenever they come."""
    notify = tmp_path / "notify"
    environment = os.environ | {"NOTIFY_SOCKET": str(notify), "SENYUM_BROKER_PORT": "1"}
    command = [Path(sys.executable).with_name("senyum-collector"), "--data", tmp_path, "ingest"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(notify))
        systemd.settimeout(PATIENCE)
        service = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        told = [systemd.recv(100) for _ in range(4)]
        service.terminate()
        assert service.wait(PATIENCE) == 0
        while told[-1] != b"STOPPING=1":
            told.append(systemd.recv(100))
    assert told[0] == b"READY=1"
    assert set(told[1:-1]) == {b"WATCHDOG=1"}


def test_the_service_says_that_it_cannot_store_and_that_it_can_again(
    nats: Nats, tmp_path: Path
) -> None:
    """On a disk that is really full; no restart in between."""
    with tmpfs(tmp_path / "disk", "2m") as disk, socket.socket(*DATAGRAMS) as systemd:
        kiosk = TestCollector(disk).kiosk()
        for _ in range(100):
            kiosk.press("smile")
        keys.load_or_create(disk / "collector.key")
        ballast = disk / "ballast"
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE)
        environment = os.environ | {
            "NOTIFY_SOCKET": str(tmp_path / "notify"),
            "SENYUM_BROKER_PORT": str(nats.port),
        }
        command = [Path(sys.executable).with_name("senyum-collector"), "--data", disk, "ingest"]
        with (tmp_path / "log").open("wb") as log:
            service = subprocess.Popen(command, env=environment, stderr=log)
        told_until(systemd, b"READY=1")
        fill(ballast)
        sender = Subscriber(BrokerSection(port=nats.port, client_id="field"), V311, lambda: 5)
        while not sender.up:
            sender.drain(0.1, 0, 10, 10)
        send_until(sender, kiosk, systemd, b"STATUS=Cannot store votes, kiosks keep them: ")
        ballast.unlink()
        send_until(sender, kiosk, systemd, b"STATUS=Storing votes.")
        sender.close()
        service.terminate()
        assert service.wait(PATIENCE) == 0
    assert (tmp_path / "log").read_text().count("cannot_commit") == 1


def fill(ballast: Path) -> None:
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def told_until(systemd: socket.socket, word: bytes) -> None:
    until = time.monotonic() + PATIENCE
    while not systemd.recv(1000).startswith(word):
        assert time.monotonic() < until, f"systemd was not told {word!r}"


def send_until(sender: Subscriber, kiosk: TestKiosk, systemd: socket.socket, word: bytes) -> None:
    """The kiosk repeats its votes, as it does without a receipt."""
    until = time.monotonic() + PATIENCE
    told = b""
    while not told.startswith(word):
        assert time.monotonic() < until, f"systemd was not told {word!r}"
        for _ in range(20):
            sender.publish(*kiosk.votes())
            sender.drain(0.01, 0, 10, 1000)
        told = systemd.recv(1000)
