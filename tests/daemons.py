"""The kiosk's processes as systemd starts them, with the test in systemd's place.

process = Process(mock("panel", file), folder, WATCHDOG_USEC="300000")
process.heard()         # "READY=1", then "WATCHDOG=1" again and again
"""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SENYUM_KIOSK = str(Path(sys.executable).with_name("senyum-kiosk"))

# The panel's own process, but on mock pins: this machine has no others.
ON_MOCK_PINS = """
import sys
from pathlib import Path
from gpiozero.pins.mock import MockFactory, MockPWMPin
from kiosk import app, app_panel
from kiosk.daemons import serve
app.real_pins = app_panel.real_pins = lambda: MockFactory(pin_class=MockPWMPin)
{extra}
serve(sys.argv[1], Path(sys.argv[2]))
"""


class Process:
    """A daemon under a notify socket, as systemd would run it."""

    def __init__(self, command, folder, **environment):
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.bind(str(folder / "notify"))
        self.ear.settimeout(20)
        self.process = subprocess.Popen(
            command,
            env=os.environ | {"NOTIFY_SOCKET": str(folder / "notify"), **environment},
            stderr=subprocess.PIPE,
            text=True,
        )

    def heard(self):
        try:
            return self.ear.recv(100).decode()
        except TimeoutError:
            self.process.kill()
            pytest.fail(f"silent; its log: {self.ended()[1]}")

    def heard_within(self, seconds):
        self.ear.settimeout(seconds)
        try:
            return self.ear.recv(100).decode()
        except TimeoutError:
            return None

    def ended(self):
        """Exit status and what was logged."""
        _, log = self.process.communicate(timeout=20)
        return self.process.returncode, log

    def close(self):
        self.process.kill()
        self.process.communicate()
        self.ear.close()


def mock(daemon, file, extra=""):
    return [sys.executable, "-c", ON_MOCK_PINS.format(extra=extra), daemon, str(file)]


def real(daemon, file):
    return [SENYUM_KIOSK, daemon, "--config", str(file)]
