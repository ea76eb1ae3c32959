"""The units: accepted by systemd itself, true to the commands, and never giving up."""

import shutil
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.brokers import require

FOLDER = Path(__file__).parents[1] / "systemd"
UNITS = sorted(path.name for path in FOLDER.glob("*.service"))
MACHINE_TARGETS = Path("/usr/lib/systemd/system")
EXPOSURE_LIMIT = 20  # tenths of systemd's score; 100 is a unit without any hardening


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Path]:
    """A root folder with the units, stub programs and this system's own targets."""
    require("systemd-analyze")
    units = tmp_path / "etc/systemd/system"
    shutil.copytree(FOLDER, units)
    shutil.copytree(
        MACHINE_TARGETS, tmp_path / "usr/lib/systemd/system", symlinks=True,
        ignore=lambda folder, names: [name for name in names if not name.endswith(".target")],
    )  # fmt: skip
    for name in UNITS:
        program = tmp_path / command(name)[0].lstrip("/")
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    return tmp_path


def unit(name: str) -> ConfigParser:
    parser = ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((FOLDER / name).read_text())
    return parser


def command(name: str) -> list[str]:
    return unit(name)["Service"]["ExecStart"].split()


def analyze(root: Path, verb: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", verb, f"--root={root}", *arguments],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def verify(root: Path) -> subprocess.CompletedProcess[str]:
    return analyze(root, "verify", "--recursive-errors=yes", "--man=no", *UNITS)


def test_the_four_units_are_there() -> None:
    rooms = [name.removeprefix("senyum-").removesuffix(".service") for name in UNITS]
    assert rooms == ["ingest", "panel", "uplink", "web"]


def test_systemd_accepts_the_units(machine: Path) -> None:
    verdict = verify(machine)
    assert (verdict.returncode, verdict.stderr) == (0, "")


def test_systemd_would_notice_a_misspelt_key(machine: Path) -> None:
    spoiled = machine / "etc/systemd/system" / UNITS[0]
    spoiled.write_text(spoiled.read_text().replace("RestartSec=", "RestartSecs="))
    verdict = verify(machine)
    assert verdict.returncode != 0
    assert "RestartSecs" in verdict.stderr


def test_systemd_would_notice_a_missing_program(machine: Path) -> None:
    (machine / command(UNITS[0])[0].lstrip("/")).unlink()
    assert verify(machine).returncode != 0


@pytest.mark.parametrize("name", UNITS)
def test_exposure_stays_low(machine: Path, name: str) -> None:
    path = str(machine / "etc/systemd/system" / name)
    threshold = f"--threshold={EXPOSURE_LIMIT}"
    verdict = analyze(machine, "security", "--offline=yes", threshold, path)
    assert verdict.returncode == 0, verdict.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_never_gives_up(name: str) -> None:
    settings = unit(name)
    assert settings["Unit"]["StartLimitIntervalSec"] == "0"
    assert settings["Service"]["Restart"] == "always"


def test_the_panel_has_real_pins_and_no_network() -> None:
    panel = unit("senyum-panel.service")["Service"]
    assert panel["Environment"] == "GPIOZERO_PIN_FACTORY=lgpio"
    assert panel["PrivateNetwork"] == "yes"


def test_what_faces_the_network_cannot_read_the_signing_key() -> None:
    panel, uplink = (unit(f"senyum-{room}.service")["Service"] for room in ("panel", "uplink"))
    assert uplink["User"] != panel["User"]
    assert uplink["Group"] == panel["Group"]  # they meet at the socket
    assert panel["StateDirectoryMode"] == "0700"
    assert panel["RuntimeDirectoryMode"] == "0750"


def test_every_user_and_group_of_the_units_is_made(tmp_path: Path) -> None:
    require("systemd-sysusers")
    (tmp_path / "etc").mkdir()
    subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}", str(FOLDER / "sysusers.conf")],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    users, groups = (names_in(tmp_path / "etc" / file) for file in ("passwd", "group"))
    services = [unit(name)["Service"] for name in UNITS]
    assert {service["User"] for service in services} <= users
    assert {service["Group"] for service in services} <= groups
    assert unit("senyum-panel.service")["Service"]["SupplementaryGroups"] in groups


def names_in(file: Path) -> set[str]:
    return {line.split(":")[0] for line in file.read_text().splitlines()}


def test_the_folder_is_no_package() -> None:
    """`import systemd` must find the real package, where there is one."""
    assert not (FOLDER / "__init__.py").exists()
