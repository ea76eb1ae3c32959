"""The collector's units under a real systemd: what their walls forbid, none of them needs."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from debs.target import Release

from tests.container import Booted, container
from tests.packaged import DEBIANS, installed

pytestmark = [pytest.mark.packages, pytest.mark.timeout(1800)]

SERVICES = ("senyum-ingest.service", "senyum-web.service")
JOBS = ("backup", "drill", "erase", "misuse", "release", "report", "alerts", "audit", "witness")
ASK = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/login').status)"


@pytest.fixture(params=DEBIANS, ids=lambda release: release.codename)
def booted(request: pytest.FixtureRequest) -> Iterator[Booted]:
    """A collector that is set up; there is no broker, which it waits for."""
    release: Release = request.param
    with (
        tempfile.TemporaryDirectory(prefix="senyum-") as folder,
        container(release, Path(folder)) as machine,
    ):
        installed(machine, "collector", release)
        settings = machine.path("/etc/senyum/collector.toml")
        settings.write_text("[broker]\nport = 1883\n")
        settings.chmod(0o644)
        with machine.booted() as booted:
            yield booted
        assert not Path(f"/proc/{booted.leader}").exists(), "its processes outlive the test"


def test_what_is_walled_in_works(booted: Booted) -> None:
    """Services have said that they are ready, jobs end well, a page comes."""
    booted.run("systemctl", "start", *SERVICES)
    for job in JOBS:
        started = booted.attempt("systemctl", "start", f"senyum-{job}.service")
        said = booted.attempt("journalctl", "--no-pager", f"--unit=senyum-{job}").stdout
        assert started.returncode == 0, said
    assert booted.run("systemctl", "is-active", *SERVICES).split() == ["active", "active"]
    assert booted.run("/usr/bin/python3", "-IS", "-c", ASK).strip() == "200"
