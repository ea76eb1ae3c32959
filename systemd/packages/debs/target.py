"""What is built: which package, for which Debian release and architecture."""

from typing import Final, NamedTuple


class Release(NamedTuple):
    number: int
    codename: str
    python: tuple[int, int]

    @property
    def python_version(self) -> str:
        return "{}.{}".format(*self.python)

    @property
    def next_python(self) -> str:
        """The version that the carried environment is too old for."""
        major, minor = self.python
        return f"{major}.{minor + 1}"


# Raspberry Pi OS has the same numbers, codenames and Pythons.
RELEASES: Final = {
    "12": Release(12, "bookworm", (3, 11)),
    "13": Release(13, "trixie", (3, 13)),
}
MACHINES: Final = {"amd64": "x86_64", "arm64": "aarch64"}  # Debian's name → the kernel's
PACKAGES: Final = ("kiosk", "collector")


class Target(NamedTuple):
    package: str  # one of PACKAGES
    release: Release
    architecture: str  # one of MACHINES

    @property
    def machine(self) -> str:
        return MACHINES[self.architecture]

    @property
    def name(self) -> str:
        return f"kotak-senyum-{self.package}"

    def file_name(self, version: str) -> str:
        """As apt would call it; an epoch does not stand in a file's name."""
        return f"{self.name}_{version.partition(':')[2] or version}_{self.architecture}.deb"
