"""senyum-collector misuse: the rules against misuse, and the cases that they open."""

from collections import Counter
from contextlib import closing
from datetime import datetime

import click
from sqlite_utils import Database

from collector.commands.ingest import now_ms
from collector.config import Config
from collector.errors import CollectorError
from collector.ledger import runs
from collector.ledger.runs import Run
from collector.ledger.store import open_ledger, writing
from collector.misuse import running
from collector.misuse.ruleset import Ruleset, read_ruleset
from collector.misuse.running import Found
from collector.servicehours import read_calendar


@click.group()
def misuse() -> None:
    """Rules against misuse: what the filtered index leaves out, and cases for people."""


# ---------------------------------------------------------------- run


@misuse.command()
@click.pass_obj
def run(config: Config) -> None:
    """Look at the votes of closed days, as far as their exact time is still known.

    For a daily timer, before 'erase'; a second run finds nothing new. Votes in a burst or outside
    of service hours are left out of the filtered index ('index --filtered'), for good; the votes
    and the index that pages show stay as they are.
    """
    began = now_ms()
    with closing(open_ledger(config.ledger)) as db:
        try:
            ruleset, found = _run(db, config, began)
        except CollectorError as error:
            _record(db, began, str(error), ok=False)
            raise
        said = _said(ruleset, found)
        _record(db, began, said, ok=True)
    click.echo(said)


def _run(db: Database, config: Config, began: int) -> tuple[Ruleset, Found]:
    ruleset, calendar = read_ruleset(config.data_dir), read_calendar(config.data_dir)
    now = datetime.fromtimestamp(began / 1000, config.zone)
    return ruleset, running.run(db, ruleset, calendar, now)


def _said(ruleset: Ruleset, found: Found) -> str:
    by = Counter(flag.rule for flag in found.flags)
    return (
        f"ruleset {ruleset.rules.version} ({ruleset.digest[:12]}): {found.votes} votes of"
        f" {found.kiosks} kiosks; left out: burst {by['burst']}, hours {by['hours']}"
    )


def _record(db: Database, began: int, said: str, *, ok: bool) -> None:
    ended = now_ms()
    with writing(db):
        runs.record(db, Run("misuse", ended, ok, ended - began, said))
