"""senyum-kiosk check before a technician: a real process in a real terminal, on simulated pins."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from kiosk import config
from kiosk.check import guide, hands
from kiosk.clock import SystemClock
from kiosk.panel import NoPins
from tests.brokers import HOST, Mosquitto, free_port
from tests.terminal import COLUMNS, Terminal
from tests.whole import BIN, Whole, until

BUTTONS = {"frown": 5, "neutral": 6, "smile": 13}
LAMPS = {"frown": 16, "neutral": 20, "smile": 21}
BUZZER = 12
KIOSK = "uji-01"

# The command itself, on pins that a FIFO moves and a file remembers: this machine has no others.
ON_MOCK_PINS = """
import sys
from pathlib import Path
from threading import Thread
from gpiozero.pins.mock import MockFactory, MockPWMPin
from kiosk import commands_check
from kiosk.check import board, hands, turn
from kiosk.check.line import fine
from kiosk.clock import SystemClock
from kiosk.commands import senyum_kiosk

folder = Path(sys.argv[1])
seen = (folder / "seen").open("a", buffering=1)

class Pin(MockPWMPin):
    def _set_state(self, value):
        super()._set_state(value)
        seen.write(f"{self.info.name} {float(value)}\\n")

pins = MockFactory(pin_class=Pin)

def press():
    with (folder / "finger").open() as finger:
        for line in finger:
            name, down = line.split()
            pin = pins.pin(int(name))
            pin.drive_low() if down == "down" else pin.drive_high()

Thread(target=press, daemon=True).start()
hands.real_pins = lambda: pins
board.pins = lambda: fine("pins", "simulated")
commands_check.SystemClock = lambda: SystemClock(synced=Path("/proc/self"))
turn.PATIENCE_MS = int(sys.argv[2])
senyum_kiosk(["check", "--config", sys.argv[3]], prog_name="senyum-kiosk")
"""


class Box:
    """A box on a bench, and somebody before it."""

    def __init__(self, folder: Path, config: Path, patience_ms: int = 20_000) -> None:
        self.folder = folder
        os.mkfifo(folder / "finger")
        command = [sys.executable, "-c", ON_MOCK_PINS, str(folder), str(patience_ms), str(config)]
        self.terminal = Terminal(command)
        self._finger = (folder / "finger").open("w", buffering=1)

    def close(self) -> None:
        self._finger.close()
        self.terminal.__exit__()

    def move(self, face: str, how: str) -> None:
        self._finger.write(f"{BUTTONS[face]} {how}\n")

    def push(self, face: str) -> None:
        """Down until the picture shows it, and up."""
        self.move(face, "down")
        self.terminal.expect("DOWN")
        self.move(face, "up")

    def lit(self) -> set[str]:
        """Which lamps shine, and the buzzer if it sounds, as the pins were written last."""
        names = {f"GPIO{pin}": face for face, pin in LAMPS.items()} | {f"GPIO{BUZZER}": "buzzer"}
        last = dict(line.split() for line in (self.folder / "seen").read_text().splitlines())
        return {names[pin] for pin, value in last.items() if pin in names and float(value) > 0}


def settings(folder: Path) -> Path:
    """Nobody answers at its broker."""
    file = folder / "kiosk.toml"
    file.write_text(
        f'[kiosk]\nid = "{KIOSK}"\ndata_dir = "{folder}/data"\nrun_dir = "{folder}/run"\n'
        f'[collector]\nkey = "{"ab" * 32}"\n[broker]\nhost = "{HOST}"\nport = {free_port()}\n'
    )
    (folder / "data").mkdir()
    return file


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[list[Box]]:
    made: list[Box] = []
    yield made
    for box in made:
        box.close()


def answer_all(box: Box) -> None:
    """A technician whose box is well."""
    for face in BUTTONS:
        box.terminal.expect(f"Press {face}")
        box.push(face)
        box.terminal.expect(f"ok  button-{face}")
    for face in LAMPS:
        box.terminal.expect(f"Does the lamp at {face} shine")
        assert box.lit() == {face}
        box.terminal.type("y\n")
        box.terminal.expect(f"ok  lamp-{face}")
    box.terminal.expect("Did the buzzer sound?")
    box.terminal.type("y\n")


def test_a_box_that_is_well(mosquitto: Mosquitto, tmp_path: Path, boxes: list[Box]) -> None:
    """From its buttons to a receipt of a real collector."""
    with Whole(tmp_path, mosquitto, 1) as whole:
        boxes.append(box := Box(tmp_path, whole.folder / f"{KIOSK}.toml"))
        answer_all(box)
        assert box.terminal.ended() == 0, box.terminal.seen
        assert "All is well." in box.terminal.seen
        assert "a test vote had its signed receipt" in box.terminal.seen
        assert f"GPIO{BUZZER} 1.0" in (tmp_path / "seen").read_text()
        assert box.lit() == set()
        assert whole.counted() == 0
        # The guide knows each line, and no line that is gone. Two come only in other cases.
        plain = re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]|\r", "", box.terminal.seen)
        names = re.findall(r"^ok +(\S+)", plain, re.MULTILINE)
        told = [guide.entry(name) for name in names]
        assert list(dict.fromkeys(told)) == [
            told for name, told in guide.LINES.items() if name not in ("tls", "hands")
        ]


def test_wires_that_were_exchanged_and_a_lamp_that_is_dark(
    tmp_path: Path, boxes: list[Box]
) -> None:
    boxes.append(box := Box(tmp_path, settings(tmp_path)))
    for asked, answers in (("frown", "neutral"), ("neutral", "frown"), ("smile", "smile")):
        box.terminal.expect(f"Press {asked}")
        box.push(answers)
    for face, key in (("frown", "y"), ("neutral", "n"), ("smile", "y")):
        box.terminal.expect(f"Does the lamp at {face}")
        box.terminal.type(f"{key}\n")
    box.terminal.expect("Did the buzzer sound?")
    box.terminal.type("n\n")
    assert box.terminal.ended() == 1
    told = box.terminal.seen
    assert "!!  button-frown   neutral answered" in told
    assert "!!  button-neutral frown answered" in told
    assert "ok  button-smile   answers" in told
    assert "exchange the wires at BCM 5 and BCM 6" in told
    assert "!!  lamp-neutral" in told
    assert "BCM 20" in told
    assert "Wrong: key, port, button-frown, button-neutral, lamp-neutral, buzzer." in told


def test_a_button_that_does_not_answer_holds_up_nothing(tmp_path: Path, boxes: list[Box]) -> None:
    boxes.append(box := Box(tmp_path, settings(tmp_path), patience_ms=1500))
    box.terminal.expect("!!  button-frown")
    box.terminal.expect("Press neutral")
    box.push("neutral")
    box.terminal.expect("ok  button-neutral")


@pytest.mark.parametrize("how", ["ctrl-c", "SIGTERM", "SIGHUP"])
def test_no_lamp_is_left_on(how: str, tmp_path: Path, boxes: list[Box]) -> None:
    boxes.append(box := Box(tmp_path, settings(tmp_path)))
    for face in BUTTONS:
        box.terminal.expect(f"Press {face}")
        box.push(face)
    box.terminal.expect("Does the lamp at frown shine")
    assert box.lit() == {"frown"}
    number = signal.SIGINT if how == "ctrl-c" else signal.Signals[how]
    box.terminal.process.send_signal(number)
    assert box.terminal.ended() == 1
    assert box.lit() == set()
    assert "Traceback" not in box.terminal.seen


@pytest.mark.parametrize(("option", "shown"), [([], True), (["--no-hands"], False)])
def test_without_pins_or_hands_nobody_is_asked(
    option: list[str], shown: bool, tmp_path: Path
) -> None:
    """The command as it is, on a machine that is no Pi."""
    command = [str(BIN / "senyum-kiosk"), "check", "--config", str(settings(tmp_path)), *option]
    with Terminal(command) as terminal:
        assert terminal.ended() == 1
        assert ("--  hands" in terminal.seen) == shown
        assert "[y/n]" not in terminal.seen
        # Long advice is broken between words; only a path may be longer than the terminal is wide.
        lines = terminal.seen.splitlines()
        assert [line for line in lines if len(line) > COLUMNS and str(tmp_path) not in line] == []


def test_lgpio_leaves_nothing_where_the_technician_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It makes a FIFO in its working folder and never removes it; here is no lgpio to see."""
    monkeypatch.setenv("LG_WD", "")
    told: list[Path] = []

    def no_pins() -> NoReturn:
        told.append(Path(os.environ["LG_WD"]))
        assert told[0].is_dir()
        raise NoPins("none here")

    monkeypatch.setattr(hands, "real_pins", no_pins)
    [line] = hands.lines(config.load(settings(tmp_path)), SystemClock(), lambda _question: False)
    assert (line.ok, line.said) == (None, "none here")
    assert told[0] != Path.cwd()
    assert not told[0].exists()


def test_while_the_panel_holds_the_pins_it_says_so(
    mosquitto: Mosquitto, tmp_path: Path, boxes: list[Box]
) -> None:
    with Whole(tmp_path, mosquitto, 1) as whole:
        whole.start_kiosk(KIOSK, "--every", "1000")
        until("panel", (whole.folder / KIOSK / "run" / "panel.sock").exists)
        boxes.append(box := Box(tmp_path, whole.folder / f"{KIOSK}.toml"))
        assert box.terminal.ended() == 2, box.terminal.seen
        assert "the panel is running, and holds the pins" in box.terminal.seen
        assert "systemctl stop senyum-panel" in box.terminal.seen
        assert "Not tried: vote, hands." in box.terminal.seen
        assert box.lit() == set()
        assert whole.is_running(KIOSK)
