"""Debian systems in a folder or a tar file, by mmdebstrap, from the mirror of this machine."""

from collections.abc import Sequence
from pathlib import Path

from debs.cache import cached
from debs.run import run
from debs.target import Release

ASK_FOR_MIRROR = (
    "apt-get", "indextargets", "--format", "$(REPO_URI)",
    "Created-By: Packages", "Origin: Debian", "Label: Debian",
)  # fmt: skip


def make(release: Release, target: Path, packages: Sequence[str], *options: str) -> None:
    """A system with `packages` at `target`: a folder, a tar file or /dev/null.

    Raises PackageError.
    """
    include = f"--include={','.join(packages)}"
    command = ["mmdebstrap", "--quiet", include, *options, release.codename, str(target)]
    run([*command, *mirror()], Path("/"))


def archive(release: Release, packages: Sequence[str], *options: str) -> Path:
    """The same as a tar file, from the cache where it is there."""
    inputs = repr((release.codename, tuple(packages), options))

    def fill(folder: Path) -> None:
        make(release, folder / "root.tar", packages, *options)

    return cached(f"debian-{release.number}", inputs, fill) / "root.tar"


def mirror() -> list[str]:
    """Where this machine gets Debian from, as an argument; empty: wherever mmdebstrap looks."""
    return run(ASK_FOR_MIRROR, Path("/")).split()[:1]
