"""The restore drill: a backup that was never restored is a hope."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

from collector.backup import shelf
from collector.backup.errors import BackupError, NotWhole
from collector.backup.proving import Proof, Stages, prove
from collector.ledger.counts import Day

_SCRATCH: Final = "restore-drill-"
HOUR_MS: Final = 3_600_000


def drill(backup: Path, place: Path, day: Day, stages: Stages) -> Proof:
    """Restore `backup` into a folder in `place` that is gone afterwards.

    `place` is where a restore would go: so it is tried too that there is room. Raises BackupError.
    """
    for left in place.glob(f"{_SCRATCH}*"):  # of a drill that was killed
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=place) as scratch:
        proof = prove(backup, Path(scratch), day, stages)
    if proof.wrong_counts:
        raise NotWhole(
            f"{backup}: {proof.wrong_counts} rows of its counts are not as its votes say;"
            " 'senyum-collector rebuild' puts the ledger's right, then take another backup"
        )
    return proof


def require_fresh(folder: Path, now_ms: int, max_age_hours: int) -> None:
    """Raises BackupError when the newest backup is older than that."""
    hours = (now_ms - shelf.newest(folder).taken_at_ms) / HOUR_MS
    if hours > max_age_hours:
        raise BackupError(
            f"{folder}: the newest backup is {hours:,.0f} hours old, at most {max_age_hours} are"
            " allowed; see why 'senyum-collector backup' did not run"
        )
