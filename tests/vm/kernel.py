"""A Debian kernel that has gpio-sim: the newest of trixie-backports, as packages, unpacked."""

import subprocess
from pathlib import Path
from typing import Final, NamedTuple

from tests.vm import cache
from tests.vm.mirror import KEYRING, mirror

SUITE: Final = "trixie-backports"


class Kernel(NamedTuple):
    folder: Path  # usr/lib/modules/VERSION

    @property
    def version(self) -> str:
        return self.folder.name

    @property
    def image(self) -> Path:
        return self.folder / "vmlinuz"

    def module(self, name: str) -> Path:
        """`name` as in fs/ext4/ext4."""
        return self.folder / "kernel" / f"{name}.ko.xz"


def kernel(architecture: str = "amd64") -> Kernel:
    """From the cache, or downloaded through this machine's own apt."""
    source = mirror()
    version = cache.digest([source, architecture], [Path(__file__)])
    place = cache.built(
        f"kernel-{architecture}", version, lambda draft: _fetch(draft, source, architecture)
    )
    (modules,) = (place / "usr/lib/modules").iterdir()
    return Kernel(modules)


def _fetch(draft: Path, source: str, architecture: str) -> None:
    apt = _Apt(draft / "apt", source, architecture)
    apt.run("apt-get", "update")
    version = _newest(apt.run("apt-cache", "depends", f"linux-image-{architecture}"))
    wanted = [f"linux-{part}-{version}:{architecture}" for part in ("binary", "modules")]
    apt.run("apt-get", "download", *wanted)
    for package in apt.folder.glob("*.deb"):
        run("dpkg", "-x", str(package), str(draft))
    run("rm", "-r", str(apt.folder))


def _newest(depends: str) -> str:
    """The version in `  Depends: linux-image-VERSION`, which the meta package names."""
    names = (line.split()[-1] for line in depends.splitlines() if "Depends:" in line)
    return next(
        name.removeprefix("linux-image-") for name in names if name.startswith("linux-image-")
    )


class _Apt:
    """This machine's apt with one suite, and lists of its own: nothing of the machine changes."""

    def __init__(self, folder: Path, source: str, architecture: str) -> None:
        self.folder = folder
        for part in ("lists/partial", "archives/partial"):
            (folder / part).mkdir(parents=True)
        (folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {source} {SUITE} main\n")
        chosen = {
            "APT::Architecture": architecture,
            "APT::Sandbox::User": "root",
            "Dir::Cache::Archives": folder / "archives",
            "Dir::Cache::pkgcache": "",
            "Dir::Cache::srcpkgcache": "",
            "Dir::Etc::SourceList": folder / "sources.list",
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::State::Lists": folder / "lists",
        }
        self._options = [f"-o{name}={value}" for name, value in chosen.items()]

    def run(self, program: str, *words: str) -> str:
        return run(program, "-qq", *self._options, *words, folder=self.folder)


def run(*command: str, folder: Path | None = None) -> str:
    """Standard output; what went wrong is told whole."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stdout
