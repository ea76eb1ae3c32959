"""A backup is taken: copied while ingest writes, checked, made durable, and only then named."""

from contextlib import closing
from pathlib import Path

from collector.backup import durable, shelf, stamp
from collector.backup.errors import BackupError
from collector.backup.shelf import PARTIAL, Backup
from collector.backup.stamp import Stamp
from collector.ledger.copying import Progress, census, check_pages, copy_ledger, read_copy
from collector.ledger.store import Damaged, LedgerError


def take(
    ledger: Path, folder: Path, now_ms: int, receipt_key: str, progress: Progress
) -> tuple[Backup, Stamp]:
    """A new backup in `folder`. Raises BackupError; then there is nothing new in the folder."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sweep(folder)
        aside = folder / f"{shelf.name_at(now_ms)}{PARTIAL}"
        try:
            noted = _copy(ledger, aside, now_ms, receipt_key, progress)
            return _name(aside, noted), noted
        finally:
            aside.unlink(missing_ok=True)
    except Damaged as error:
        raise BackupError(f"{error}. Nothing was kept: the copies before it are") from error
    except (LedgerError, OSError) as error:
        raise BackupError(f"no backup was taken to {folder}: {error}") from error


def _sweep(folder: Path) -> None:
    """What a backup left that was killed. One that is being taken elsewhere then fails, aloud."""
    for left in folder.glob(f"ledger-*{PARTIAL}*"):
        left.unlink(missing_ok=True)


def _copy(ledger: Path, aside: Path, now_ms: int, receipt_key: str, progress: Progress) -> Stamp:
    durable.create(aside).close()
    copy_ledger(ledger, aside, progress)
    with closing(read_copy(aside)) as db:
        check_pages(db, aside, "quick_check")
        held = census(db)
    return stamp.stamp_of(held, now_ms, aside.stat().st_size, durable.digest(aside), receipt_key)


def _name(aside: Path, noted: Stamp) -> Backup:
    """First what proves it, then the backup itself under its name: it is never there unproven."""
    file = aside.with_suffix(".db")
    if file.exists():
        raise BackupError(f"{file}: is there already; one backup a second is enough")
    stamp.write(noted, file)
    for written in (aside, stamp.stamp_beside(file)):
        durable.sync(written)
    aside.rename(file)
    durable.sync(file.parent)
    return Backup(file, noted.taken_at_ms)
