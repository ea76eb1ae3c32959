"""Messages that come late, twice, in another order, cut, forged, stale, or never."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from kiosk import keys, wire
from tests.accounts import Account
from tests.brokers import HOST, Broker, Mosquitto, Nats
from tests.fleet import TestCollector, signing_key
from tests.proxy import Fate, Proxy, Treat, Way, is_publish, is_receipt
from tests.whole import Identity, Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PRESSING = ("--every", "0.3", "--for", "600")
WEEK_MS = 7 * 86_400_000


def press(whole: Whole, lights: int) -> None:
    """Until so many citizens of each kiosk have seen their light."""
    for name in whole.names:
        whole.start_kiosk(name, *PRESSING)
    for name in whole.names:
        until("lights", lambda name=name: whole.shown(name, "counted") >= lights, 120)
    for name in whole.names:
        whole.kill_kiosk(name)


# ---------------------------------------------------------------- F11


def mischief(dice: Random) -> Treat:
    """Of ten messages one comes twice, one late, one after the next, and now and then it is cut."""
    kept: list[bytes] = []

    def treat(_way: Way, packet: bytes) -> Fate:
        if not is_publish(packet):
            return Fate((packet,))
        before, chance = tuple(kept), dice.random()
        kept.clear()
        if chance < 0.1:
            return Fate((packet, *before, packet))
        if chance < 0.2:
            return Fate((packet, *before), seconds=dice.uniform(0.1, 2))
        if chance < 0.3 and not before:
            kept.append(packet)
            return Fate(())
        if chance < 0.35:
            return Fate((packet[: dice.randrange(1, len(packet))],), cut=True)
        return Fate((packet, *before))

    return treat


def each_connection(make: Callable[[], Treat]) -> Treat:
    """Up and down have states of their own."""
    ways = {"up": make(), "down": make()}
    return lambda way, packet: ways[way](way, packet)


@pytest.mark.long
@pytest.mark.fault(11, how="asyncio proxy: messages twice, late, swapped, cut in the middle")
@pytest.mark.parametrize("kind", [Mosquitto, Nats])
def test_a_mischievous_line_costs_nothing(
    kind: type[Broker], account: Account, tmp_path: Path
) -> None:
    treat = each_connection(lambda: mischief(account.dice))
    with (
        kind(tmp_path) as broker,
        Proxy(broker, treat) as proxy,
        Whole(tmp_path, proxy, 2) as whole,
    ):
        press(whole, 15)
        account.settle(whole)


# ---------------------------------------------------------------- F12


class Tape:
    """Listens to every vote and hello and keeps it; plays it again."""

    def __init__(self, broker: Broker) -> None:
        self.sealed: list[tuple[str, bytes]] = []
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, "tape")
        self._client.on_message = self._heard
        self._subscribed = False
        self._client.on_subscribe = self._on_subscribe
        self._client.connect(HOST, broker.port)
        self._client.subscribe([("senyum/1/+/votes", 1), ("senyum/1/+/hello", 1)])
        self._client.loop_start()
        until("a subscription", lambda: self._subscribed)

    def _on_subscribe(self, *_arguments: object) -> None:
        self._subscribed = True

    def _heard(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.sealed.append((message.topic, bytes(message.payload)))

    def stop(self) -> None:
        self._client.unsubscribe(["senyum/1/+/votes", "senyum/1/+/hello"])

    def play(self, times: int) -> None:
        for _ in range(times):
            sent = [self._client.publish(topic, payload, 1) for topic, payload in self.sealed]
            for message in sent:
                message.wait_for_publish(60)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def tape(broker: Broker) -> Iterator[Tape]:
    opened = Tape(broker)
    try:
        yield opened
    finally:
        opened.close()


@pytest.mark.fault(12, how="everything that was sent, recorded and published 1,000 times more")
@pytest.mark.parametrize("times", [20, pytest.param(1000, marks=pytest.mark.long)])
def test_what_comes_a_thousand_times_is_stored_once(
    times: int, account: Account, tmp_path: Path
) -> None:
    with Mosquitto(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole, tape(broker) as played:
        (name,) = whole.names
        whole.start_kiosk(name, *PRESSING)
        until("votes", lambda: len(whole.stored()) > 5)
        whole.kill_kiosk(name)
        played.stop()
        played.play(times)
        account.settle(whole)


@pytest.mark.fault(12, how="each batch again one, two and three weeks later, in any order")
def test_batches_that_are_weeks_old_change_nothing(account: Account, tmp_path: Path) -> None:
    collector = TestCollector(tmp_path)
    kiosk = collector.kiosk()
    sent = []
    for number in range(40):
        kiosk.press(account.dice.choice(("smile", "neutral", "frown")))
        sent.append(kiosk.votes(number))
        collector.take(sent[-1])
        collector.clock.ms += 900_000
    before = collector.stored(kiosk), collector.counted(), collector.qualities()
    for _ in range(3):
        collector.clock.ms += WEEK_MS
        account.dice.shuffle(sent)
        assert {receipt.through for receipt in collector.take(*sent)} == {40}
    assert (collector.stored(kiosk), collector.counted(), collector.qualities()) == before
    account.compare(range(1, 41), [seq for seq, _ in collector.stored(kiosk)])


# ---------------------------------------------------------------- F13, F26


def losing_receipts(dice: Random, share: float) -> Treat:
    def treat(_way: Way, packet: bytes) -> Fate:
        lost = is_receipt(packet) and dice.random() < share
        return Fate(() if lost else (packet,))

    return treat


def losing_the_first_receipts(count: int) -> Treat:
    left = iter(range(count))

    def treat(_way: Way, packet: bytes) -> Fate:
        lost = is_receipt(packet) and next(left, None) is not None
        return Fate(() if lost else (packet,))

    return treat


@pytest.mark.long
@pytest.mark.fault(13, how="asyncio proxy: seven of ten receipts vanish, and then the next two")
def test_lost_receipts_are_asked_for_again(account: Account, tmp_path: Path) -> None:
    treat = losing_receipts(account.dice, 0.7)
    with (
        Mosquitto(tmp_path) as broker,
        Proxy(broker, treat) as proxy,
        Whole(tmp_path, proxy, 2) as whole,
    ):
        press(whole, 10)
        # Each that is lost doubles the patience: with chance, one run in thirty took too long.
        proxy.treat = losing_the_first_receipts(2)
        account.settle(whole)


class Liar:
    """Answers to every hello before the collector can, with receipts that are not true.

    Signed by a stranger, and by the collector's own key: for votes that were not sent, for another
    head, for another epoch. And it repeats each old receipt whenever a new one comes.
    """

    def __init__(self, broker: Broker, key: keys.SigningKey) -> None:
        self.told = 0
        self._key = key
        self._old: list[bytes] = []
        self._mine: set[bytes] = set()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, "liar")
        self._client.on_message = self._heard
        self._client.connect(HOST, broker.port)
        self._client.subscribe([("senyum/1/+/hello", 1), ("senyum/1/+/receipt", 1)])
        self._client.loop_start()

    def _heard(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        topic, payload = message.topic, bytes(message.payload)
        kiosk = wire.kiosk_in(topic)
        if topic.endswith("/hello"):
            hello = wire.unseal(topic, payload).message
            assert isinstance(hello, wire.Hello)
            for lie in self._lies(kiosk, hello):
                self._say(kiosk, lie)
        elif payload not in self._mine:
            for old in self._old[-5:]:
                self._say(kiosk, old)
            self._old.append(payload)

    def _lies(self, kiosk: str, hello: wire.Hello) -> Iterator[bytes]:
        true = {"epoch": hello.epoch, "through": hello.seq, "head": hello.head}
        beyond = true | {"through": hello.seq + 7, "head": os.urandom(32).hex()}
        other_head = true | {"head": os.urandom(32).hex()}
        other_epoch = true | {"epoch": os.urandom(32).hex()}
        for key, what in [
            (signing_key(666), true),
            (self._key, beyond),
            (self._key, other_head),
            (self._key, other_epoch),
        ]:
            receipt = wire.Receipt(
                v=1, status="ok", nonce=hello.nonce, time=hello.sent.wall, **what
            )
            yield wire.seal(kiosk, receipt, key.sign)[1]

    def _say(self, kiosk: str, payload: bytes) -> None:
        self.told += 1
        self._mine.add(payload)
        self._client.publish(wire.topic_of(kiosk, "receipt"), payload, qos=1)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def liar(broker: Broker, folder: Path) -> Iterator[Liar]:
    opened = Liar(broker, keys.load(folder / "collector" / "collector.key"))
    try:
        yield opened
    finally:
        opened.close()


def receipted(whole: Whole, name: str) -> set[Identity]:
    state = whole.outbox(name)
    votes = state["votes"]
    assert isinstance(votes, list)
    return {
        Identity(str(state["epoch"]), vote["seq"], vote["face"], vote["time"])
        for vote in votes
        if vote["receipted"]
    }


@pytest.mark.fault(
    13, 26, how="another client answers with forged, stale and false receipts, at once"
)
def test_a_receipt_that_is_not_true_releases_nothing(account: Account, tmp_path: Path) -> None:
    with Mosquitto(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        whole.kill_collector()
        with liar(broker, tmp_path) as lies:
            press(whole, 8)
            until("lies", lambda: lies.told >= 4)
            assert receipted(whole, name) == set()
            whole.start_collector()
            press(whole, 16)
            assert receipted(whole, name) <= set(whole.stored())
        account.settle(whole)
