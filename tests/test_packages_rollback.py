"""A version that does not vote is taken back by the kiosk itself, and never taken again.

A real systemd runs the packaged units; only the pins are gpiozero's mock ones. The bad versions end
at start, or cannot be configured by dpkg.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from debs.target import Release

from tests.archive import Archive, archive_for
from tests.container import Booted, Container, container
from tests.packaged import DEBIANS, UNSYNCED, changed, installed, kiosk_of, package

pytestmark = [pytest.mark.packages, pytest.mark.timeout(1800)]

WELL_S, WITHIN_S = 4, 30  # a trial of test length; a minute, within five, in the field
WAIT_S = 240.0
STORE = Path("/var/lib/senyum-packages")
REFUSED = Path("/etc/apt/preferences.d/senyum-refused.pref")

PANEL_ON_MOCK_PINS = """
import sys
sys.path.insert(0, "/usr/lib/senyum-kiosk/site")
from pathlib import Path
from gpiozero.pins.mock import MockFactory, MockPWMPin
import kiosk.app_panel
kiosk.app_panel.real_pins = lambda: MockFactory(pin_class=MockPWMPin)
from kiosk.daemons import serve
serve("panel", Path("/etc/senyum/kiosk.toml"))
"""


class Kiosk(NamedTuple):
    machine: Container
    booted: Booted
    archive: Archive
    release: Release
    folder: Path

    def publish(self, version: str, change: Callable[[Path], None]) -> None:
        """A new version appears in the repository."""
        project = changed(self.folder, version, change)
        self.archive.publish(self.release, kiosk_of(project, self.release))

    def upgrade(self) -> str:
        """As unattended-upgrades would."""
        self.booted.run("apt-get", "update")
        return self.booted.attempt("apt-get", "upgrade", "--yes", *UNSYNCED).stdout

    def version(self) -> str:
        """What dpkg has installed, and in what state."""
        form = "--showformat=${db:Status-Abbrev}${Version}"
        return self.booted.run("dpkg-query", "--show", form, "kotak-senyum-kiosk")

    def good(self) -> str:
        """The version to go back to, `none` where there is none."""
        file = STORE / "good/kotak-senyum-kiosk.deb"
        said = self.booted.attempt("dpkg-deb", "--field", str(file), "Version")
        return said.stdout.strip() if said.returncode == 0 else "none"

    def is_voting(self) -> bool:
        units = ("senyum-panel.service", "senyum-uplink.service")
        return self.booted.attempt("systemctl", "is-active", *units).stdout.split() == [
            "active", "active",
        ]  # fmt: skip

    def log(self) -> str:
        return self.booted.attempt("journalctl", "--no-pager", "--unit=senyum-trial").stdout

    def wait_for_the_trial(self, *, to_say: str) -> None:
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            if to_say in self.log():
                return
            time.sleep(1)
        raise AssertionError(f"the trial does not say {to_say!r}, but:\n{self.log()}")

    def numbered(self, version: str) -> str:
        return f"{version}-1+deb{self.release.number}"


@pytest.fixture(params=DEBIANS, ids=lambda release: release.codename)
def kiosk(request: pytest.FixtureRequest) -> Iterator[Kiosk]:
    """Installed from a file, so that nothing was kept yet; set up and switched on."""
    release: Release = request.param
    with (
        tempfile.TemporaryDirectory(prefix="senyum-") as folder,
        container(release, Path(folder)) as machine,
    ):
        archive = archive_for(machine)
        archive.publish(release, package("kiosk", release))
        archive.subscribe(machine, release)
        installed(machine, "kiosk", release)
        machine.run("apt-get", "update")
        set_up(machine)
        with machine.booted() as booted:
            yield Kiosk(machine, booted, archive, release, Path(folder))


def set_up(machine: Container) -> None:
    write(
        machine, "/etc/senyum/kiosk.toml",
        f'[kiosk]\nid = "loket-1"\n[collector]\nkey = "{64 * "0"}"\n',
    )  # fmt: skip
    write(machine, "/usr/local/lib/panel.py", PANEL_ON_MOCK_PINS)
    start = "/usr/bin/python3 -IS /usr/local/lib/panel.py"
    replace_start(machine, "senyum-panel", start)
    replace_start(machine, "senyum-trial", f"/usr/lib/senyum-kiosk/trial {WELL_S} {WITHIN_S}")


def replace_start(machine: Container, unit: str, command: str) -> None:
    drop_in = f"/etc/systemd/system/{unit}.service.d/test.conf"
    write(machine, drop_in, f"[Service]\nExecStart=\nExecStart={command}\n")


def write(machine: Container, name: str, text: str) -> None:
    file = machine.path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o644)


def ends_at_start(copy: Path) -> None:
    (copy / "kiosk/voting.py").write_text('raise RuntimeError("a bad release")\n')


def cannot_be_configured(copy: Path) -> None:
    script = copy / "systemd/packages/kiosk/postinst"
    script.write_text(script.read_text().replace("set -e\n", "set -e\nexit 1\n", 1))


def well(_copy: Path) -> None:
    """Only the version is new."""


def test_a_version_that_does_not_vote_is_taken_back_and_the_next_is_tried(kiosk: Kiosk) -> None:
    kiosk.wait_for_the_trial(to_say=f"{kiosk.numbered('0.1.0')} votes")
    assert kiosk.good() == kiosk.numbered("0.1.0")

    kiosk.publish("0.1.1", ends_at_start)
    kiosk.upgrade()
    kiosk.wait_for_the_trial(to_say=f"{kiosk.numbered('0.1.0')} votes again")
    assert kiosk.version() == f"ii {kiosk.numbered('0.1.0')}"
    assert kiosk.is_voting()

    kiosk.upgrade()  # the next day
    assert kiosk.version() == f"ii {kiosk.numbered('0.1.0')}"

    kiosk.publish("0.1.2", well)
    kiosk.upgrade()
    kiosk.wait_for_the_trial(to_say=f"{kiosk.numbered('0.1.2')} votes")
    assert kiosk.version() == f"ii {kiosk.numbered('0.1.2')}"
    assert kiosk.good() == kiosk.numbered("0.1.2")
    assert not kiosk.machine.path(str(REFUSED)).exists()


def test_an_upgrade_that_dpkg_cannot_finish_is_taken_back(kiosk: Kiosk) -> None:
    kiosk.wait_for_the_trial(to_say=f"{kiosk.numbered('0.1.0')} votes")
    kiosk.publish("0.1.1", cannot_be_configured)
    assert "returned an error code" in kiosk.upgrade()
    kiosk.wait_for_the_trial(to_say=f"{kiosk.numbered('0.1.0')} votes again")
    assert kiosk.version() == f"ii {kiosk.numbered('0.1.0')}"
    assert kiosk.is_voting()


def test_without_an_earlier_version_it_says_so_and_changes_nothing(kiosk: Kiosk) -> None:
    kiosk.booted.run("rm", "-rf", str(STORE))
    kiosk.booted.run("systemctl", "stop", "senyum-trial.service", "senyum-panel.service")
    kiosk.booted.run("systemctl", "mask", "--runtime", "senyum-panel.service")
    kiosk.booted.run("systemctl", "start", "senyum-trial.service")
    kiosk.wait_for_the_trial(to_say="no other version to go back to")
    assert kiosk.version() == f"ii {kiosk.numbered('0.1.0')}"
