"""The file system of a Debian 12 with systemd and Python 3.11, before anything of ours."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.vm import cache
from tests.vm.kernel import run
from tests.vm.mirror import mirror

RELEASE: Final = "bookworm"
PACKAGES: Final = (
    "systemd", "systemd-sysv", "systemd-timesyncd", "udev", "kmod", "python3", "iproute2",
)  # fmt: skip
USELESS: Final = ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt")


def base() -> Path:
    """A system that starts: its files, as a tar archive from the cache."""
    return _archive("root", "amd64", "minbase", PACKAGES)


def unconfigured(architecture: str, packages: Sequence[str]) -> Path:
    """The files of packages and of what they need; nothing of them was run."""
    return _archive(f"files-{architecture}", architecture, "extract", packages)


def _archive(name: str, architecture: str, variant: str, packages: Sequence[str]) -> Path:
    source = mirror()
    command = [
        "mmdebstrap", "--quiet", f"--variant={variant}", f"--architectures={architecture}",
        f"--include={','.join(packages)}", RELEASE,
    ]  # fmt: skip
    version = cache.digest([*command, source], [])
    place = cache.built(name, version, lambda draft: _bootstrap(draft, command, source))
    return place / "root.tar"


def _bootstrap(draft: Path, command: Sequence[str], source: str) -> None:
    run(*command, str(draft / "root.tar"), source)


def unpack(archive: Path, target: Path) -> None:
    target.mkdir()
    run("tar", "-xf", str(archive), "-C", str(target), "--exclude=./dev/*")
    for name in USELESS:
        shutil.rmtree(target / name, ignore_errors=True)
