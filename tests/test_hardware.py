"""One table of pins: the firmware, the diagram and the parts list say the same."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from gpiozero import pi_info
from wireviz.Harness import Harness
from wireviz.wireviz import parse

from hardware import wiring
from kiosk.config import PINS_FILE
from tests.brokers import require

FOLDER = Path(wiring.__file__).parent
PINS = wiring.read_pins(FOLDER / "pins.toml")
DIAGRAM = (FOLDER / "wiring.yml").read_text(encoding="utf-8")
README = (FOLDER / "README.md").read_text(encoding="utf-8")

# HAT identification, I²C, 1-Wire, SPI, serial console.
FORBIDDEN = {0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15}
DOWN_AT_POWER_ON = range(9, 28)


def outputs() -> list[int]:
    return [*PINS["lamps"].values(), PINS["buzzer"]["pin"]]


def used() -> list[int]:
    return [*PINS["buttons"].values(), *outputs()]


def test_the_copy_that_travels_with_the_package_is_the_same() -> None:
    assert PINS_FILE.read_bytes() == (FOLDER / "pins.toml").read_bytes()


def test_no_pin_is_used_twice() -> None:
    assert len(set(used())) == len(used())


def test_no_pin_is_used_that_something_else_needs() -> None:
    assert not FORBIDDEN & set(used())


def test_nothing_lights_or_sounds_before_the_firmware_runs() -> None:
    assert all(pin in DOWN_AT_POWER_ON for pin in outputs())


def test_every_face_has_a_button_and_a_lamp() -> None:
    assert list(PINS["buttons"]) == list(PINS["lamps"]) == list(wiring.FACES)


# ---------------------------------------------------------------- the diagram


def test_the_diagram_is_made_from_the_table() -> None:
    assert wiring.as_yaml(wiring.harness(PINS)) == DIAGRAM


def test_another_table_gives_another_diagram() -> None:
    other = PINS | {"buttons": PINS["buttons"] | {"frown": 26}}
    assert "GPIO26" in wiring.as_yaml(wiring.harness(other))


@pytest.mark.parametrize("face", list(PINS["buttons"]))
def test_a_finger_on_a_button_reaches_its_pin(face: str) -> None:
    assert pin_behind(f"Button {face}", "NO") == PINS["buttons"][face]


@pytest.mark.parametrize("face", list(PINS["lamps"]))
def test_a_lamp_hangs_on_its_pin(face: str) -> None:
    assert pin_behind(f"Button {face}", "lamp −") == PINS["lamps"][face]


def test_the_buzzer_hangs_on_its_pin() -> None:
    assert pin_behind("Buzzer", "−") == PINS["buzzer"]["pin"]


def pin_behind(part: str, label: str) -> int:
    """Follow the wire from a terminal to the header; what BCM pin gpiozero knows there."""
    harness: Harness = parse(DIAGRAM, return_types="harness")
    connector = harness.connectors[part]
    end = (part, connector.pins[connector.pinlabels.index(label)])
    wires = [wire for cable in harness.cables.values() for wire in cable.connections]
    [terminal] = [wire.from_pin for wire in wires if (wire.to_name, wire.to_pin) == end]
    [position] = [mate.from_pin for mate in harness.mates if mate.to_pin == terminal]
    return int(pi_info(wiring.BOARD).headers["J8"].pins[position].name.removeprefix("GPIO"))


def test_the_supply_stands_where_the_header_has_it() -> None:
    header = pi_info(wiring.BOARD).headers["J8"]
    assert {name: header.pins[position].name for name, position in wiring.SUPPLY.items()} == {
        name: name for name in wiring.SUPPLY
    }


def test_picture_and_parts_list_are_made_from_the_diagram(tmp_path: Path) -> None:
    require("dot")
    wiring.render(DIAGRAM, tmp_path)
    assert (tmp_path / "wiring.bom.tsv").read_text() == (FOLDER / "wiring.bom.tsv").read_text()
    # Not byte by byte: another version of Graphviz moves a line by a hair.
    assert words_in(tmp_path / "wiring.svg") == words_in(FOLDER / "wiring.svg")


def words_in(picture: Path) -> list[str]:
    texts = ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}text")
    return sorted("".join(text.itertext()) for text in texts)


# ---------------------------------------------------------------- what the technician reads


def test_the_readme_lists_every_part_and_how_many() -> None:
    rows = [line.split("\t") for line in (FOLDER / "wiring.bom.tsv").read_text().splitlines()[1:]]
    table = dict(re.findall(r"^\| ([^|]+?) \| ([\d.]+)(?: m)? \|", README, re.MULTILINE))
    assert table == {description: quantity for _, description, quantity, *_ in rows}


def test_the_readme_pulls_the_button_pins_up_at_boot() -> None:
    pins = ",".join(str(pin) for pin in PINS["buttons"].values())
    assert f"gpio={pins}=ip,pu" in README


def test_the_page_about_the_box_has_the_same_pins() -> None:
    page = (FOLDER.parent / "docs/hardware.md").read_text(encoding="utf-8")
    rows = {cells[1]: cells[2:] for cells in cells_of(page)}
    for name, group in (("button", "buttons"), ("lamp", "lamps")):
        assert rows[name][: len(wiring.FACES)] == [str(pin) for pin in PINS[group].values()]
    assert rows["buzzer"][0] == str(PINS["buzzer"]["pin"])


def cells_of(page: str) -> list[list[str]]:
    lines = [line for line in page.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split("|")] for line in lines]
