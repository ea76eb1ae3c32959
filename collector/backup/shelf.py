"""The folder of backups: how they are named, which is the newest, which have had their time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from collector.backup import stamp
from collector.backup.errors import BackupError, NotWhole
from collector.backup.stamp import Stamp

DAY_MS: Final = 86_400_000
_FORM: Final = "ledger-%Y%m%dT%H%M%SZ"
PARTIAL: Final = ".partial"


class Backup(NamedTuple):
    file: Path
    taken_at_ms: int


def name_at(at_ms: int) -> str:
    """ledger-20261125T170311Z, in UTC: names sort as time does, in every zone."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime(_FORM)


def backups(folder: Path) -> list[Backup]:
    """Oldest first. A file of another name is none of ours."""
    return sorted(_named(folder.glob("ledger-*.db")), key=lambda one: one.taken_at_ms)


def _named(files: Iterator[Path]) -> Iterator[Backup]:
    for file in files:
        try:
            at = datetime.strptime(file.stem, _FORM).replace(tzinfo=UTC)
        except ValueError:
            continue
        yield Backup(file, int(at.timestamp() * 1000))


def newest(folder: Path) -> Backup:
    """Raises BackupError where there is none."""
    known = backups(folder)
    if not known:
        raise BackupError(f"{folder}: there is no backup here; 'senyum-collector backup' takes one")
    return known[-1]


def expire(folder: Path, now_ms: int, keep_days: int) -> list[Backup]:
    """Remove and name those older than `keep_days`, but never the newest that is whole."""
    known = backups(folder)
    good = [one for one in known if _looks_whole(one.file)]
    old = [
        one
        for one in known
        if now_ms - one.taken_at_ms > keep_days * DAY_MS and one not in good[-1:]
    ]
    for one in old:
        one.file.unlink()
        stamp.stamp_beside(one.file).unlink(missing_ok=True)
    return old


def _looks_whole(file: Path) -> bool:
    """Cheaply: is it as long as its stamp says? Every byte of it is the drill's to try."""
    try:
        noted: Stamp | None = stamp.read(file)
    except NotWhole:
        return False
    return noted is not None and noted.bytes == file.stat().st_size
