"""The kiosk's processes: what systemd sees, and that nothing dies quietly."""

import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from kiosk.app_uplink import UplinkDied, UplinkThread
from kiosk.loop import Heartbeat
from kiosk.systemd import Notifier
from tests.bench import settings
from tests.daemons import Process, mock, real


@pytest.fixture
def start(tmp_path):
    started = []

    def start(command, **environment):
        started.append(Process(command, tmp_path, **environment))
        return started[-1]

    yield start
    for process in started:
        process.close()


@pytest.fixture
def file(tmp_path):
    settings(tmp_path)
    return tmp_path / "kiosk.toml"


# ---------------------------------------------------------------- systemd


@pytest.mark.parametrize("daemon", ["panel", "uplink", "run"])
def test_ready_watchdog_stopping_and_a_clean_end(daemon, file, start):
    process = start(mock(daemon, file), WATCHDOG_USEC="300000")
    assert process.heard() == "READY=1"
    assert process.heard() == "WATCHDOG=1"
    assert process.heard() == "WATCHDOG=1"
    process.process.send_signal(signal.SIGTERM)
    while (heard := process.heard()) == "WATCHDOG=1":
        pass
    assert heard == "STOPPING=1"
    status, log = process.ended()
    assert status == 0
    assert "Traceback" not in log


def test_no_watchdog_ping_while_no_vote_could_be_stored(file, start):
    extra = """
from kiosk.outbox import CannotStoreError, Outbox
def probe(self): raise CannotStoreError("the outbox takes no row: disk I/O error")
Outbox.probe = probe
"""
    process = start(mock("panel", file, extra), WATCHDOG_USEC="300000")
    assert process.heard() == "READY=1"
    assert process.heard_within(1.2) is None
    process.process.terminate()
    assert "disk I/O error" in process.ended()[1]


def test_no_watchdog_ping_while_the_uplink_waits_for_too_long(file, start):
    """What that is: tests/test_kiosk_hanging.py."""
    extra = """
from kiosk.uplink import Uplink
Uplink.in_time = lambda self: False
"""
    process = start(mock("uplink", file, extra), WATCHDOG_USEC="300000")
    assert process.heard() == "READY=1"
    assert process.heard_within(1.2) is None


def test_pings_are_three_to_a_limit_and_only_while_it_works(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "n"))
        ear.setblocking(False)
        environment = {"NOTIFY_SOCKET": str(tmp_path / "n"), "WATCHDOG_USEC": "30000000"}
        works = True
        heartbeat = Heartbeat(Notifier(environment), lambda: works)
        for second in range(30):
            heartbeat.beat(1000 + second)
        works = False
        for second in range(30, 60):
            heartbeat.beat(1000 + second)
        assert [ear.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        with pytest.raises(BlockingIOError):
            ear.recv(100)


# ---------------------------------------------------------------- nothing dies quietly


@pytest.mark.parametrize("daemon", ["panel", "run"])
def test_an_exception_in_the_loop_ends_the_process_loudly(daemon, file, start):
    extra = """
from kiosk.presses import Presses
def advance(self, now): raise RuntimeError("a bug in the firmware")
Presses.advance = advance
"""
    status, log = start(mock(daemon, file, extra)).ended()
    assert status == 1
    assert "RuntimeError: a bug in the firmware" in log


@pytest.mark.parametrize("daemon", ["panel", "run"])
def test_an_exception_in_a_callback_ends_the_process_and_is_told(daemon, file, start):
    """On its own it would end gpiozero's thread, and leave a process that hears nobody."""
    extra = """
import threading, time
from kiosk.edges import Edges
def felt(self, face, down): raise RuntimeError("a bug in a callback")
Edges.felt = felt
pins = MockFactory(pin_class=MockPWMPin)
app.real_pins = app_panel.real_pins = lambda: pins
def press():
    time.sleep(1)
    pins.pin(5).drive_low()
threading.Thread(target=press, daemon=True).start()
"""
    process = start(mock(daemon, file, extra))
    assert process.heard() == "READY=1"
    status, log = process.ended()
    assert status == 1
    assert "Error: no button may be heard any more: a callback failed: RuntimeError" in log


def test_when_the_uplinks_thread_dies_so_does_the_process(file, start):
    extra = """
from kiosk.uplink import Uplink
def step(self, timeout): raise RuntimeError("a bug in the uplink")
Uplink.step = step
"""
    status, log = start(mock("run", file, extra)).ended()
    assert status == 1
    assert "RuntimeError: a bug in the uplink" in log
    assert "Error: the uplink has ended" in log


def test_a_dead_uplink_thread_is_told():
    class Broken:
        def step(self, timeout):
            raise RuntimeError("broken")

        def close(self):
            self.closed = True

    broken = Broken()
    thread = UplinkThread(broken)
    thread.close()
    with pytest.raises(UplinkDied, match="broken"):
        thread.check()
    assert broken.closed


def test_without_pins_the_panel_says_what_to_do_and_ends(file, start):
    status, log = start(real("panel", file), GPIOZERO_PIN_FACTORY="mock").ended()
    assert status == 1
    assert "no GPIO pins" in log
    assert "senyum-kiosk simulate" in log
    assert "Traceback" not in log


@pytest.mark.parametrize("daemon", ["panel", "uplink", "run"])
def test_wrong_settings_are_one_plain_message(daemon, file, start):
    file.write_text('[kiosk]\nid = "a"\n[broker]\nport = 70000\n')
    status, log = start(real(daemon, file)).ended()
    assert status == 1
    assert log.startswith(f"Error: {file}: broker.port = 70000 is not allowed")
    assert "Traceback" not in log


def test_no_collector_key_no_panel(file, start):
    file.write_text('[kiosk]\nid = "a"\n')
    status, log = start(mock("panel", file)).ended()
    assert status == 1
    assert "collector.key is missing" in log


# ---------------------------------------------------------------- two processes


def test_a_killed_panel_is_found_again_by_its_uplink(file, mosquitto):
    file.write_text(file.read_text() + f"[broker]\nport = {mosquitto.port}\n")
    with _running(real("uplink", file)):
        for panels in (1, 2):
            with _running(mock("panel", file)):
                _until(lambda panels=panels: mosquitto.log.read_text().count("/hello") >= panels)


@contextmanager
def _running(command):
    """A process that is killed in the end."""
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _until(true):
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


# ---------------------------------------------------------------- what a process carries


def _loaded(code, names):
    code += f"\nimport sys; print(*sorted(set({names!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_the_uplink_loads_neither_pins_nor_keys_nor_the_store():
    names = ["cryptography", "gpiozero", "sqlite3", "click", "rich", "kiosk.outbox", "kiosk.keys"]
    assert _loaded("import kiosk.cli, kiosk.app_uplink", names) == []


def test_the_panel_loads_no_network_client():
    assert _loaded("import kiosk.cli, kiosk.app_panel", ["paho", "ssl", "click", "rich"]) == []
