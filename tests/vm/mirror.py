"""Where this machine gets Debian from, read from its own apt sources."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.notrun import not_run

APT: Final = Path("/etc/apt")
KEYRING: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def mirror() -> str:
    """The URI of the first Debian archive that apt knows; ends the test where there is none."""
    found = next(filter(is_debian, _uris(APT)), None)
    if found is None:
        not_run("this machine's apt sources name no Debian archive (a URI that ends in /debian)")
    return found.rstrip("/")


def is_debian(uri: str) -> bool:
    """Not a security archive, not another vendor's."""
    return urlsplit(uri).path.rstrip("/").endswith("/debian")


def _uris(apt: Path) -> Iterator[str]:
    folder = apt / "sources.list.d"
    for file in sorted(folder.glob("*.sources")):
        yield from from_stanzas(file.read_text())
    for file in [apt / "sources.list", *sorted(folder.glob("*.list"))]:
        if file.exists():
            yield from from_lines(file.read_text())


def from_stanzas(text: str) -> Iterator[str]:
    """URIs of a `.sources` file (deb822)."""
    for line in text.splitlines():
        field, _, value = line.partition(":")
        if field.strip().lower() == "uris":
            yield from value.split()


def from_lines(text: str) -> Iterator[str]:
    """URIs of a `.list` file: `deb [options] URI suite components`."""
    for line in text.splitlines():
        kind, _, rest = line.strip().partition(" ")
        if kind == "deb":
            rest = rest.strip()
            words = rest.partition("]")[2] if rest.startswith("[") else rest
            yield from words.split()[:1]
