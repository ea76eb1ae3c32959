"""senyum-collector visitors: how many people were served, by the agencies' own counts."""

import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from collector.commands.who import by_me
from collector.config import Config
from collector.ledger.store import open_ledger
from collector.visitors.bringing import bring_in


@click.group()
def visitors() -> None:
    """How many people were served: beside every index stands how many of them pressed."""


@visitors.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.pass_obj
def import_(config: Config, file: Path) -> None:
    """Bring in the counts of FILE, CSV or a workbook (.xlsx), as a queue machine gives them.

    Its columns are `place` (an agency, or the slug of a unit), `day` (2026-08-17) and `people`; no
    other is read. An agency counts as a whole or by units, and not both. Importing again changes
    nothing; a corrected count takes the place of the earlier one, which is kept.
    """
    today = datetime.fromtimestamp(time.time(), config.zone).date()
    with closing(open_ledger(config.ledger)) as db:
        found, added = bring_in(db, file, today, by_me())
    click.echo(f"{found} counts in the file; new or changed: {added}")
