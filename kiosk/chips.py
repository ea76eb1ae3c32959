"""Which /dev/gpiochipN has the header's pins: told by its label, for numbers move with kernels."""

import fcntl
import struct
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple

from kiosk.errors import SenyumError

DEV: Final = Path("/dev")
# The pin controllers of Raspberry Pis: pinctrl-bcm2835 (to Pi 3), -bcm2711 (Pi 4), -rp1 (Pi 5).
LABELS: Final = "pinctrl-"

# GPIO_GET_CHIPINFO_IOCTL of linux/gpio.h: char name[32], char label[32], __u32 lines.
_GET_CHIPINFO: Final = 0x8044B401
_CHIPINFO: Final = struct.Struct("32s32sI")


class NoChip(SenyumError, OSError):
    """No chip that this process may use has a Raspberry Pi's pins."""


class Chip(NamedTuple):
    number: int
    label: str
    lines: int


Ask = Callable[[Path], Chip]


def ask(device: Path) -> Chip:
    """What the kernel says of a chip; raises OSError."""
    with device.open("rb") as file:
        found = fcntl.ioctl(file, _GET_CHIPINFO, bytes(_CHIPINFO.size))
    name, label, lines = _CHIPINFO.unpack(found)
    return Chip(int(_text(name).removeprefix("gpiochip")), _text(label), lines)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("ascii", "replace")


def header(dev: Path = DEV, ask: Ask = ask) -> Chip:
    """The chip with the header's pins; raises NoChip, which says what was found instead."""
    devices = sorted(dev.glob("gpiochip[0-9]*"))
    chips, refused = _asked(devices, ask)
    for chip in chips:
        if chip.label.startswith(LABELS):
            return chip
    raise NoChip(_why(chips, refused))


def _asked(devices: Iterable[Path], ask: Ask) -> tuple[list[Chip], list[str]]:
    chips, refused = [], []
    for device in devices:
        try:
            chips.append(ask(device))
        except OSError as error:
            refused.append(f"{device}: {error.strerror}")
    return chips, refused


def _why(chips: Iterable[Chip], refused: list[str]) -> str:
    if refused:
        return f"{', '.join(refused)}; put the user into the group gpio"
    labels = ", ".join(chip.label for chip in chips)
    if labels:
        return f"the chips here are {labels}, none is a Raspberry Pi's"
    return "there is no /dev/gpiochip here: is this a Raspberry Pi?"
