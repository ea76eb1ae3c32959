"""What runs by itself notes how it went, for the page of admins and for alerts."""

import logging
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from collector.errors import CollectorError
from collector.ledger import runs
from collector.ledger.runs import Job, Run
from collector.ledger.store import LedgerError, open_ledger, writing
from kiosk.errors import SenyumError

log = logging.getLogger("senyum.collector.jobs")


def recorded(ledger: Path, job: Job, work: Callable[[], str]) -> str:
    """What `work` says, noted in the ledger; or what went wrong, noted likewise and raised."""
    began = time.monotonic()
    try:
        said = work()
    except (CollectorError, SenyumError, OSError) as error:
        _note(ledger, job, ok=False, began=began, said=str(error))
        raise
    _note(ledger, job, ok=True, began=began, said=said)
    return said


def _note(ledger: Path, job: Job, *, ok: bool, began: float, said: str) -> None:
    """A ledger that cannot be written is not why a job fails: its own error counts."""
    if not ledger.exists():
        return
    took_ms = round(1000 * (time.monotonic() - began))
    at_ms = time.time_ns() // 1_000_000
    try:
        with closing(open_ledger(ledger)) as db, writing(db):
            runs.record(db, Run(job, at_ms, ok, took_ms, " ".join(said.split())))
    except LedgerError as error:
        log.warning("not noted: job=%s %s", job, error)
