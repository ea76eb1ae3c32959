"""The wiring diagram and the parts list, made from pins.toml: `python hardware/wiring.py`.

Writes wiring.yml (WireViz), and from it wiring.svg and wiring.bom.tsv (needs Graphviz' `dot`); and
the same as wiring-4.* for a box of four faces.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from gpiozero import pi_info
from wireviz.wireviz import parse

FOLDER = Path(__file__).parent
# The colour of each face's title; no two of one box are alike.
COLOURS = {
    **{"frown": "OG", "neutral": "GY", "smile": "LB"},
    **{"bad": "OG", "poor": "BG", "good": "LB", "great": "BU"},
}
BOXES = {"wiring": None, "wiring-4": "smiley-4"}  # name of the files → its tables in pins.toml
BOARD = "902120"  # revision of a Pi Zero 2 W; the 40-pin header is the same on every Pi since 2014
SUPPLY = {"5V": 2, "3V3": 17, "GND": 39}  # header positions

HEADER = "# Made from pins.toml by wiring.py: change that, run this.\n"

Node = dict[str, Any]


def read_pins(path: Path, box: str | None = None) -> dict[str, dict[str, int]]:
    """The pins of one box: the usual one, or one that has tables of its own."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    usual = {name: table[name] for name in ("buttons", "lamps", "buzzer")}
    return usual if box is None else usual | table[box]


def header_position(bcm: int) -> int:
    """Where BCM pin `bcm` stands on the 40-pin header."""
    [(_, pin)] = pi_info(BOARD).find_pin(f"GPIO{bcm}")
    return int(pin.number)


def harness(pins: dict[str, dict[str, int]]) -> Node:
    """The whole kiosk as WireViz describes a harness."""
    connectors, cables = _connectors(pins), _cables(pins)
    return {
        "metadata": {"title": "Kotak Senyum: wiring of one kiosk"},
        "options": {"fontname": "DejaVu Sans", "color_mode": "FULL", "mini_bom_mode": False},
        "connectors": connectors,
        "cables": cables,
        "connections": _connections(pins),
        "additional_bom_items": [*_parts_drawn(connectors, cables), *_parts_apart()],
    }


# ---------------------------------------------------------------- nodes


def _connectors(pins: dict[str, dict[str, int]]) -> Node:
    buttons = {f"Button {face}": _button(COLOURS[face]) for face in pins["buttons"]}
    return {"Pi": _pi(pins), "Board": _board(pins), **buttons, "Buzzer": _buzzer()}


def _pi(pins: dict[str, dict[str, int]]) -> Node:
    signals = {header_position(bcm): f"GPIO{bcm}" for bcm in _signals(pins).values()}
    rows = {position: name for name, position in SUPPLY.items()} | signals
    return _connector(
        "Raspberry Pi Zero 2 W with header",
        rows,
        notes="Numbers: position on the 40-pin header.<br/>The board plugs onto it.",
    )


def _connector(type_: str, pins: Mapping[Any, str], **more: Any) -> Node:
    shown = {"type": type_, "pins": list(pins), "pinlabels": list(pins.values())}
    return {**shown, "show_pincount": False, "ignore_in_bom": True, **more}


def _signals(pins: dict[str, dict[str, int]]) -> dict[str, int]:
    """Terminal on the board → BCM pin, in the order of the terminals."""
    signals = {}
    for number, face in enumerate(pins["buttons"], 1):
        signals[f"X{number}.1"] = pins["buttons"][face]
        signals[f"X{number}.4"] = pins["lamps"][face]
    return signals | {f"X{_last(pins)}.2": pins["buzzer"]["pin"]}


def _last(pins: dict[str, dict[str, int]]) -> int:
    """The number of the buzzer's terminal, and of its cable."""
    return len(pins["buttons"]) + 1


def _board(pins: dict[str, dict[str, int]]) -> Node:
    return _connector(
        "carrier board with 2×20 socket",
        dict.fromkeys(SUPPLY, "") | _terminals(pins),
        notes="Each lamp + and buzzer +: 5V.<br/>"
        "Each switch: TVS to GND, 2.2 kΩ to 3V3, 1 kΩ to its pin; 100 nF from the pin to GND.<br/>"
        "Each lamp − and buzzer −: collector of a transistor; its emitter to GND, its base<br/>"
        "by 1 kΩ to the pin and by 100 kΩ to GND. Diode across the buzzer, cathode to +.",
        additional_components=_parts_of_board(len(pins["buttons"])),
    )


def _terminals(pins: dict[str, dict[str, int]]) -> dict[str, str]:
    terminals = {}
    for number, face in enumerate(pins["buttons"], 1):
        for place, name in enumerate(("switch", "GND", "lamp +", "lamp −"), 1):
            terminals[f"X{number}.{place}"] = f"{face} {name}"
    last = _last(pins)
    return terminals | {f"X{last}.1": "buzzer +", f"X{last}.2": "buzzer −"}


def _button(colour: str) -> Node:
    pins = {1: "NO", 2: "COM", 3: "lamp +", 4: "lamp −"}
    return _connector("push button 60 mm with LED lamp", pins, bgcolor_title=colour)


def _buzzer() -> Node:
    return _connector("magnetic buzzer, active, 5 V", {1: "+", 2: "−"})


def _cables(pins: dict[str, dict[str, int]]) -> Node:
    last = _last(pins)
    pairs = {f"W{number}": ["OG", "WHOG", "GN", "WHGN"] for number in range(1, last)}
    pairs[f"W{last}"] = ["BU", "WHBU"]
    return {name: _cable(colours) for name, colours in pairs.items()}


def _cable(colours: list[str]) -> Node:
    type_ = "patch cable Cat 5e, stranded"
    return {"type": type_, "length": 0.5, "colors": colours, "ignore_in_bom": True}


# ---------------------------------------------------------------- connections


def _connections(pins: dict[str, dict[str, int]]) -> list[list[Any]]:
    return [_header_to_board(pins), *_board_to_buttons(pins), _board_to_buzzer(_last(pins))]


def _header_to_board(pins: dict[str, dict[str, int]]) -> list[Any]:
    rows = SUPPLY | {name: header_position(bcm) for name, bcm in _signals(pins).items()}
    return [{"Pi": list(rows.values())}, "--", {"Board": list(rows)}]


def _board_to_buttons(pins: dict[str, dict[str, int]]) -> list[list[Any]]:
    return [
        [
            {"Board": [f"X{n}.{terminal}" for terminal in range(1, 5)]},
            {f"W{n}": [1, 2, 3, 4]},
            {f"Button {face}": [1, 2, 3, 4]},
        ]
        for n, face in enumerate(pins["buttons"], 1)
    ]


def _board_to_buzzer(last: int) -> list[Any]:
    return [{"Board": [f"X{last}.1", f"X{last}.2"]}, {f"W{last}": [1, 2]}, {"Buzzer": [1, 2]}]


# ---------------------------------------------------------------- parts


def _parts_of_board(faces: int) -> list[Node]:
    parts = {
        "resistor 2.2 kΩ": faces,
        "resistor 1 kΩ": 2 * faces + 1,
        "capacitor 100 nF ceramic": faces,
        "TVS diode array, 4 lines, 5 V": 1,
        "transistor BC547": faces + 1,
        "resistor 100 kΩ": faces + 1,
        "diode 1N4148, across the buzzer": 1,
        "screw terminal, 2 poles": 2 * faces + 1,
    }
    return [{"type": name, "qty": quantity} for name, quantity in parts.items()]


def _parts_drawn(connectors: Node, cables: Node) -> list[Node]:
    """The nodes of the diagram as entries of the parts list."""
    parts = [{"description": n["type"], "designators": name} for name, n in connectors.items()]
    for name, cable in cables.items():
        length = {"qty": cable["length"], "unit": "m"}
        parts.append({"description": cable["type"], "designators": name, **length})
    return parts


def _parts_apart() -> list[Node]:
    parts = (
        "microSD card 16 GB, high endurance",
        "power supply 5 V 2.5 A, micro-USB",
        "enclosure with front plate",
    )
    return [{"description": name} for name in parts]


# ---------------------------------------------------------------- files


def as_yaml(tree: Node) -> str:
    return HEADER + yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=100)


def render(description: str, folder: Path, name: str) -> None:
    """The picture (.svg) and the parts list (.bom.tsv) in `folder`, from a description."""
    parse(description, output_formats=("svg", "tsv"), output_dir=folder, output_name=name)


def main() -> None:
    for name, box in BOXES.items():
        description = as_yaml(harness(read_pins(FOLDER / "pins.toml", box)))
        (FOLDER / f"{name}.yml").write_text(description, encoding="utf-8")
        render(description, FOLDER, name)


if __name__ == "__main__":
    main()
