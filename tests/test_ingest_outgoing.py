"""What kiosks are told without asking: once for each connection, until it is done with."""

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import paho.mqtt.client as mqtt
import pytest

from collector.config import BrokerSection, IngestSection
from collector.crash import never
from collector.ingest.loop import Loop
from collector.ingest.outgoing import AGAIN_MS, LOOK_MS, Desk
from collector.ledger import desired, registry
from collector.ledger.desired import COMMAND_MS, DEFAULTS, NotReached
from collector.ledger.store import writing
from kiosk import wire
from tests.brokers import HOST, Mosquitto
from tests.fleet import COLLECTOR_KEY, TestCollector, TestKiosk

DIM = msgspec.structs.replace(DEFAULTS, brightness=40)


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    """One that has reported."""
    kiosk = collector.kiosk()
    collector.take(kiosk.hello(), kiosk.health())
    return kiosk


@pytest.fixture
def desk(collector: TestCollector) -> Desk:
    return Desk(collector.db, COLLECTOR_KEY)


def want(collector: TestCollector, kiosk: TestKiosk, settings: wire.Settings) -> int:
    with writing(collector.db):
        return desired.want(collector.db, kiosk.name, settings, collector.clock.ms)


def order(collector: TestCollector, kiosk: TestKiosk, action: wire.Action = "identify") -> str:
    with writing(collector.db):
        id_ = f"{len(collector.rows('SELECT 1 FROM commands')):032x}"
        desired.order(collector.db, kiosk.name, action, id_, collector.clock.ms)
    return id_


def said(collector: TestCollector, desk: Desk) -> list[wire.Message]:
    """What the desk sends now; each proven to be the collector's."""
    messages = []
    for topic, payload, retain in desk.due(collector.clock.ms):
        letter = wire.unseal(topic, payload)
        letter.verify(COLLECTOR_KEY.public)
        assert retain == isinstance(letter.message, wire.Config)
        messages.append(letter.message)
    collector.clock.ms += LOOK_MS
    return messages


def answer(kiosk: TestKiosk, id_: str, result: str = "done") -> tuple[str, bytes]:
    checks = (wire.Check("disk", True, "a row in 2 ms"),)
    head = kiosk.heads[-1]
    return kiosk.seal(
        wire.Answer(1, kiosk.epoch, len(kiosk.chain), head, id_, result, checks, kiosk.moment())  # type: ignore[arg-type]
    )


def test_settings_are_told_once_and_again_on_a_new_connection(
    collector: TestCollector, kiosk: TestKiosk, desk: Desk
) -> None:
    assert want(collector, kiosk, DIM) == 1
    (config,) = said(collector, desk)
    assert isinstance(config, wire.Config)
    assert (config.version, wire.settings_of(config)) == (1, DIM)
    assert said(collector, desk) == []
    assert want(collector, kiosk, DEFAULTS) == 2
    (config,) = said(collector, desk)
    assert isinstance(config, wire.Config)
    assert config.version == 2
    desk.connected()
    assert len(said(collector, desk)) == 1


def test_a_retired_kiosk_is_told_nothing(
    collector: TestCollector, kiosk: TestKiosk, desk: Desk
) -> None:
    want(collector, kiosk, DIM)
    registry.retire_kiosk(collector.db, kiosk.name, collector.day, collector.clock.ms // 1000)
    assert said(collector, desk) == []


def test_a_command_is_sent_until_it_is_answered(
    collector: TestCollector, kiosk: TestKiosk, desk: Desk
) -> None:
    id_ = order(collector, kiosk, "self-test")
    (command,) = said(collector, desk)
    assert isinstance(command, wire.Command)
    assert (command.id, command.boot, command.action) == (id_, kiosk.boot, "self-test")
    assert said(collector, desk) == []
    collector.clock.ms += AGAIN_MS
    assert [message.id for message in said(collector, desk)] == [id_]
    collector.take(answer(kiosk, id_, "failed"), answer(kiosk, id_, "done"))
    collector.clock.ms += AGAIN_MS
    assert said(collector, desk) == []
    kept = desired.command(collector.db, id_)
    assert kept is not None
    assert (kept.result, msgspec.json.decode(kept.checks or "")[0]["name"]) == ("failed", "disk")


def test_a_command_ends_by_itself(collector: TestCollector, kiosk: TestKiosk, desk: Desk) -> None:
    order(collector, kiosk)
    (command,) = said(collector, desk)
    assert isinstance(command, wire.Command)
    assert command.until == kiosk.moment().up - LOOK_MS + COMMAND_MS
    collector.clock.ms += COMMAND_MS
    assert said(collector, desk) == []


def test_another_kiosk_cannot_answer(
    collector: TestCollector, kiosk: TestKiosk, desk: Desk
) -> None:
    id_ = order(collector, kiosk)
    other = collector.kiosk("bkpsdm-01", seed=2)
    collector.take(other.hello(), answer(other, id_))
    assert len(said(collector, desk)) == 1


def test_a_kiosk_that_never_reported_cannot_be_commanded(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    with pytest.raises(NotReached, match="has never reported"):
        order(collector, kiosk)


@pytest.fixture
def loop(tmp_path: Path, collector: TestCollector, desk: Desk) -> Iterator[tuple[Loop, int]]:
    with Mosquitto(tmp_path) as broker:
        at = BrokerSection(port=broker.port)
        loop = Loop(
            at,
            IngestSection(),
            collector.ingest.take,
            crash=never,
            random=lambda: 0.01,
            now_ms=collector.clock,
            desk=desk,
        )
        yield loop, broker.port
        loop.close()


def test_who_subscribes_later_still_hears_the_settings(
    collector: TestCollector, kiosk: TestKiosk, loop: tuple[Loop, int]
) -> None:
    want(collector, kiosk, DIM)
    turning, port = loop
    until = time.monotonic() + 20
    heard: list[bytes] = []
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: heard.append(message.payload)
    while not turning.connected:
        turning.step()
    for _ in range(3):
        turning.step()
    client.connect(HOST, port)
    client.subscribe(wire.topic_of(kiosk.name, "config"), 1)
    while not heard and time.monotonic() < until:
        turning.step()
        client.loop(0.05)
    client.disconnect()
    letter = wire.unseal(wire.topic_of(kiosk.name, "config"), heard[0])
    letter.verify(COLLECTOR_KEY.public)
