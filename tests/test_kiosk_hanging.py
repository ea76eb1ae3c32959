"""What hangs is left in its time; and a process that hangs itself does not look well."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from kiosk.deadlines import GRACE, LIMITS, Deadlines
from kiosk.link import Arrived, Down, Listener, Publish, Ready, Up, call
from kiosk.uplink import Uplink
from tests.brokers import Broker
from tests.proxy import Fate, Proxy, as_it_is
from tests.uplinks import KIOSK, STATUS, world_at

HELLO = f"senyum/1/{KIOSK}/hello"
RECEIPT = f"senyum/1/{KIOSK}/receipt"
KEEPALIVE_S = 5
PUBACK = 4  # the kind of MQTT packet, in the upper half of its first byte


@contextmanager
def stopped(broker: Broker) -> Iterator[None]:
    """It answers nobody, and its connections stay as they are."""
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(broker.pid, signal.SIGCONT)


# ---------------------------------------------------------------- the broker hangs


@pytest.mark.slow
def test_a_broker_that_hangs_is_left_and_found_again_without_a_restart(tmp_path, mosquitto):
    with world_at(tmp_path, port=mosquitto.port, keepalive_s=KEEPALIVE_S) as world:
        world.until_up()
        with stopped(mosquitto):
            began = time.monotonic()
            world.until(lambda: Down() in world.panel.heard, 3 * KEEPALIVE_S)
            assert time.monotonic() - began < 2 * KEEPALIVE_S + 2
            for _ in range(20):  # an hour and more: it tries, and each try has its end
                world.steps(3)  # the will has gone, CONNECT follows
                wills = world.panel.wills
                world.pushed += LIMITS["connect"] + 61
                world.until(lambda wills=wills: world.panel.wills > wills)
                assert world.uplink.in_time()
            assert world.panel.heard.count(Up()) == 1
        world.until_up()


def test_a_broker_that_says_nothing_more_at_all_is_left(tmp_path, mosquitto):
    """Even if an MQTT 5 broker has turned keepalive off, or paho forgets to ask."""
    with world_at(tmp_path, port=mosquitto.port) as world:
        world.until_up()
        world.pushed += LIMITS["broker"] - 1
        world.step()
        assert Down() not in world.panel.heard
        world.pushed += 2
        world.until(lambda: Down() in world.panel.heard)
        world.until_up()


def test_a_broker_that_takes_messages_and_acknowledges_none_is_left(tmp_path, mosquitto):
    swallowed = []

    def swallow(way, packet):
        if way == "down" and packet[0] >> 4 == PUBACK and not swallowed:
            swallowed.append(packet)
            return Fate(())
        return as_it_is(way, packet)

    with Proxy(mosquitto, swallow) as proxy, world_at(tmp_path, port=proxy.port) as world:
        world.until_up()
        observer = world.observe(mosquitto.port)
        world.panel.end.send(Publish(HELLO, b"hello", 1, False))
        world.until(lambda: swallowed)
        for _ in range(2):  # it answers our questions all the while, and that is not enough
            world.pushed += LIMITS["acknowledgement"] / 2 - 1
            observer.client.publish(RECEIPT, b"", qos=0)
            world.panel.end.send(Publish(HELLO, b"hello", 1, False))
            arrived = world.panel.heard.count(Arrived(RECEIPT, b""))
            world.until(lambda n=arrived: world.panel.heard.count(Arrived(RECEIPT, b"")) > n)
            assert Down() not in world.panel.heard
        world.pushed += 3
        world.until(lambda: Down() in world.panel.heard)
        world.until_up()


def test_what_has_come_is_waited_for_anew():
    now = 0.0
    deadlines = Deadlines(lambda: now)
    deadlines.renew("broker")
    assert deadlines.overdue() is None, "nothing was waited for"
    deadlines.wait("broker", 600.0)
    now = 599.0
    deadlines.renew("broker")
    now += LIMITS["broker"]
    assert deadlines.overdue() is None
    now += 1
    assert deadlines.overdue() == "broker"
    assert deadlines.overdue(GRACE) is None
    deadlines.met("broker", "panel")
    assert deadlines.overdue() is None


# ---------------------------------------------------------------- the panel hangs


def test_when_the_panel_hangs_the_broker_says_offline(tmp_path, mosquitto):
    with world_at(tmp_path, port=mosquitto.port) as world:
        observer = world.observe(mosquitto.port)
        world.until_up()
        will, world.panel.step = world.panel.last_will, lambda: None
        world.pushed += LIMITS["broker"] - 1
        observer.client.publish(RECEIPT, b"for a panel that does not listen", qos=1)
        end = time.monotonic() + 0.3  # the broker is well
        while time.monotonic() < end:
            world.step()
        world.pushed += LIMITS["panel"] - LIMITS["broker"] + 2
        world.until(lambda: (STATUS, will, False) in observer.heard)


def test_a_panel_that_gives_no_will_is_called_anew(tmp_path, mosquitto):
    with world_at(tmp_path, port=mosquitto.port) as world:
        step, world.panel.step = world.panel.step, lambda: None
        world.steps(20)
        world.pushed += LIMITS["panel"] + 1
        world.steps(20)
        world.pushed += 1
        world.panel.step = step
        world.until_up()
        assert world.panel.heard == [Ready(), Ready(), Up()], "of two calls"


def test_a_panel_that_takes_no_more_callers_does_not_hang_its_caller(tmp_path):
    with closing(Listener(tmp_path / "panel.sock")):
        callers = []
        began = time.monotonic()
        while (caller := call(tmp_path / "panel.sock")) is not None and len(callers) < 50:
            callers.append(caller)
        assert caller is None
        assert time.monotonic() - began < 1
        for each in callers:
            each.close()


# ---------------------------------------------------------------- the uplink itself hangs


def test_what_a_step_should_have_ended_and_has_not_is_told_to_the_watchdog(tmp_path, mosquitto):
    class Broken(Uplink):
        def _judge_session(self) -> None:
            """A bug: nothing is ever ended, nor announced."""

    with world_at(tmp_path, port=mosquitto.port, kind=Broken) as world:
        world.until(lambda: world.panel.wills == 1)
        world.steps(3)  # CONNECT has gone
        world.pushed += LIMITS["connect"] + GRACE - 1
        world.step()
        assert world.uplink.in_time()
        world.pushed += 2
        world.step()
        assert not world.uplink.in_time()
