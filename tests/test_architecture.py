"""The import rules of docs/architecture.md, read from the source itself.

`violations` takes modules as text, so the rules are tried on wrong code as well as on ours.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("kiosk", "collector")

# What a room may import of ours, beside itself. The first room that a module lies in decides.
ROOMS = {
    "kiosk": set(),
    "collector.index": set(),
    "collector.ledger": {"collector.errors", "collector.index", "kiosk.wire"},
    "collector.release": {"collector.errors", "collector.ledger", "collector.index"},
    "collector.report": {
        "collector.errors", "collector.ledger", "collector.index", "collector.release",
    },
    "collector.alerts": {
        "collector.errors", "collector.config", "collector.servicehours", "collector.tomlfile",
        "collector.ledger", "collector.index", "collector.release.timetable",
    },
    "collector.backup": {"collector.errors", "collector.ledger"},
    "collector.ingest": {
        "collector.errors", "collector.config", "collector.crash", "collector.systemd",
        "collector.ledger", "kiosk.wire", "kiosk.keys",
    },
    "collector.integrity": {
        "collector.errors", "collector.config", "collector.mail", "collector.ledger",
        "kiosk.wire", "kiosk.keys",
    },
    "collector.misuse": {
        "collector.errors", "collector.servicehours", "collector.tomlfile",
        "collector.ledger", "collector.index",
    },
    # What everybody reads comes from releases, and from nowhere else.
    "collector.web.public": {
        "collector.web.givenlines", "collector.web.putright", "collector.web.released",
    },
    "collector.web.putright": {  # plans, and no vote
        "collector.ledger.places", "collector.ledger.plans", "collector.web.site",
    },
    "collector.web.givenlines": {
        "collector.ledger.places", "collector.ledger.releases", "collector.release.told",
        "collector.web.period", "collector.web.site",
    },
    "collector.web.released": {
        "collector.ledger.releases", "collector.web.languages", "collector.web.period",
        "collector.web.site",
    },
    # Nor does what an agency's people read; their plans are their own.
    "collector.web.given": {
        "collector.ledger.places", "collector.ledger.plans", "collector.release.rules",
        "collector.web.followups", "collector.web.formats", "collector.web.givenlines",
        "collector.web.period", "collector.web.proposed", "collector.web.ran",
        "collector.web.reader", "collector.web.released", "collector.web.site",
    },
    "collector.web.proposed": {
        "collector.ledger.releases", "collector.web.givenlines", "collector.web.period",
        "collector.web.site",
    },
    "collector.web": {
        "collector.errors", "collector.config", "collector.systemd", "collector.secretfile",
        "collector.servicehours", "collector.tomlfile", "collector.ledger", "collector.index",
        "collector.release", "collector.report", "collector.alerts",
    },
    # The demo builds kiosks, so it may make their first epochs.
    "collector.demo": {
        "collector", "kiosk.wire", "kiosk.keys", "kiosk.errors", "kiosk.epochs", "kiosk.succession",
    },
    "collector": {"collector", "kiosk.wire", "kiosk.keys", "kiosk.errors"},
}  # fmt: skip

# Who alone may import it, in the packages named.
DOORS = {
    "gpiozero": {"kiosk.panel", "kiosk.simulate"},
    "lgpio": set(),
    "paho": {"kiosk.session", "collector.ingest.subscriber"},
    "flask": {"collector.web"},
    "waitress": {"collector.web"},
    "smtplib": {"collector.mail"},
    "openpyxl": {"collector.tables.workbook"},
    "xlsxwriter": {"collector.report.workbook"},
    "typst": {"collector.report.typesetting"},
    "apprise": {"collector.alerts.delivery"},
    "importlib.import_module": {"collector.cli"},
}
KIOSK_DOORS = {
    "sqlite3": {"kiosk.outbox_file", "kiosk.salvage"},
    "sqlite_utils": set(), "flask": set(), "scipy": set(),
}  # fmt: skip
SQL_ROOMS = {
    "collector.ledger", "kiosk.outbox", "kiosk.outbox_file", "kiosk.retention", "kiosk.salvage",
}  # fmt: skip

# Pure: the moment, chance and neighbours are handed in.
PURE = {
    "kiosk.ballot", "kiosk.carrying", "kiosk.contact", "kiosk.courier", "kiosk.deadlines",
    "kiosk.presses", "kiosk.rows", "kiosk.signals", "kiosk.wire",
    "collector.alerts.boxes", "collector.alerts.conditions", "collector.alerts.drops",
    "collector.alerts.duties", "collector.alerts.kinds", "collector.alerts.owed",
    "collector.alerts.points", "collector.alerts.situation", "collector.alerts.wording",
    "collector.index", "collector.ingest.corrections", "collector.ingest.cursor",
    "collector.ingest.timing", "collector.demo.beside", "collector.demo.public",
    "collector.misuse.judging", "collector.misuse.traffic",
    "collector.release.adding", "collector.release.alike", "collector.release.measure",
    "collector.release.pieces", "collector.release.rules",
    "collector.release.timetable", "collector.release.told",
    "collector.report.content", "collector.report.dictionary", "collector.report.document",
    "collector.report.gathering", "collector.report.letter", "collector.report.making",
    "collector.report.opendata", "collector.report.words", "collector.report.workbook",
}  # fmt: skip
IMPURE = {
    "asyncio", "logging", "os", "pathlib", "random", "secrets", "select", "selectors", "signal",
    "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time",
}  # fmt: skip

NAMELESS = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}

SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|REPLACE|ALTER|DROP|PRAGMA)\s")


class Module(NamedTuple):
    name: str
    tree: ast.Module
    imports: frozenset[str]  # dotted names, ours resolved to the module they stand in


def lies_in(name: str, places: Iterable[str]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


# ---------------------------------------------------------------- reading


def sources() -> dict[str, str]:
    """Every module of ours → its text."""
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    return {dotted(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in files}


def dotted(file: Path) -> str:
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def read(texts: Mapping[str, str]) -> list[Module]:
    trees = {name: ast.parse(text, name) for name, text in texts.items()}
    return [
        Module(name, tree, frozenset(resolve(imported, texts) for imported in imports(tree)))
        for name, tree in trees.items()
    ]


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            # A dot is left in front: `.x` is refused below, for we write imports in full.
            start = "." * node.level + (node.module or "")
            yield from (f"{start}.{alias.name}" for alias in node.names)


def resolve(imported: str, texts: Mapping[str, str]) -> str:
    """`collector.errors.CollectorError` is an import of collector.errors."""
    place = imported
    while place not in texts and "." in place:
        place = place.rpartition(".")[0]
    return place if place in texts else imported


# ---------------------------------------------------------------- rules


def outside_the_rooms(module: Module) -> Iterator[str]:
    room = next(room for room in ROOMS if lies_in(module.name, [room]))
    for imported in sorted(module.imports):
        ours = lies_in(imported, PACKAGES) or imported.startswith(".")
        if ours and not lies_in(imported, ROOMS[room] | {room}):
            yield f"{module.name} imports {imported}, which {room} must not"


def past_the_doors(module: Module) -> Iterator[str]:
    doors = DOORS | KIOSK_DOORS if lies_in(module.name, ["kiosk"]) else DOORS
    for library, keepers in doors.items():
        used = any(lies_in(imported, [library]) for imported in module.imports)
        if used and not lies_in(module.name, keepers):
            yield f"{module.name} imports {library}, which only {sorted(keepers)} may"


def impure(module: Module) -> Iterator[str]:
    if lies_in(module.name, PURE):
        for imported in sorted(module.imports):
            # A `Random` may be handed in, and has to be named for that.
            if lies_in(imported, IMPURE) and imported != "random.Random":
                yield f"{module.name} imports {imported} and is to be pure"


def sql_outside(module: Module) -> Iterator[str]:
    if lies_in(module.name, SQL_ROOMS):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and SQL.match(str(node.value)):
            yield f"{module.name}:{node.lineno} holds SQL, which only {sorted(SQL_ROOMS)} may"


def nameless(module: Module) -> Iterator[str]:
    if NAMELESS & set(module.name.split(".")):
        yield f"{module.name} is not named by what it does"


RULES: tuple[Callable[[Module], Iterator[str]], ...] = (
    outside_the_rooms,
    past_the_doors,
    impure,
    sql_outside,
    nameless,
)


def circles(modules: Iterable[Module]) -> Iterator[str]:
    known = {module.name: module.imports for module in modules}
    graph = {name: imported & known.keys() - {name} for name, imported in known.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield f"these import each other: {' → '.join(error.args[1])}"


def violations(texts: Mapping[str, str]) -> list[str]:
    modules = read(texts)
    found = [line for module in modules for rule in RULES for line in rule(module)]
    return [*found, *circles(modules)]


# ---------------------------------------------------------------- our code


def test_our_code_keeps_the_rules() -> None:
    found = violations(sources())
    assert not found, "\n".join(found)


def test_the_rooms_and_doors_that_the_rules_name_exist() -> None:
    """A rule about a module that was renamed would hold nothing."""
    doors = {keeper for keepers in (DOORS | KIOSK_DOORS).values() for keeper in keepers}
    named = set(ROOMS).union(doors, SQL_ROOMS, PURE, *ROOMS.values())
    assert named - sources().keys() == set()


# ---------------------------------------------------------------- wrong code


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("kiosk.outbox", "import collector", "kiosk must not"),
        ("kiosk.outbox", "from collector.ledger import store", "kiosk must not"),
        ("kiosk.outbox", "def later():\n    import collector.config", "kiosk must not"),
        ("collector.fleet", "from kiosk import outbox", "collector must not"),
        ("collector.index.figure", "from collector import errors", "collector.index must not"),
        ("collector.index.figure", "from ..errors import X", "collector.index must not"),
        ("collector.ledger.votes", "from kiosk import keys", "collector.ledger must not"),
        ("collector.ledger.votes", "import collector.config", "collector.ledger must not"),
        ("collector.web.fleet", "from collector.ingest import step", "collector.web must not"),
        ("collector.web.public", "from collector.ledger import reading", "web.public must not"),
        ("collector.web.given", "from collector.ledger import reading", "web.given must not"),
        ("collector.integrity.audit", "import collector.web", "collector.integrity must not"),
        ("collector.ledger.votes", "import collector.integrity", "collector.ledger must not"),
        ("collector.ingest.step", "import collector.web", "collector.ingest must not"),
        ("kiosk.lamps", "from gpiozero import LED", "gpiozero"),
        ("collector.demo", "import paho.mqtt.client as mqtt", "paho"),
        ("kiosk.health", "import sqlite3", "sqlite3"),
        ("collector.app", "from flask import Flask", "flask"),
        ("collector.app", "from importlib import import_module", "import_module"),
        ("kiosk.presses", "from time import monotonic", "pure"),
        ("collector.index.trend", "import random", "pure"),
        ("collector.web.agency", "db.query('SELECT * FROM votes')", "SQL"),
        ("collector.web.agency", "db.query(f'''\n  UPDATE {x} SET n = 1''')", "SQL"),
        ("collector.web.utils", "", "named"),
        ("kiosk.helpers.text", "", "named"),
    ],
)
def test_wrong_code_is_found(name: str, text: str, complaint: str) -> None:
    packages = dict.fromkeys([*ROOMS, "collector.errors", "kiosk.wire"], "")
    [found] = violations({**packages, "collector.errors": "", name: text})
    assert name in found
    assert complaint in found


def test_a_circle_is_found() -> None:
    circle = {
        "kiosk.a": "import kiosk.b",
        "kiosk.b": "from kiosk import c",
        "kiosk.c": "import kiosk.a",
    }
    [found] = violations(circle)
    assert found.startswith("these import each other: kiosk.")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("collector.ledger.votes", "from collector.index import figure\nx = 'SELECT 1'"),
        (
            "collector.ingest.step",
            "from collector.ledger import votes\nfrom kiosk.wire import unseal",
        ),
        ("collector.web.pages", "import flask\ntext = 'Select an agency'"),
        ("kiosk.panel", "import gpiozero\nfrom kiosk import wire"),
        ("collector.ledger.store", "import sqlite3"),
    ],
)
def test_right_code_is_left_alone(name: str, text: str) -> None:
    assert violations({"kiosk.wire": "", "collector.ledger.votes": "", name: text}) == []
