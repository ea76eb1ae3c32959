"""An uplink between a panel that the test plays and a real broker, moved in turn by one thread.

with world_at(tmp_path, port=broker.port) as world:
    world.until_up()
    world.pushed += 61        # a minute later, as the uplink's clock says
"""

import select
import time
from contextlib import contextmanager, suppress

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from kiosk.config import BrokerSection
from kiosk.link import LinkClosed, Listener, Ready, Up, Will
from kiosk.uplink import Uplink
from tests.brokers import HOST

KIOSK = "dukcapil-01"
STATUS = f"senyum/1/{KIOSK}/status"


class Panel:
    """The panel's end of the socket: gives a will when asked, keeps what it hears."""

    def __init__(self, path):
        self.listener = Listener(path)
        self.end = None
        self.heard = []
        self.wills = 0

    def step(self):
        newer = self.listener.accept()
        if newer is not None:
            self.hang_up()
            self.end = newer
        with suppress(LinkClosed):
            if self.end:
                self.end.flush()
            for message in self.end.receive() if self.end else []:
                self.heard.append(message)
                if message == Ready():
                    self.wills += 1
                    self.end.send(Will(STATUS, self.last_will))

    @property
    def last_will(self):
        return b"offline %d" % self.wills

    def hang_up(self):
        if self.end is not None:
            self.end.close()
        self.end = None

    def close(self):
        self.hang_up()
        self.listener.close()


class Observer:
    """Somebody else at the broker: hears everything and may speak."""

    def __init__(self, port):
        self.heard = []
        self.subscribed = False
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self.client.on_message = lambda _c, _u, m: self.heard.append((m.topic, m.payload, m.retain))
        self.client.on_subscribe = self._on_subscribe
        self.client.connect(HOST, port)
        self.client.subscribe("#", qos=1)

    def _on_subscribe(self, *_):
        self.subscribed = True

    def step(self):
        if self.client.socket() is None:
            return
        readable, _, _ = select.select([self.client.socket()], [], [], 0)
        if readable:
            self.client.loop_read()
        self.client.loop_misc()

    def until(self, true, seconds=10):
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, self.heard
            self.step()

    def close(self):
        self.client.disconnect()


class World:
    """Panel, uplink and observer, moved in turn by one thread; time can be pushed on."""

    def __init__(self, folder, settings, kind, wifi):
        self.pushed = 0.0
        self.share = 0.01  # of the longest pause that is allowed
        self.panel = Panel(folder / "panel.sock")
        self.uplink = kind(KIOSK, settings, folder / "panel.sock", self.random, self.now, wifi=wifi)
        self.observers = []

    def now(self):
        return time.monotonic() + self.pushed

    def random(self):
        return self.share

    def observe(self, port):
        observer = Observer(port)
        self.observers.append(observer)
        observer.until(lambda: observer.subscribed)  # nothing else moves: who waits sees it all
        return observer

    def step(self):
        self.uplink.step(0.005)
        self.panel.step()
        for observer in self.observers:
            observer.step()

    def steps(self, count):
        for _ in range(count):
            self.step()

    def until(self, true, seconds=10):
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, (self.panel.heard, self.observers)
            self.step()

    def until_up(self):
        ups = self.panel.heard.count(Up())
        self.until(lambda: self.panel.heard.count(Up()) > ups)

    def close(self):
        self.uplink.close()
        self.panel.close()
        for observer in self.observers:
            observer.close()


@contextmanager
def world_at(folder, kind=Uplink, wifi=lambda: None, **broker):
    world = World(folder, BrokerSection(host=HOST, **broker), kind, wifi)
    try:
        yield world
    finally:
        world.close()
