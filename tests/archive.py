"""A signed apt repository of a test's own, made by systemd/packages/repository, and its clients."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

from debs.target import Release

from tests.container import Container
from tests.notrun import not_run
from tests.packaged import ROOT

SCRIPT: Final = ROOT / "systemd/packages/repository"
SOURCES: Final = Path("/etc/apt/sources.list.d/kotak-senyum.sources")
KEY: Final = Path("/etc/apt/keyrings/kotak-senyum.asc")


class Archive(NamedTuple):
    """What is published in `folder` is signed by the key in `keys`."""

    folder: Path
    keys: Path

    def publish(self, release: Release, *packages: Path) -> None:
        for program in ("reprepro", "gpg"):
            if shutil.which(program) is None:
                not_run(f"{program} is not installed; `tests/install-neighbours packages` does it")
        out = self.keys.parent / "dist" / release.codename
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        for package in packages:
            shutil.copy(package, out)
        subprocess.run(
            ["sh", SCRIPT, self.folder, out.parent],
            env=os.environ | {"GNUPGHOME": str(self.keys)}, check=True, timeout=300,
        )  # fmt: skip

    def subscribe(self, machine: Container, release: Release) -> None:
        """`machine` finds it as /shared/archive, and Debian nowhere: it has no network."""
        for file in machine.path("/etc/apt").glob("sources.list*"):
            shutil.rmtree(file) if file.is_dir() else file.unlink()
        machine.path(str(SOURCES.parent)).mkdir()
        machine.path(str(KEY.parent)).mkdir(exist_ok=True)
        shutil.copy(self.folder / "kotak-senyum.asc", machine.path(str(KEY)))
        machine.path(str(SOURCES)).write_text(
            "Types: deb\nURIs: file:///shared/archive\n"
            f"Suites: {release.codename}\nComponents: main\nSigned-By: {KEY}\n"
        )


def archive_for(machine: Container) -> Archive:
    return Archive(machine.shared / "archive", machine.shared.parent / "keys")
