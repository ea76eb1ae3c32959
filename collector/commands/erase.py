"""senyum-collector erase: what tells the exact second of a press goes after 30 days."""

import time
from typing import Final

import click
from sqlite_utils import Database

from collector.commands.ingest import now_ms
from collector.commands.who import by_me
from collector.config import Config
from collector.errors import CollectorError
from collector.ingest.branches import drop_settled
from collector.ledger import erasing, runs
from collector.ledger.deeds import tell
from collector.ledger.erasing import Erased
from collector.ledger.runs import Run
from collector.ledger.store import empty_wal, open_ledger, writing

BREATH: Final = 0.01  # seconds between two slices: ingest takes its turn
TRIES: Final = 20  # to empty the WAL, between the pages that are being read
PAUSE: Final = 0.5


class NotEmptied(CollectorError, RuntimeError):
    """The rows are gone, but their bytes are still in the WAL."""


@click.command()
@click.pass_obj
def erase(config: Config) -> None:
    """Erase exact times that are older than 30 days, and what else would tell them.

    For a daily timer; ingest goes on meanwhile, and a second run finds nothing. Chains still
    verify and no count changes. Of batches that waited for an admin for 30 days the kiosk still
    has the votes.
    """
    began = now_ms()
    with open_ledger(config.ledger) as db:
        try:
            said = _erase(db, began)
        except CollectorError as error:
            _record(db, began, str(error), ok=False)
            raise
        _record(db, began, said, ok=True)
    click.echo(said)


def _erase(db: Database, now: int) -> str:
    branches = drop_settled(db)
    erased = erasing.erase(db, now, lambda: time.sleep(BREATH))
    erased = erased._replace(held=erased.held + branches)
    tell(db, by_me(), "erased", **erased._asdict())
    said = _words(erased)
    if not _wal_is_empty(db):
        raise NotEmptied(
            f"{said}; but their bytes are still in the ledger's WAL, which somebody is reading;"
            " run 'erase' again when no backup or page is busy"
        )
    return said


def _wal_is_empty(db: Database) -> bool:
    for _ in range(TRIES):
        if empty_wal(db):
            return True
        time.sleep(PAUSE)
    return False


def _words(erased: Erased) -> str:
    return (
        f"erased: {erased.times} exact times, {erased.refused} refused messages, {erased.held}"
        f" held batches, {erased.boots} notes on a kiosk's clock"
    )


def _record(db: Database, began: int, said: str, *, ok: bool) -> None:
    ended = now_ms()
    with writing(db):
        runs.record(db, Run("erase", ended, ok, ended - began, said))
