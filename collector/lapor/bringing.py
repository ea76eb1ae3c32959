"""A file of complaints into the ledger: what is new or has changed, with its entry, or nothing."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.index.complaints import Complaint
from collector.lapor.hiding import Hiding
from collector.lapor.mapping import read_mapping
from collector.lapor.reading import complaints_in
from collector.ledger.complaints import Filed, Import, add_import, filed, last_import
from collector.ledger.deeds import By, deed
from collector.ledger.places import agencies
from collector.secretfile import load_or_create
from collector.tables.table import read_table

KEY: Final = "lapor.key"


class LaporError(CollectorError, ValueError):
    """A file of complaints cannot follow what is there."""


class Source(NamedTuple):
    """A file, and how to read it."""

    file: Path
    mapping: Path
    as_of: date  # when the file was saved


class Brought(NamedTuple):
    """Complaints: of the file, of these those that count in nothing, and what that changed."""

    found: int
    uncounted: int
    new: int
    changed: int


def bring_in(db: Database, source: Source, key: Path, by: By, *, key_lost: bool = False) -> Brought:
    """Raises FileError for the file, LaporError if it cannot follow the last one; SecretError."""
    found, last = _read(db, source), last_import(db)
    hiding = _hiding(key, last, source.as_of, key_lost=key_lost)
    digest = sha256(source.file.read_bytes()).hexdigest()
    told = Import(source.as_of, digest, hiding.fingerprint)
    known = filed(db) if last and last.key == told.key else {}
    given = [Filed(hiding.hide(number), about) for number, about in found.items()]
    new, changed = _store(db, told, given, known, by)
    uncounted = sum(each.status == "rejected" for each in found.values())
    return Brought(len(found), uncounted, new, changed)


def _read(db: Database, source: Source) -> dict[str, Complaint]:
    known = agencies(db)
    mapping = read_mapping(source.mapping, (each.agency for each in known))
    table = read_table(source.file, mapping.headings(), mapping.sheet, secret=True)
    return complaints_in(table, mapping, known, source.as_of)


def _hiding(path: Path, last: Import | None, as_of: date, *, key_lost: bool) -> Hiding:
    """The key of the last import, or a first one."""
    if last is not None and as_of < last.as_of:
        raise LaporError(
            f"the last import was of {last.as_of}: an older file would take back what is known"
        )
    if last is not None and not path.exists() and not key_lost:
        raise LaporError(
            f"{path} is gone, and complaints are known by it: put its copy back; if there is none,"
            " bring in everything again with --key-lost"
        )
    hiding = Hiding(load_or_create(path))
    if last is not None and hiding.fingerprint != last.key and not key_lost:
        raise LaporError(
            f"{path} is not the key by which complaints are known: put its copy back; if there is"
            " none, bring in everything again with --key-lost"
        )
    return hiding


def _store(
    db: Database, told: Import, given: list[Filed], known: dict[str, Complaint], by: By
) -> tuple[int, int]:
    """How many are new, and how many have changed."""
    fresh = [each for each in given if known.get(each.complaint) != each.about]
    changed = sum(each.complaint in known for each in fresh)
    noted = {"new": len(fresh) - changed, "changed": changed, "as_of": str(told.as_of)}
    with deed(db, by, "complaints-imported", **noted, file=told.file):
        add_import(db, told, fresh, by.at_ms)
    return len(fresh) - changed, changed
