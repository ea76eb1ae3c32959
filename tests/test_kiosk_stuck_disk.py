"""A disk that gives no answer: nothing is confirmed, and the watchdog notices."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bench import settings
from tests.daemons import SENYUM_KIOSK, Process, mock
from tests.mounts import require_mounts, run
from tests.powercut import mounted

SIZE = "48M"
PING_MS = 200

# A finger that pushes the first button when the test asks, and a file that tells what lamps do.
FINGER = """
import threading, time
pins = MockFactory(pin_class=MockPWMPin)
app.real_pins = app_panel.real_pins = lambda: pins
from kiosk.panel import Front
show = Front.show
def told(self, state):
    show(self, state)
    if state[1]:
        Path({folder!r}, "tone").touch()
Front.show = told
def push():
    while not Path({folder!r}, "push").exists():
        time.sleep(0.02)
    pins.pin(5).drive_low()
    time.sleep(0.3)
    pins.pin(5).drive_high()
threading.Thread(target=push, daemon=True).start()
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small ext4 of the test's own, where the kiosk keeps its votes."""
    require_mounts()
    image, folder = tmp_path / "card.img", tmp_path / "data"
    run("truncate", "--size", SIZE, str(image))
    run("mkfs.ext4", "-q", "-F", str(image))
    with mounted(image, folder, "loop,noatime"):
        yield folder


@contextmanager
def stuck(disk: Path) -> Iterator[None]:
    """Whoever writes waits, and cannot even be killed; so this must end, whatever happens."""
    run("fsfreeze", "--freeze", str(disk))
    try:
        yield
    finally:
        run("fsfreeze", "--unfreeze", str(disk))


@contextmanager
def panel(folder: Path) -> Iterator[Process]:
    settings(folder)
    command = mock("panel", folder / "kiosk.toml", FINGER.format(folder=str(folder)))
    process = Process(command, folder, WATCHDOG_USEC=str(3 * PING_MS * 1000))
    try:
        assert process.heard() == "READY=1"
        yield process
    finally:
        process.close()


def silent_within(process: Process, seconds: float) -> bool:
    """Does it stop pinging, for so long that systemd's limit would have passed?"""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.heard_within(4 * PING_MS / 1000) is None:
            return True
    return False


def stored(folder: Path) -> int:
    command = [SENYUM_KIOSK, "outbox", "--json", "--config", str(folder / "kiosk.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(json.loads(done.stdout)["seq"])


def test_a_disk_that_hangs_confirms_nothing_and_is_told_to_the_watchdog(
    disk: Path, tmp_path: Path
) -> None:
    with panel(tmp_path) as process:
        with stuck(disk):
            (tmp_path / "push").touch()
            assert silent_within(process, 10)
            assert not (tmp_path / "tone").exists(), "a vote was confirmed, and is on no disk"
        assert process.heard() == "WATCHDOG=1", "it goes on when the disk does"
        deadline = time.monotonic() + 10
        while not (tmp_path / "tone").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert stored(tmp_path) == 1
