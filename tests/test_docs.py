"""The documents are true to the code: commands, settings, topics, signals, crash points, links."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest

import collector.config
import collector.crash
import kiosk.config
import kiosk.crash
from docs import regenerate
from kiosk import signals, wire

ROOT = Path(__file__).parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("hardware/*.md")])


def name_of(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


EVERYTHING = "\n".join(document.read_text(encoding="utf-8") for document in DOCS)
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")

COMMANDS = {
    context.command_path: context
    for program in regenerate.PROGRAMS
    for context in regenerate.walk(program)
}


# ---------------------------------------------------------------- what is generated


@pytest.mark.parametrize("name", list(regenerate.PAGES))
def test_a_generated_page_is_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == regenerate.PAGES[name](), "run `python docs/regenerate.py`"


@pytest.mark.parametrize("path", list(COMMANDS))
def test_every_command_and_option_is_told(path: str) -> None:
    page = page_of(path)
    options = [name for name in option_names(COMMANDS[path].command) if name not in page]
    assert options == []


def page_of(path: str) -> str:
    text = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    found = re.search(rf"^##+ {re.escape(path)}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md says nothing of {path}"
    return found[1]


def option_names(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            yield from parameter.opts


@pytest.mark.parametrize("path", list(COMMANDS))
def test_every_command_says_what_it_does(path: str) -> None:
    assert COMMANDS[path].command.get_short_help_str().strip()


def test_every_setting_is_told() -> None:
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    known = [*kiosk.config.settings(), *collector.config.settings()]
    assert [
        s for s in known if f"| `{s.section}.{s.name}` |" not in text or s.doc not in text
    ] == []


# ---------------------------------------------------------------- what is written by hand


@pytest.mark.parametrize("kind", get_args(wire.Kind))
def test_every_topic_is_told(kind: str) -> None:
    assert f"| `{kind}` |" in (ROOT / "docs/wire.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("point", [*kiosk.crash.CRASH_POINTS, *collector.crash.CRASH_POINTS])
def test_every_crash_point_is_told(point: str) -> None:
    assert f"`{point}`" in ARCHITECTURE


@pytest.mark.parametrize("signal", list(signals.SIGNALS))
def test_every_signal_is_told(signal: str) -> None:
    assert f"`{signal}`" in EVERYTHING


def test_every_command_that_a_document_names_is_there() -> None:
    named = set(re.findall(r"`senyum-(kiosk|collector)((?: [a-z]+(?:-[a-z]+)*)+)", EVERYTHING))
    assert [words for program, words in sorted(named) if not runs(program, words.split())] == []


def runs(program: str, words: list[str]) -> bool:
    """Is there such a command? Words after it are its arguments."""
    path = f"senyum-{program}"
    for word in words:
        if not isinstance(COMMANDS[path].command, click.Group):
            return True
        path = f"{path} {word}"
        if path not in COMMANDS:
            return False
    return True


LARGE_ROOMS = (  # told as a whole
    "collector/commands",
    "collector/demo",
    "collector/ledger/schema",
    "collector/web",
    "kiosk/check",
)


def test_every_file_stands_in_the_architecture() -> None:
    """A table of files that misses one is worse than none."""
    packages = [ROOT / "kiosk", ROOT / "collector"]
    files = [file for package in packages for file in package.rglob("*.py")]
    names = [file.relative_to(ROOT).as_posix() for file in files if file.name != "__init__.py"]
    small = [name for name in sorted(names) if not name.startswith(LARGE_ROOMS)]
    told = [*small, *(f"{room}/" for room in LARGE_ROOMS)]
    assert [name for name in told if f"`{name}`" not in ARCHITECTURE] == []


OURS = "bench|collector|docs|hardware|kiosk|systemd|tests"


@pytest.mark.parametrize("document", DOCS, ids=name_of)
def test_every_file_that_a_document_names_is_there(document: Path) -> None:
    named = re.findall(rf"`((?:{OURS})/[\w./-]*)`", document.read_text(encoding="utf-8"))
    assert [file for file in named if not (ROOT / file).exists()] == []


# ---------------------------------------------------------------- links and places


@pytest.mark.parametrize("document", DOCS, ids=name_of)
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8"))
    local = [
        target for target in targets if "://" not in target and not target.startswith("mailto")
    ]
    assert [target for target in local if not leads_somewhere(document, target)] == []


def leads_somewhere(document: Path, target: str) -> bool:
    file, _, anchor = target.partition("#")
    goal = (document.parent / file) if file else document
    return goal.exists() and (not anchor or anchor in anchors(goal.read_text(encoding="utf-8")))


def anchors(text: str) -> set[str]:
    """The anchors that a Markdown page's headings make."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


# Written in halves, so that this file does not hold them itself.
FOREIGN = [
    *(f"/{folder}/" for folder in ("work", "root", "home/[a-z]+", "Users")),
    *(f"{host}\\.(?:org|com|io)" for host in ("pypi", "pythonhosted", "npmjs", "debian")),
]


def test_no_file_names_a_place_of_the_machine_it_was_written_on() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in text_files()
        for match in re.finditer("|".join(FOREIGN), file.read_text(encoding="utf-8"))
    ]
    assert found == []


def text_files() -> Iterator[Path]:
    """What is in version control and can be read as text."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30
    ).stdout
    for name in listed.decode().split("\0"):
        file = ROOT / name
        if name and file.is_file() and b"\0" not in file.read_bytes()[:8192]:
            yield file
