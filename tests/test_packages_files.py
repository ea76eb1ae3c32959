"""What the packages are made of fits together; whether it works, `make test-packages` shows."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from debs import lock

import collector.config
import kiosk.config

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "systemd/packages"
NAMES = ("kiosk", "collector")
UNIT = r"[\w@-]+\.(?:service|timer)\b"
OPTIONAL = {"senyum-litestream.service"}  # for the admin to enable
SCRIPTS = [
    *sorted(FOLDER.glob("*/post*")),
    *sorted(FOLDER.glob("*/pre*")),
    *(FOLDER / name for name in ("kiosk/keep", "kiosk/trial", "repository", "debs/compile-lgpio")),
]


def recipe(name: str) -> str:
    return (FOLDER / name / "nfpm.yaml").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_names_only_files_that_are_there(name: str) -> None:
    sources = re.findall(r"\b(?:src|post\w+|pre\w+): ([\w@./-]+)", recipe(name))
    assert len(sources) >= 10
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_every_unit_is_in_exactly_one_package() -> None:
    units = [
        unit.name for kind in ("service", "timer") for unit in ROOT.glob(f"systemd/**/*.{kind}")
    ]
    packed = [unit for name in NAMES for unit in re.findall(UNIT, recipe(name))]
    assert sorted(packed) == sorted(set(units))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("script", ["postinst", "postrm"])
def test_what_enables_and_forgets_units_knows_those_of_the_package(name: str, script: str) -> None:
    packed = {*re.findall(UNIT, recipe(name))} - OPTIONAL
    files = [unit for unit in ROOT.glob("systemd/**/*.*") if unit.name in packed]
    to_enable = {unit.name for unit in files if "[Install]" in unit.read_text()}
    code = re.sub("^ *#.*", "", (FOLDER / name / script).read_text(), flags=re.MULTILINE)
    assert {*re.findall(UNIT, code)} == to_enable


@pytest.mark.parametrize(
    "script", SCRIPTS, ids=lambda script: f"{script.parent.name}-{script.name}"
)
def test_a_script_is_a_script_for_any_sh(script: Path) -> None:
    verdict = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
    assert (verdict.returncode, verdict.stderr) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_settings_that_nobody_has_written_yet_are_no_settings(name: str) -> None:
    """What a package brings must not look like a machine that is set up."""
    assert f"dst: /etc/senyum/{name}.toml.example, type: config" in recipe(name)
    assert f"dst: /etc/senyum/{name}.toml," not in recipe(name)


def test_the_examples_are_settings_that_the_programs_accept(tmp_path: Path) -> None:
    kiosk.config.load(FOLDER / "kiosk/kiosk.toml.example")
    collector.config.load(FOLDER / "collector/collector.toml.example", {}, tmp_path)


@pytest.mark.parametrize(("name", "extra"), [("kiosk", "pi"), ("collector", "collector")])
def test_a_lock_names_all_that_the_project_asks_for(name: str, extra: str) -> None:
    """Whoever adds a dependency and forgets `make lock` would pack a program that cannot start."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"][extra]]
    locked = (ROOT / f"requirements-{name}.lock").read_text()
    names = [re.split(r"[<>=!~\[ ]", line)[0] for line in asked]
    assert [missing for missing in names if not lock.only(locked, missing)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_package_carries_the_versions_that_the_tests_ran_with(name: str) -> None:
    tested = (ROOT / "requirements-dev.lock").read_text() + (
        ROOT / "requirements-kiosk.lock"  # lgpio is for real pins only
    ).read_text()
    carried = pins((ROOT / f"requirements-{name}.lock").read_text())
    assert carried - pins(tested) == set()


def pins(text: str) -> set[str]:
    return set(re.findall(r"^[\w-]+==\S+", text, flags=re.MULTILINE))
