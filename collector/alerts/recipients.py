"""Who is told, and on which way: a file that an admin writes. It holds passwords."""

import stat
from pathlib import Path
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from collector.alerts.kinds import Role, Seen
from collector.tomlfile import Fault, FileError, read_toml

Name = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=32)]
Text = Annotated[str, Meta(pattern=r"\S", max_length=1000)]


class Table(Struct, forbid_unknown_fields=True):
    name: Name
    role: Role
    url: Text  # one way each, so that one that fails is tried again and no other
    agency: str | None = None


class File(Struct, forbid_unknown_fields=True):
    recipient: list[Table] = []


class Recipient(NamedTuple):
    name: str
    seen: Seen
    url: str  # as Apprise has it


def read_recipients(path: Path) -> list[Recipient]:
    """Nobody where there is no file. Raises FileError, which names file, line and field."""
    if not path.exists():
        return []
    _require_secret(path)
    file, source = read_toml(path, File)
    source.refuse(fault for i in range(len(file.recipient)) for fault in _wrong(file, i))
    return [Recipient(each.name, Seen(each.role, each.agency), each.url) for each in file.recipient]


def _require_secret(path: Path) -> None:
    if path.stat().st_mode & stat.S_IRWXO:
        raise FileError(f"{path}: holds passwords and is open to everybody: chmod o= {path}")


def _wrong(file: File, i: int) -> list[Fault]:
    table = file.recipient[i]
    found: list[Fault] = []
    if (table.role == "agency") != (table.agency is not None):
        found.append(([("recipient", i), ("role", None)], "role agency, and no other, has agency"))
    if "://" not in table.url:
        found.append(([("recipient", i), ("url", None)], "an address of Apprise: way://where"))
    if table.name in {each.name for each in file.recipient[:i]}:
        found.append(([("recipient", i), ("name", None)], f"{table.name!r} is there twice"))
    return found
