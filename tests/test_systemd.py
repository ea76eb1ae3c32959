"""The units: accepted by systemd itself, true to the commands, and never giving up."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Self

import pytest
from click.testing import CliRunner

import collector.cli
import collector.config
import kiosk.config
from kiosk.commands import senyum_kiosk
from tests.brokers import free_port, require

FOLDER = Path(__file__).parents[1] / "systemd"
UNITS = sorted(path.name for path in FOLDER.glob("*.service"))
TIMERS = sorted(path.name for path in FOLDER.glob("*.timer"))
JOBS = [name.replace(".timer", ".service") for name in TIMERS]
ALERT = "senyum-alert@.service"
LITESTREAM = "senyum-litestream.service"
DAEMONS = [name for name in UNITS if name not in {*JOBS, ALERT}]
OURS = [name for name in DAEMONS if name != LITESTREAM]
MACHINE_TARGETS = Path("/usr/lib/systemd/system")
# Tenths of systemd's score; 100 is a unit without any hardening. What has a network has some more.
EXPOSURE_LIMITS = {
    "senyum-alert@.service": 11,
    "senyum-alerts.service": 11,
    "senyum-audit.service": 4,
    "senyum-backup.service": 4,
    "senyum-drill.service": 4,
    "senyum-erase.service": 4,
    "senyum-ingest.service": 11,
    "senyum-litestream.service": 4,
    "senyum-misuse.service": 4,
    "senyum-panel.service": 4,
    "senyum-release.service": 4,
    "senyum-report.service": 11,
    "senyum-uplink.service": 11,
    "senyum-web.service": 11,
    "senyum-witness.service": 11,
}


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
    """Of a key that stands there twice, as SystemCallFilter does, the last."""
    parser = ConfigParser(strict=False, interpolation=None)
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
    return analyze(root, "verify", "--recursive-errors=yes", "--man=no", *UNITS, *TIMERS)


def test_the_units_are_there() -> None:
    rooms = [name.removeprefix("senyum-").removesuffix(".service") for name in UNITS]
    assert rooms == [
        "alert@", "alerts", "audit", "backup", "drill", "erase", "ingest", "litestream", "misuse",
        "panel", "release", "report", "uplink", "web", "witness",
    ]  # fmt: skip


def test_systemd_accepts_the_units(machine: Path) -> None:
    verdict = verify(machine)
    assert (verdict.returncode, verdict.stderr) == (0, "")


def test_systemd_would_notice_a_misspelt_key(machine: Path) -> None:
    spoiled = machine / "etc/systemd/system" / OURS[0]
    spoiled.write_text(spoiled.read_text().replace("RestartSec=", "RestartSecs="))
    verdict = verify(machine)
    assert verdict.returncode != 0
    assert "RestartSecs" in verdict.stderr


def test_systemd_would_notice_a_missing_program(machine: Path) -> None:
    (machine / command(OURS[0])[0].lstrip("/")).unlink()
    assert verify(machine).returncode != 0


def exposure(machine: Path, name: str) -> subprocess.CompletedProcess[str]:
    path = str(machine / "etc/systemd/system" / name)
    return analyze(
        machine, "security", "--offline=yes", f"--threshold={EXPOSURE_LIMITS[name]}", path
    )


@pytest.mark.parametrize("name", UNITS)
def test_exposure_stays_low(machine: Path, name: str) -> None:
    verdict = exposure(machine, name)
    assert verdict.returncode == 0, verdict.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_that_lost_one_wall_would_be_noticed(machine: Path, name: str) -> None:
    spoiled = machine / "etc/systemd/system" / name
    spoiled.write_text(spoiled.read_text().replace("PrivateUsers=yes\n", ""))
    assert exposure(machine, name).returncode != 0


@pytest.mark.parametrize("name", UNITS)
def test_a_call_that_is_refused_is_an_error_and_not_the_end(name: str) -> None:
    """A library that only asks for more, such as a higher priority, goes on without."""
    assert unit(name)["Service"]["SystemCallErrorNumber"] == "EPERM"


@pytest.mark.parametrize("name", [name for name in UNITS if name != LITESTREAM])
def test_a_unit_starts_a_command_that_exists(name: str) -> None:
    program, *arguments = command(name)
    main = {"/usr/bin/senyum-kiosk": senyum_kiosk, "/usr/bin/senyum-collector": collector.cli.main}
    result = CliRunner().invoke(main[program], [*arguments, "--help"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("name", [name for name in OURS if "panel" not in name])  # needs pins
def test_a_unit_of_type_notify_hears_from_its_program(name: str, tmp_path: Path) -> None:
    """And from a watchdog only where one is set: it would kill a program that never pings."""
    service = unit(name)["Service"]
    assert service["Type"] == "notify"
    with Notified(command(name), tmp_path) as said:
        said.wait_for("READY=1")
        if "WatchdogSec" in service:
            said.wait_for("WATCHDOG=1")


class Notified:
    """A unit's program, started as systemd would start it; what it says on the notify socket."""

    def __init__(self, words: list[str], folder: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self._socket.settimeout(30)
        program, *arguments = words
        here = Path(sys.executable).with_name(Path(program).name)
        self._process = subprocess.Popen(
            [str(here), *arguments, *options(here.name, folder)], env=environment(folder)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.terminate()
        self._process.wait(30)
        self._socket.close()

    def wait_for(self, word: str) -> None:
        """Raises TimeoutError when it is not said."""
        while self._socket.recv(256).decode() != word:
            pass


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "NOTIFY_SOCKET": str(folder / "notify"),
        "WATCHDOG_USEC": "600000",
        "SENYUM_COLLECTOR_DATA_DIR": str(folder / "data"),
        "SENYUM_BROKER_PORT": str(free_port()),
        "SENYUM_WEB_PORT": str(free_port()),
    }


def options(program: str, folder: Path) -> list[str]:
    """A kiosk's settings come from a file alone."""
    if program != "senyum-kiosk":
        return []
    file = folder / "kiosk.toml"
    file.write_text(f'[kiosk]\nid = "loket-1"\nrun_dir = "{folder}"\n')
    return ["--config", str(file)]


@pytest.mark.parametrize("name", DAEMONS)
def test_a_unit_never_gives_up(name: str) -> None:
    settings = unit(name)
    assert settings["Unit"]["StartLimitIntervalSec"] == "0"
    assert settings["Service"]["Restart"] == "always"


@pytest.mark.parametrize("name", JOBS)
def test_a_job_is_done_again_and_somebody_is_told_when_it_fails(name: str) -> None:
    timer = unit(name.replace(".service", ".timer"))
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert unit(name)["Service"]["Type"] == "oneshot"
    assert unit(name)["Unit"]["OnFailure"] == "senyum-alert@%n.service"
    assert (FOLDER / ALERT).exists()


@pytest.mark.parametrize("name", TIMERS)
def test_systemd_understands_when_a_job_is_due(name: str) -> None:
    require("systemd-analyze")
    subprocess.run(
        ["systemd-analyze", "calendar", unit(name)["Timer"]["OnCalendar"]],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip


def test_a_backup_stands_in_no_votes_way() -> None:
    for name in JOBS:
        assert unit(name)["Service"]["IOSchedulingClass"] == "idle"


def test_what_restores_and_copies_has_no_network() -> None:
    for room in ("backup", "drill", "erase", "audit", "litestream"):
        name = f"senyum-{room}.service"
        assert unit(name)["Service"]["PrivateNetwork"] == "yes"


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_that_is_not_set_up_waits_quietly(name: str) -> None:
    """A package enables its units when it is installed, before anybody has written settings."""
    program = Path(command(name)[0]).name
    room = kiosk.config if program == "senyum-kiosk" else collector.config
    assert unit(name)["Unit"]["ConditionPathExists"] == str(room.DEFAULT_FILE)


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
