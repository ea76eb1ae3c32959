"""The file system of a Debian 12 with systemd and Python 3.11, before anything of ours."""

import shutil
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
    """Its files, as a tar archive from the cache."""
    source = mirror()
    version = cache.digest([source], [Path(__file__)])
    return cache.built("root", version, lambda draft: _bootstrap(draft, source)) / "root.tar"


def _bootstrap(draft: Path, source: str) -> None:
    include = f"--include={','.join(PACKAGES)}"
    target = str(draft / "root.tar")
    run("mmdebstrap", "--quiet", "--variant=minbase", include, RELEASE, target, source)


def unpack(archive: Path, target: Path) -> None:
    target.mkdir()
    run("tar", "-xf", str(archive), "-C", str(target), "--exclude=./dev/*")
    for name in USELESS:
        shutil.rmtree(target / name, ignore_errors=True)
