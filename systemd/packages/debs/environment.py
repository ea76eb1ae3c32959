"""The Python packages that a Debian package carries: pinned, each checked by its hash.

Nothing of the machine that builds comes along: wheels are taken for the other machine's Python and
processor, by uv, which reads a lock's markers for them and not for us.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from debs import lgpio, lock
from debs.project import Project
from debs.run import run
from debs.target import Target

GLIBC: Final = "2_36"  # of Debian 12; newer releases run what is built for it
UV: Final = Path(sys.executable).with_name("uv")


def lay(target: Target, project: Project, site: Path) -> None:
    """Fill `site` with our packages and all that they import. Raises PackageError."""
    locked = project.lock(target.package)
    build = target.package == "kiosk" and lgpio.needs_building(target.release)
    _install(target, lock.without(locked, "lgpio") if build else locked, site)
    if build:
        made = lgpio.built(target.release, locked, target.machine)
        shutil.copytree(made, site, dirs_exist_ok=True)
    _install_ours(target, project, site)


def _install(target: Target, locked: str, site: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        wanted = Path(scratch, "requirements.txt")
        wanted.write_text(locked, encoding="utf-8")
        command = [*_uv_install(site), "--require-hashes", "--only-binary", ":all:"]
        run([*command, *_platform(target), "-r", wanted], Path(scratch))


def _install_ours(target: Target, project: Project, site: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", scratch]
        run(build, project.folder, project.dated)
        [wheel] = Path(scratch).glob("*.whl")
        run([*_uv_install(site), *_platform(target), wheel], Path(scratch))


def _uv_install(site: Path) -> list[str | Path]:
    # Copied, not linked: what is laid here gets dates and modes of its own.
    return [UV, "pip", "install", "--quiet", "--no-deps", "--link-mode", "copy", "--target", site]


def _platform(target: Target) -> list[str]:
    platform = f"{target.machine}-manylinux_{GLIBC}"
    return ["--python-platform", platform, "--python-version", target.release.python_version]
