"""Hundreds who open a connection and then say a byte now and then: everybody else is served."""

import contextlib
import json
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.web.server import LOOK_EVERY, PATIENCE
from tests.accounts import Account
from tests.brokers import HOST, Broker, Mosquitto, Nats, free_port
from tests.whole import BIN, Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SLOW = 300
PRESSING = ("--every", "0.3", "--for", "600")
REQUEST = b"GET /health HTTP/1.1\r\nHost: uji\r\nX-Slow: "
# MQTT 3.1.1 CONNECT of 255 bytes, of which only the beginning ever comes.
CONNECT = bytes.fromhex("10ff0100044d51545404020000")


class Slow:
    """So many connections, each of which sends `begin`, and then a byte every second."""

    def __init__(self, port: int, begin: bytes) -> None:
        self._sockets = [socket.create_connection((HOST, port), timeout=5) for _ in range(SLOW)]
        for each in self._sockets:
            each.sendall(begin)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._trickle)
        self._thread.start()

    def _trickle(self) -> None:
        while not self._stop.wait(1):
            for each in self._sockets:
                with contextlib.suppress(OSError):
                    each.send(b"x")

    def open(self) -> int:
        """How many have not been hung up on."""
        return sum(not self._is_over(each) for each in self._sockets)

    def _is_over(self, each: socket.socket) -> bool:
        try:
            each.setblocking(False)
            return each.recv(1) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        for each in self._sockets:
            each.close()


@contextmanager
def slow(port: int, begin: bytes) -> Iterator[Slow]:
    opened = Slow(port, begin)
    try:
        yield opened
    finally:
        opened.close()


# ---------------------------------------------------------------- pages


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/health", timeout=5) as answer:
            return "ok" in json.load(answer)
    except OSError:
        return False


@contextmanager
def pages(folder: Path) -> Iterator[int]:
    """The port of a web process over an empty ledger."""
    port = free_port()
    command = [str(BIN / "senyum-collector"), "--data", str(folder)]
    subprocess.run([*command, "agency", "import"], check=True, capture_output=True)
    process = subprocess.Popen(
        [*command, "web"], env={"SENYUM_WEB_PORT": str(port)}, stderr=subprocess.DEVNULL
    )
    try:
        until("pages", lambda: answers(port))
        yield port
    finally:
        process.kill()
        process.wait()


@pytest.mark.fault(15, how="300 requests that never end, a byte every second; pages read meanwhile")
def test_pages_answer_beside_hundreds_of_slow_requests(tmp_path: Path) -> None:
    with pages(tmp_path) as port, slow(port, REQUEST):
        for _ in range(5):
            assert answers(port)
            time.sleep(0.5)


@pytest.mark.long
@pytest.mark.fault(15, how="the same until they are hung up on, though they never stop sending")
def test_a_request_that_never_ends_is_hung_up_on(tmp_path: Path) -> None:
    with pages(tmp_path) as port, slow(port, REQUEST) as slow_ones:
        assert slow_ones.open() == SLOW
        until("an end", lambda: slow_ones.open() == 0, PATIENCE + 6 * LOOK_EVERY)
        assert answers(port)


# ---------------------------------------------------------------- brokers


@pytest.mark.long
@pytest.mark.fault(15, how="300 half-sent CONNECTs at the broker; all clients connect beside them")
@pytest.mark.parametrize("kind", [Mosquitto, Nats])
def test_votes_arrive_beside_hundreds_of_half_sent_connects(
    kind: Callable[[Path], Broker], account: Account, tmp_path: Path
) -> None:
    with kind(tmp_path) as broker, slow(broker.port, CONNECT), Whole(tmp_path, broker, 2) as whole:
        for name in whole.names:
            whole.start_kiosk(name, *PRESSING)
        until("votes", lambda: len(whole.stored()) >= 10, 120)
        for name in whole.names:
            whole.kill_kiosk(name)
        account.settle(whole)
