"""senyum-collector rebuild: derive the counts anew from the votes."""

import click

from collector.config import Config
from collector.ledger import counts
from collector.ledger.store import open_ledger


@click.command()
@click.pass_obj
def rebuild(config: Config) -> None:
    """Derive counts and corrections anew from the votes, and tell what was not right."""
    with open_ledger(config.ledger) as db:
        found = counts.rebuild(db, counts.local_day(config.zone))
    for table, rows in found._asdict().items():
        click.echo(f"{table}: {rows} rows were wrong" if rows else f"{table}: as the votes say")
