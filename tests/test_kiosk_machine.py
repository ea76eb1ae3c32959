"""What the machine says of itself, where it says it."""

from pathlib import Path

import pytest

from kiosk import machine
from kiosk.machine import Machine

MEMINFO = "MemTotal:         442892 kB\nMemFree:           50000 kB\nMemAvailable:     211000 kB\n"


def write(root: Path, name: str, text: str) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_machine_that_says_nothing(tmp_path: Path) -> None:
    assert machine.look(tmp_path) == Machine(None, None, None, None)


def test_a_machine_that_says_everything(tmp_path: Path) -> None:
    write(tmp_path, "sys/class/thermal/thermal_zone0/temp", "48312\n")
    write(tmp_path, "sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
    write(tmp_path, "sys/class/hwmon/hwmon1/name", "rpi_volt\n")
    write(tmp_path, "sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0\n")
    write(tmp_path, "sys/block/mmcblk0/device/life_time", "0x01 0x03\n")
    write(tmp_path, "proc/meminfo", MEMINFO)
    assert machine.look(tmp_path) == Machine(48312, "fine", 30, 211000 * 1024)


@pytest.mark.parametrize(("alarm", "voltage"), [("1\n", "low"), ("0\n", "fine"), ("", None)])
def test_low_voltage_at_any_time_since_boot(tmp_path: Path, alarm: str, voltage: object) -> None:
    write(tmp_path, "sys/class/hwmon/hwmon0/name", "rpi_volt\n")
    write(tmp_path, "sys/class/hwmon/hwmon0/in0_lcrit_alarm", alarm)
    assert machine.look(tmp_path).voltage == voltage


@pytest.mark.parametrize("life", ["0x00 0x00\n", "broken\n", ""])
def test_a_card_that_does_not_tell_its_life(tmp_path: Path, life: str) -> None:
    write(tmp_path, "sys/block/mmcblk0/device/life_time", life)
    assert machine.look(tmp_path).wear is None


WIRELESS = """Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
"""
WLAN = " wlan0: 0000   54.  {level}.  -256        0      0      0      0      0        0\n"


@pytest.mark.parametrize(
    ("lines", "dbm"),
    [
        (WIRELESS, None),  # a cable, or a network namespace of its own
        (WIRELESS + WLAN.format(level=-56), -56),
        (WIRELESS + WLAN.format(level=-80) + WLAN.format(level=-61), -61),
        (WIRELESS + WLAN.format(level=200), None),  # a driver with a scale of its own
        (WIRELESS + WLAN.format(level=0), None),
        ("", None),
    ],
)
def test_the_strength_of_the_wifi(tmp_path: Path, lines: str, dbm: int | None) -> None:
    write(tmp_path, "proc/net/wireless", lines)
    assert machine.wifi(tmp_path) == dbm


def test_bytes_that_are_no_text_say_nothing(tmp_path: Path) -> None:
    write(tmp_path, "sys/class/thermal/thermal_zone0/temp", "")
    (tmp_path / "sys/class/thermal/thermal_zone0/temp").write_bytes(b"\xff\xfe")
    assert machine.look(tmp_path).temperature is None


def test_this_machine_has_memory() -> None:
    assert (machine.look().memory or 0) > 0
