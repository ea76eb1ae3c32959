"""What systemd hears."""

import socket
import time
from contextlib import suppress

import pytest

from kiosk.systemd import PATIENCE_S, Notifier


@pytest.fixture(params=["file", "abstract"])
def ear(request, tmp_path):
    """A notify socket, and its name as systemd would put it into the environment."""
    name = str(tmp_path / "notify") if request.param == "file" else f"@senyum-test-{tmp_path.name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(name.replace("@", "\0"))
        ear.settimeout(5)
        yield ear, name


def test_ready_alive_and_stopping_are_heard(ear):
    ear, name = ear
    notifier = Notifier({"NOTIFY_SOCKET": name})
    notifier.ready()
    notifier.alive()
    notifier.stopping()
    assert [ear.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_without_systemd_nothing_happens():
    Notifier({}).ready()


def test_a_socket_that_is_gone_stops_nothing(tmp_path):
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).alive()


def test_a_systemd_that_does_not_listen_stops_nothing(ear):
    """Its queue is full: a ping that is lost costs less than a loop that waits."""
    _, name = ear
    notifier = Notifier({"NOTIFY_SOCKET": name})
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as crowd, suppress(BlockingIOError):
        crowd.setblocking(False)
        for _ in range(10_000):
            crowd.sendto(b"WATCHDOG=1", name.replace("@", "\0"))
    began = time.monotonic()
    notifier.alive()
    assert time.monotonic() - began < 2 * PATIENCE_S


def test_the_watchdog_time_is_read():
    assert Notifier({"WATCHDOG_USEC": "30000000"}).watchdog_ms == 30_000
    assert Notifier({}).watchdog_ms is None
