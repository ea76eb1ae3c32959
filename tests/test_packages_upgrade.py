"""What outlives an upgrade, a removal and a purge of the kiosk: votes, key, settings."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from debs.target import Release

from tests.container import Container, container
from tests.packaged import DEBIANS, changed, install, installed, kiosk_of

pytestmark = [pytest.mark.packages, pytest.mark.timeout(1800)]

SETTINGS = Path("/etc/senyum/kiosk.toml")
EXAMPLE = Path("/etc/senyum/kiosk.toml.example")
VOTES = Path("/var/lib/senyum")


class Kiosk(NamedTuple):
    machine: Container
    release: Release
    folder: Path

    def press(self) -> None:
        self._as_panel("simulate", "--for", "2", "--every", "0.2", "--seed", "1", "--drain", "0")

    def votes(self) -> dict[str, object]:
        """What its outbox holds."""
        said = self._as_panel("outbox", "--json")
        return dict(json.loads(said.splitlines()[-1]))

    def upgrade(self, version: str) -> None:
        install(self.machine, kiosk_of(changed(self.folder, version), self.release))

    def has(self, file: Path) -> bool:
        return self.machine.path(str(file)).exists()

    def write(self, file: Path, text: str) -> None:
        self.machine.path(str(file)).write_text(text)

    def read(self, file: Path) -> str:
        return self.machine.path(str(file)).read_text()

    def _as_panel(self, *command: str) -> str:
        return self.machine.run("runuser", "-u", "senyum-panel", "--", "senyum-kiosk", *command)


@pytest.fixture(params=DEBIANS, ids=lambda release: release.codename)
def kiosk(request: pytest.FixtureRequest) -> Iterator[Kiosk]:
    """Installed, set up by a technician, with votes that no collector has."""
    with (
        tempfile.TemporaryDirectory(prefix="senyum-") as folder,
        container(request.param, Path(folder)) as machine,
    ):
        installed(machine, "kiosk", request.param)
        here = Kiosk(machine, request.param, Path(folder))
        here.write(SETTINGS, settings())
        here.press()
        yield here


def settings() -> str:
    return f'[kiosk]\nid = "loket-1"\nrun_dir = "/tmp/run"\n[collector]\nkey = "{64 * "0"}"\n'


def test_an_upgrade_keeps_votes_key_and_what_people_have_changed(kiosk: Kiosk) -> None:
    before = kiosk.votes()
    assert before["queue"]
    kiosk.write(EXAMPLE, "# changed by a technician\n")
    kiosk.machine.run("systemctl", "disable", "senyum-uplink.service")

    kiosk.upgrade("0.1.1")

    assert "version 0.1.1" in kiosk.machine.run("senyum-kiosk", "--version")
    assert kiosk.votes() == before
    assert kiosk.read(EXAMPLE) == "# changed by a technician\n"
    assert kiosk.read(SETTINGS) == settings()
    disabled = kiosk.machine.attempt("systemctl", "is-enabled", "senyum-uplink.service")
    assert disabled.stdout.split()[-1] == "disabled"


def test_removed_and_installed_again_it_goes_on_with_the_same_votes(kiosk: Kiosk) -> None:
    before = kiosk.votes()
    kiosk.machine.run("apt-get", "remove", "--yes", "kotak-senyum-kiosk")
    assert not kiosk.has(Path("/usr/lib/senyum-kiosk"))
    assert not kiosk.has(Path("/usr/bin/senyum-kiosk"))

    installed(kiosk.machine, "kiosk", kiosk.release)

    assert kiosk.votes() == before
    kiosk.press()
    after = kiosk.votes()
    assert after["epoch"] == before["epoch"]
    assert int(str(after["seq"])) > int(str(before["seq"]))


def test_a_purge_takes_the_settings_and_leaves_the_votes(kiosk: Kiosk) -> None:
    said = kiosk.machine.run("apt-get", "purge", "--yes", "kotak-senyum-kiosk")
    assert f"Kept: {VOTES}" in said
    assert "SENYUM_PURGE_VOTES=yes" in said
    assert kiosk.has(VOTES)
    assert not kiosk.has(SETTINGS.parent)


def test_a_purge_takes_the_votes_when_it_is_asked_to(kiosk: Kiosk) -> None:
    words = ("apt-get", "purge", "--yes", "kotak-senyum-kiosk")
    kiosk.machine.run(*words, SENYUM_PURGE_VOTES="yes")
    assert not kiosk.has(VOTES)
