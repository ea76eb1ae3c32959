"""Packages of this checkout for tests, and of changed copies: the version after, a bad one."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from debs.project import Project
from debs.target import RELEASES, Release

from tests.container import Container
from tests.notrun import not_run

ROOT: Final = Path(__file__).parents[1]
DEBIANS: Final = list(RELEASES.values())
NATIVE: Final = "amd64"  # what the containers run
UNSYNCED: Final = ("-o", "Dpkg::Options::=--force-unsafe-io")  # a container's disk need not last


def make(project: Path, out: Path, *arguments: str, **environment: str) -> list[Path]:
    """The packages that `python -m debs ARGUMENTS` builds of the checkout `project`."""
    done = subprocess.run(
        [sys.executable, "-m", "debs", "--out", str(out), *arguments],
        cwd=project, env=os.environ | dated() | {"PYTHONPATH": "systemd/packages"} | environment,
        capture_output=True, text=True, check=False, timeout=1200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return sorted(out.glob("*/*.deb"))


@cache
def dated() -> dict[str, str]:
    return Project.at(ROOT).dated


@cache
def package(name: str, release: Release, architecture: str = NATIVE) -> Path:
    """`kiosk` or `collector` of this checkout."""
    require_native()
    out = Path(tempfile.mkdtemp(prefix="senyum-debs-", dir=_scratch()))
    [made] = make(ROOT, out, name, "--debian", str(release.number), "--arch", architecture)
    return made


def changed(
    folder: Path, version: str, change: Callable[[Path], None] = lambda _copy: None
) -> Path:
    """A copy of this checkout as `version`, in which `change` has done something."""
    copy = folder / f"checkout-{version}"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=30
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    _set_version(copy / "pyproject.toml", version)
    change(copy)
    return copy


def kiosk_of(project: Path, release: Release) -> Path:
    arguments = ("kiosk", "--debian", str(release.number), "--arch", NATIVE)
    [made] = make(project, project / "dist", *arguments)
    return made


def _set_version(file: Path, version: str) -> None:
    ours = Project.at(ROOT).version
    text = file.read_text()
    assert text.count(f'version = "{ours}"') == 1
    file.write_text(text.replace(f'version = "{ours}"', f'version = "{version}"'))


@cache
def _scratch() -> str:
    """A folder that ends with this process."""
    kept = tempfile.TemporaryDirectory(prefix="senyum-packages-")
    _KEPT.append(kept)
    return kept.name


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def require_native() -> None:
    if os.uname().machine != "x86_64":
        not_run(f"the containers are {NATIVE}; this machine is {os.uname().machine}")


def installed(machine: Container, name: str, release: Release) -> None:
    """apt installs the package of this checkout into `machine`."""
    install(machine, package(name, release))


def install(machine: Container, file: Path, *options: str) -> str:
    """apt installs the package `file` into `machine`; what it says."""
    shutil.copy(file, machine.shared)
    words = ("apt-get", "install", "--yes", "--no-install-recommends", *UNSYNCED, *options)
    return machine.run(*words, f"/shared/{file.name}")
