"""A backup is tried, as a restore must: on a copy, to the last hash."""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from collector.backup import durable, stamp
from collector.backup.errors import BackupError, NotWhole
from collector.backup.stamp import Stamp
from collector.ledger import counts
from collector.ledger.chains import broken_chains
from collector.ledger.copying import Census, Progress, census, check_pages, require_known
from collector.ledger.counts import Day
from collector.ledger.store import LedgerError, open_ledger, read_ledger

Stages = Callable[[str], Progress]  # what is being done → how far it is
WAL = "-wal"


class Proof(NamedTuple):
    """A backup that is whole, and ready to be put in place."""

    ledger: Path  # the copy that was tried: migrated, counts as the votes say
    stamp: Stamp | None  # None: a copy that was made by other means
    census: Census
    wrong_counts: int  # rows of counts that were not as the votes say


def prove(backup: Path, scratch: Path, day: Day, stages: Stages) -> Proof:
    """Copy `backup` into the folder `scratch` and try all of it. Raises NotWhole, BackupError."""
    copy, noted = _fetch(backup, scratch, stages("copied"))
    try:
        with closing(read_ledger(copy)) as db:
            check_pages(db, backup, "integrity_check")
            require_known(db, backup)
        with closing(open_ledger(copy)) as db:
            held = _require_whole(db, backup, noted, stages("hashes computed"))
            wrong = sum(counts.rebuild(db, day))
    except LedgerError as error:
        raise NotWhole(f"{backup} cannot be restored: {error}") from error
    return Proof(copy, noted, held, wrong)


def _fetch(backup: Path, scratch: Path, progress: Progress) -> tuple[Path, Stamp | None]:
    """The copy, and what was noted of the backup when it was taken."""
    if not backup.is_file():
        raise BackupError(f"{backup}: there is no such file")
    _require_room(backup, scratch)
    noted, copy = stamp.read(backup), scratch / "ledger.db"
    read = durable.copy(backup, copy, progress)
    if noted is not None and read != noted.sha256:
        raise NotWhole(
            f"{backup}: its bytes are not those that were written (SHA-256 {read[:12]}…,"
            f" noted {noted.sha256[:12]}…); take another backup"
        )
    wal = backup.with_name(backup.name + WAL)
    if wal.exists():  # a ledger that was copied as it lay there
        durable.copy(wal, copy.with_name(copy.name + WAL), progress)
    return copy, noted


def _require_room(backup: Path, scratch: Path) -> None:
    needed, free = backup.stat().st_size, shutil.disk_usage(scratch).free
    if free < needed:
        raise BackupError(
            f"{scratch}: a restore needs {needed:,} bytes, and {free:,} are free; make room first"
        )


def _require_whole(db: Database, backup: Path, noted: Stamp | None, progress: Progress) -> Census:
    held = census(db)
    found = broken_chains(db, progress)
    if noted is not None:
        found += noted.differences(held)
    total = sum(chain.seq for chain in held.chains)
    if held.votes != total:
        found.append(f"{held.votes} votes are there, and the heads speak of {total}")
    if found:
        raise NotWhole(f"{backup}: {'; '.join(found[:3])}")
    return held
