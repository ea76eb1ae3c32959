"""The times of "When something hangs" in docs/firmware.md are those of code and units."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

from kiosk import backoff, callbacks
from kiosk.config import BrokerSection
from kiosk.deadlines import GRACE, LIMITS

ROOT = Path(__file__).parents[1]


def rows() -> dict[str, list[str]]:
    """What hangs → who notices, within, then."""
    text = (ROOT / "docs/firmware.md").read_text(encoding="utf-8")
    part = text.partition("## When something hangs")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| (.+) \|$", part, re.MULTILINE)[1:]
    return {cells[0]: cells[1:] for cells in (line.split(" | ") for line in lines)}


def setting(file: str, name: str) -> float:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / "systemd" / file)
    (value,) = (dict(parser[each])[name] for each in parser.sections() if name in parser[each])
    return float(value.removesuffix("s"))


UPLINK_S = setting("senyum-uplink.service", "WatchdogSec")
TIMES = {
    "the broker, or the network": 2 * BrokerSection().keepalive_s,
    "the same": LIMITS["broker"],
    "the broker takes": LIMITS["acknowledgement"],
    "the broker answers no CONNECT": LIMITS["connect"],
    "the panel, though": LIMITS["panel"],
    "the panel: its loop": setting("senyum-panel.service", "WatchdogSec"),
    "gpiozero's thread": callbacks.DEAF_LOOKS * callbacks.LOOK_MS / 1000,
    "the uplink: its loop": UPLINK_S,
    "the uplink turns": GRACE + UPLINK_S,
    "the kernel": setting("watchdog.conf", "RuntimeWatchdogSec"),
}


@pytest.mark.parametrize("begins", TIMES)
def test_each_time_is_that_of_the_code(begins: str) -> None:
    (within,) = (cells[1] for what, cells in rows().items() if what.startswith(begins))
    assert within == f"{TIMES[begins]:.0f} s"


def test_no_row_is_left_out() -> None:
    assert len(rows()) == len(TIMES)


def test_the_longest_pause_between_two_tries() -> None:
    failing = backoff.Backoff(lambda: 1.0)
    assert max(failing.failed() for _ in range(20)) == 60
    (then,) = (cells[2] for what, cells in rows().items() if "no CONNECT" in what)
    assert "60 s" in then
