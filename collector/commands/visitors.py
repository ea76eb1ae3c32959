"""senyum-collector visitors: how many people were served, by the agencies' own counts."""

import time
from contextlib import closing
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import click

from collector.commands.who import by_me
from collector.config import Config
from collector.ledger.deeds import deed
from collector.ledger.places import agencies, belonging
from collector.ledger.store import open_ledger
from collector.ledger.visitors import add_counts, counted_by
from collector.tables.agencynames import agency_names
from collector.tables.table import read_table
from collector.visitors.reading import COLUMNS, Places, counts_in


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
    table = read_table(file, COLUMNS)
    with closing(open_ledger(config.ledger)) as db:
        units = {unit: agency for _counter, unit, agency in belonging(db)}
        places = Places(agency_names(agencies(db)), units, counted_by(db))
        found = counts_in(table, places, today)
        by, digest = by_me(), sha256(file.read_bytes()).hexdigest()
        with deed(db, by, "visitors-imported", file=digest) as told:
            added = told["counts"] = add_counts(db, found, by.at_ms)
    click.echo(f"{len(found)} counts in the file; new or changed: {added}")
