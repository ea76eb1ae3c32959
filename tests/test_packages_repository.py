"""The signed apt repository: what it has is installed, what was changed on the way is refused."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from debs.target import Release

from tests.archive import Archive, archive_for
from tests.container import Container, container
from tests.packaged import DEBIANS, UNSYNCED, package

pytestmark = [pytest.mark.packages, pytest.mark.timeout(1800)]

INSTALL = (
    "apt-get", "install", "--yes", "--no-install-recommends", *UNSYNCED, "kotak-senyum-kiosk",
)  # fmt: skip


class Client(NamedTuple):
    machine: Container
    archive: Archive
    release: Release

    def update(self) -> str:
        """What apt says; it ends with 0 even when it has refused something."""
        return self.machine.attempt("apt-get", "update").stdout

    def knows_the_kiosk(self) -> bool:
        said = self.machine.run("apt-cache", "policy", "kotak-senyum-kiosk")
        return "0.1.0-1+deb" in said


@pytest.fixture(params=DEBIANS, ids=lambda release: release.codename)
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    release: Release = request.param
    with (
        tempfile.TemporaryDirectory(prefix="senyum-") as folder,
        container(release, Path(folder)) as machine,
    ):
        archive = archive_for(machine)
        archive.publish(release, package("kiosk", release))
        archive.subscribe(machine, release)
        yield Client(machine, archive, release)


def test_a_kiosk_is_installed_from_it(client: Client) -> None:
    client.update()
    client.machine.run(*INSTALL)
    assert "version 0.1.0" in client.machine.run("senyum-kiosk", "--version")


def test_a_changed_byte_in_its_list_is_refused(client: Client) -> None:
    change_a_byte(
        client.archive.folder / "dists" / client.release.codename / "InRelease", b"Kotak Senyum"
    )
    said = client.update()
    assert "not signed" in said or "BADSIG" in said or "Bad signature" in said, said
    assert not client.knows_the_kiosk()


def test_a_changed_byte_in_a_package_is_refused(client: Client) -> None:
    client.update()
    [published] = client.archive.folder.glob("pool/**/*.deb")
    change_a_byte(published, b"data.tar")
    refused = client.machine.attempt(*INSTALL)
    assert refused.returncode != 0
    assert "Hash Sum mismatch" in refused.stdout, refused.stdout
    assert not client.machine.path("/usr/bin/senyum-kiosk").exists()


def test_another_key_is_refused(client: Client, tmp_path: Path) -> None:
    stranger = Archive(client.archive.folder, tmp_path / "strangers-keys")
    for folder in ("db", "dists", "pool"):
        shutil.rmtree(client.archive.folder / folder)
    stranger.publish(client.release, package("kiosk", client.release))
    said = client.update()
    assert "NO_PUBKEY" in said or "Missing key" in said or "not signed" in said, said
    assert not client.knows_the_kiosk()


def change_a_byte(file: Path, before: bytes) -> None:
    """The one after the first `before`."""
    content = bytearray(file.read_bytes())
    at = content.index(before) + len(before)
    content[at] ^= 1
    file.write_bytes(content)
