"""Both packages in a fresh Debian: installed by apt without a network, at work, nothing started."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from debs.target import Release

from tests.brokers import Mosquitto
from tests.container import Container, container
from tests.packaged import DEBIANS, installed

pytestmark = [pytest.mark.packages, pytest.mark.timeout(1800)]

UNITS = ("senyum-ingest", "senyum-panel", "senyum-trial", "senyum-uplink", "senyum-web")
TIMERS = tuple(
    f"senyum-{job}.timer"
    for job in ("backup", "drill", "erase", "misuse", "release", "report", "witness", "audit")
)


@pytest.fixture(scope="module", params=DEBIANS, ids=lambda release: release.codename)
def debian(request: pytest.FixtureRequest) -> Iterator[Container]:
    """Kiosk and collector on one machine."""
    release: Release = request.param
    with (
        tempfile.TemporaryDirectory(prefix="senyum-") as folder,
        container(release, Path(folder)) as machine,
    ):
        installed(machine, "kiosk", release)
        installed(machine, "collector", release)
        yield machine


@pytest.mark.parametrize("name", ["kiosk", "collector"])
def test_the_command_runs_on_the_distributions_python(name: str, debian: Container) -> None:
    said = debian.run(f"senyum-{name}", "--version")
    assert said.strip() == f"senyum-{name}, version 0.1.0"


@pytest.mark.parametrize("name", ["kiosk", "collector"])
def test_it_imports_nothing_but_the_standard_library_and_what_it_carries(
    name: str, debian: Container
) -> None:
    lines = debian.path(f"/usr/bin/senyum-{name}").read_text().splitlines()
    assert lines[0] == "#!/usr/bin/python3 -IS"
    script = "import sys; print(*sys.path, sep='\\n')"
    where = debian.run("/usr/bin/python3", "-IS", "-c", script).split()
    assert not any("dist-packages" in place or "site-packages" in place for place in where)


def test_lgpio_is_the_one_that_the_lock_names(debian: Container) -> None:
    """And not 0.0.0.2, which is what there is as a wheel for Python 3.13."""
    script = (
        "import sys; sys.path.insert(0, '/usr/lib/senyum-kiosk/site'); "
        "import lgpio; print(lgpio.get_module_version(), callable(lgpio.gpiochip_open))"
    )
    assert debian.run("/usr/bin/python3", "-ISc", script).split() == ["lgpio.py_0.2.2.0", "True"]


@pytest.mark.parametrize("unit", [*(f"{unit}.service" for unit in UNITS), *TIMERS])
def test_units_are_enabled(unit: str, debian: Container) -> None:
    assert debian.run("systemctl", "is-enabled", unit).split()[-1] == "enabled"


def test_users_and_their_folders_are_there(debian: Container) -> None:
    owners = debian.run(
        "stat", "--format=%n %U %G %a", "/var/lib/senyum", "/var/lib/senyum-collector"
    )
    assert owners.splitlines() == [
        "/var/lib/senyum senyum-panel senyum 700",
        "/var/lib/senyum-collector senyum senyum 700",
    ]
    assert "senyum" in debian.run("id", "senyum-uplink")


def test_everything_that_is_imported_is_compiled(debian: Container) -> None:
    """The services may write nothing there."""
    site = debian.path("/usr/lib/senyum-kiosk/site/kiosk")
    sources = {file.stem for file in site.glob("*.py")}
    compiled = {file.name.partition(".")[0] for file in site.glob("__pycache__/*.pyc")}
    assert sources == compiled


def test_dpkg_finds_every_file_as_it_was_packed(debian: Container) -> None:
    assert debian.run("dpkg", "--verify", "kotak-senyum-kiosk", "kotak-senyum-collector") == ""


def test_nothing_that_is_not_set_up_is_started(debian: Container) -> None:
    with debian.booted() as machine:
        for unit in UNITS:
            about = machine.run("systemctl", "show", "--property=ActiveState,NRestarts", unit)
            assert sorted(about.split()) == ["ActiveState=inactive", "NRestarts=0"], unit
        assert machine.run("systemctl", "is-system-running").strip() == "running"


VOTING = """
set -e
cd /srv
as_collector="runuser -u senyum -- senyum-collector --config /srv/collector.toml"
as_panel="runuser -u senyum-panel --"
$as_collector agency import >/dev/null
key=$($as_panel senyum-kiosk key --config /srv/new.toml | head -1)
$as_collector kiosk add loket-1 --key "$key" --counter disdukcapil-1 >/tmp/said
receipts=$(grep -o '[0-9a-f]\\{64\\}' /tmp/said | head -1)
printf '[kiosk]\\nid = "loket-1"\\nrun_dir = "/tmp/run"\\n' >/tmp/kiosk.toml
printf '[collector]\\nkey = "%s"\\n[broker]\\nport = %s\\n' "$receipts" "$PORT" >>/tmp/kiosk.toml
$as_collector ingest 2>/tmp/ingest.log &
$as_panel senyum-kiosk simulate --config /tmp/kiosk.toml \\
  --for 3 --every 0.3 --seed 1 --drain 60 --json 2>/tmp/kiosk.log || cat /tmp/kiosk.log
"""


def test_a_vote_goes_from_one_package_to_the_other(debian: Container, mosquitto: Mosquitto) -> None:
    """Simulated presses, a real broker on loopback, a real ledger, receipts for every vote."""
    debian.path("/srv/collector.toml").write_text(f"[broker]\nport = {mosquitto.port}\n")
    debian.path("/srv/new.toml").write_text('[kiosk]\nid = "loket-1"\n')
    said = debian.run("bash", "-c", VOTING, PORT=str(mosquitto.port))
    report = json.loads(said.splitlines()[-1])
    assert report["votes"] > 0
    assert report["queue"] == 0, said
