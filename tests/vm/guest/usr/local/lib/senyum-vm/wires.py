"""The simulated chip's lines, by what is soldered to them on the board."""

import tomllib
from importlib.resources import files
from pathlib import Path

CHIP = Path("/sys/kernel/config/gpio-sim/kiosk")
BOARD = tomllib.loads(files("kiosk").joinpath("pins.toml").read_text())


def line(pin: int) -> Path:
    """The folder in which the kernel shows a line: write `pull`, read `value`."""
    device = (CHIP / "dev_name").read_text().strip()
    chip = (CHIP / "bank0/chip_name").read_text().strip()
    return Path(f"/sys/devices/platform/{device}/{chip}/sim_gpio{pin}")
