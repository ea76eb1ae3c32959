"""The chip with the header's pins is found by its label, whatever its number."""

from pathlib import Path

import pytest

from kiosk import chips
from kiosk.chips import Chip, NoChip


def machine(folder: Path, labels: dict[int, str]) -> chips.Ask:
    """A /dev with these chips, and a kernel that answers for them."""
    for number in labels:
        (folder / f"gpiochip{number}").touch()

    def ask(device: Path) -> Chip:
        number = int(device.name.removeprefix("gpiochip"))
        return Chip(number, labels[number], 54)

    return ask


@pytest.mark.parametrize(
    ("labels", "number"),
    [
        ({0: "pinctrl-bcm2835", 1: "brcmvirt-gpio"}, 0),
        ({0: "brcmvirt-gpio", 4: "pinctrl-rp1"}, 4),
        ({0: "raspberrypi-exp-gpio", 10: "pinctrl-bcm2711"}, 10),
    ],
)
def test_the_label_decides(tmp_path: Path, labels: dict[int, str], number: int) -> None:
    assert chips.header(tmp_path, machine(tmp_path, labels)).number == number


def test_a_machine_without_such_a_chip_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(NoChip, match="the chips here are gpio-sim, none is a Raspberry Pi's"):
        chips.header(tmp_path, machine(tmp_path, {0: "gpio-sim"}))


def test_a_machine_without_chips_is_no_pi(tmp_path: Path) -> None:
    with pytest.raises(NoChip, match="is this a Raspberry Pi"):
        chips.header(tmp_path)


def test_a_chip_that_may_not_be_opened_is_a_matter_of_the_group(tmp_path: Path) -> None:
    (tmp_path / "gpiochip0").touch()

    def refused(_device: Path) -> Chip:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(NoChip, match="gpiochip0: Permission denied; put the user into the group"):
        chips.header(tmp_path, refused)


def test_a_file_that_is_no_chip_is_told_as_the_kernel_does(tmp_path: Path) -> None:
    (tmp_path / "gpiochip0").touch()
    with pytest.raises(NoChip, match="Inappropriate ioctl"):
        chips.header(tmp_path)
