"""What the machine says of itself, read from /proc and /sys. None: it does not say."""

import re
from pathlib import Path
from typing import Final, Literal, NamedTuple

ROOT: Final = Path("/")

# hwmon's name for the firmware's detector of low voltage; a Zero has none.
_VOLTAGE: Final = "rpi_volt"
_WEAR_STEP: Final = 10  # percent: a card tells its life in tenths


class Machine(NamedTuple):
    temperature: int | None  # thousandths of a °C
    voltage: Literal["fine", "low"] | None  # low: at any time since boot
    wear: int | None  # percent of the card's life that is used, rounded up to tens
    memory: int | None  # bytes that a program could still have


def look(root: Path = ROOT) -> Machine:
    """How the machine is now; cheap enough for every minute."""
    return Machine(_temperature(root), _voltage(root), _wear(root), _memory(root))


def wifi(root: Path = ROOT) -> int | None:
    """Strength of the strongest Wi-Fi signal, dBm; of the network namespace of who asks."""
    levels = _words(root / "proc/net/wireless", r"^\s*\S+: +[0-9a-f]+ +\d+\.? +(-?\d+)")
    # A driver that knows no dBm gives numbers from 0 on, of a scale of its own.
    return max((int(level) for level in levels if int(level) < 0), default=None)


def _temperature(root: Path) -> int | None:
    return _number(root / "sys/class/thermal/thermal_zone0/temp")


def _voltage(root: Path) -> Literal["fine", "low"] | None:
    for sensor in sorted((root / "sys/class/hwmon").glob("hwmon*")):
        if _text(sensor / "name") == _VOLTAGE:
            # Sticky: the firmware remembers it until the next boot.
            alarm = _number(sensor / "in0_lcrit_alarm")
            return None if alarm is None else ("low" if alarm else "fine")
    return None


def _wear(root: Path) -> int | None:
    """The worse of the two estimates that eMMC gives; SD cards give none."""
    for card in sorted((root / "sys/block").glob("mmcblk[0-9]")):
        tenths = [int(word, 16) for word in _words(card / "device/life_time", "0x[0-9a-f]+")]
        if any(tenths):
            return max(tenths) * _WEAR_STEP
    return None


def _memory(root: Path) -> int | None:
    found = _words(root / "proc/meminfo", r"MemAvailable:\s+(\d+) kB")
    return int(found[0]) * 1024 if found else None


def _number(file: Path) -> int | None:
    text = _text(file)
    return int(text) if re.fullmatch(r"-?\d+", text) else None


def _words(file: Path, pattern: str) -> list[str]:
    return re.findall(pattern, _text(file), re.MULTILINE)


def _text(file: Path) -> str:
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
