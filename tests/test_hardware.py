"""One table of pins: the firmware, the diagram and the parts list say the same."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from gpiozero import pi_info
from wireviz.Harness import Harness
from wireviz.wireviz import parse

from collector.index.scales import SCALES
from hardware import wiring
from kiosk.config import PINS_FILE
from tests.brokers import require

FOLDER = Path(wiring.__file__).parent
BOXES = {name: wiring.read_pins(FOLDER / "pins.toml", box) for name, box in wiring.BOXES.items()}
DIAGRAMS = {name: (FOLDER / f"{name}.yml").read_text(encoding="utf-8") for name in BOXES}
PARTS = [(name, face) for name, pins in BOXES.items() for face in pins["buttons"]]
README = (FOLDER / "README.md").read_text(encoding="utf-8")

# HAT identification, I²C, 1-Wire, SPI, serial console.
FORBIDDEN = {0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14, 15}
DOWN_AT_POWER_ON = range(9, 28)


def outputs(pins: dict[str, dict[str, int]]) -> list[int]:
    return [*pins["lamps"].values(), pins["buzzer"]["pin"]]


def used(pins: dict[str, dict[str, int]]) -> list[int]:
    return [*pins["buttons"].values(), *outputs(pins)]


every_box = pytest.mark.parametrize("name", BOXES)


def test_the_copy_that_travels_with_the_package_is_the_same() -> None:
    assert PINS_FILE.read_bytes() == (FOLDER / "pins.toml").read_bytes()


def test_there_is_a_box_of_three_and_one_of_four_faces_of_one_scale_each() -> None:
    faces = [tuple(pins["buttons"]) for pins in BOXES.values()]
    assert faces == [SCALES["smiley-3"], SCALES["smiley-4"]]


@every_box
def test_no_pin_is_used_twice(name: str) -> None:
    assert len(set(used(BOXES[name]))) == len(used(BOXES[name]))


@every_box
def test_no_pin_is_used_that_something_else_needs(name: str) -> None:
    assert not FORBIDDEN & set(used(BOXES[name]))


@every_box
def test_nothing_lights_or_sounds_before_the_firmware_runs(name: str) -> None:
    assert all(pin in DOWN_AT_POWER_ON for pin in outputs(BOXES[name]))


@every_box
def test_every_face_has_a_button_and_a_lamp_of_a_colour_of_its_own(name: str) -> None:
    faces = list(BOXES[name]["buttons"])
    assert list(BOXES[name]["lamps"]) == faces
    assert len({wiring.COLOURS[face] for face in faces}) == len(faces)


# ---------------------------------------------------------------- the diagram


@every_box
def test_the_diagram_is_made_from_the_table(name: str) -> None:
    assert wiring.as_yaml(wiring.harness(BOXES[name])) == DIAGRAMS[name]


def test_another_table_gives_another_diagram() -> None:
    pins = BOXES["wiring"]
    other = pins | {"buttons": pins["buttons"] | {"frown": 26}}
    assert "GPIO26" in wiring.as_yaml(wiring.harness(other))


@pytest.mark.parametrize(("name", "face"), PARTS)
def test_a_finger_on_a_button_reaches_its_pin(name: str, face: str) -> None:
    assert pin_behind(name, f"Button {face}", "NO") == BOXES[name]["buttons"][face]


@pytest.mark.parametrize(("name", "face"), PARTS)
def test_a_lamp_hangs_on_its_pin(name: str, face: str) -> None:
    assert pin_behind(name, f"Button {face}", "lamp −") == BOXES[name]["lamps"][face]


@every_box
def test_the_buzzer_hangs_on_its_pin(name: str) -> None:
    assert pin_behind(name, "Buzzer", "−") == BOXES[name]["buzzer"]["pin"]


def pin_behind(name: str, part: str, label: str) -> int:
    """Follow the wire from a terminal to the header; what BCM pin gpiozero knows there."""
    harness: Harness = parse(DIAGRAMS[name], return_types="harness")
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


@every_box
def test_picture_and_parts_list_are_made_from_the_diagram(name: str, tmp_path: Path) -> None:
    require("dot")
    wiring.render(DIAGRAMS[name], tmp_path, name)
    assert (tmp_path / f"{name}.bom.tsv").read_text() == (FOLDER / f"{name}.bom.tsv").read_text()
    # Not byte by byte: another version of Graphviz moves a line by a hair.
    assert words_in(tmp_path / f"{name}.svg") == words_in(FOLDER / f"{name}.svg")


def words_in(picture: Path) -> list[str]:
    texts = ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}text")
    return sorted("".join(text.itertext()) for text in texts)


# ---------------------------------------------------------------- what the technician reads


@pytest.mark.parametrize(("name", "column"), [("wiring", 2), ("wiring-4", 3)])
def test_the_readme_lists_every_part_and_how_many(name: str, column: int) -> None:
    rows = [line.split("\t") for line in (FOLDER / f"{name}.bom.tsv").read_text().splitlines()[1:]]
    cells = [row for row in cells_of(README) if re.match(r"[\d.]+", row[2])]
    table = {row[1]: row[column].removesuffix(" m") for row in cells}
    assert table == {description: quantity for _, description, quantity, *_ in rows}


@every_box
def test_the_readme_pulls_the_button_pins_up_at_boot(name: str) -> None:
    pins = ",".join(str(pin) for pin in BOXES[name]["buttons"].values())
    assert f"gpio={pins}=ip,pu" in README


@pytest.mark.parametrize(("name", "which"), [("wiring", ""), ("wiring-4", " of four")])
def test_the_page_about_the_box_has_the_same_pins(name: str, which: str) -> None:
    page = (FOLDER.parent / "docs/hardware.md").read_text(encoding="utf-8")
    rows = {cells[1]: cells[2:] for cells in cells_of(page)}
    for row, group in (("button", "buttons"), ("lamp", "lamps")):
        pins = [str(pin) for pin in BOXES[name][group].values()]
        assert rows[row + which][: len(pins)] == pins
    assert rows["buzzer"][0] == str(BOXES[name]["buzzer"]["pin"])


def cells_of(page: str) -> list[list[str]]:
    lines = [line for line in page.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split("|")] for line in lines]
