"""senyum-collector token: which programs may read by /api/v1."""

import time
from contextlib import closing
from datetime import datetime
from typing import Final, get_args

import click

from collector.commands.who import by_me
from collector.config import Config
from collector.ledger import tokens
from collector.ledger.store import open_ledger
from collector.ledger.tokens import LONGEST_DAYS, Reach, Token

_REACHES: Final = get_args(Reach)


@click.group()
def token() -> None:
    """Add, list and revoke the tokens of programs that read by /api/v1."""


@token.command()
@click.argument("name")
@click.option("--for", "reach", type=click.Choice(_REACHES), required=True, help="What it reads.")
@click.option("--agency", metavar="SLUG", help="Which one, for --for agency.")
@click.option(
    "--days",
    type=int,
    default=LONGEST_DAYS,
    show_default=True,
    help="After so many days it opens nothing.",
)
@click.pass_obj
def add(config: Config, name: str, reach: Reach, agency: str | None, days: int) -> None:
    """Add a token and print its word, once: it is kept nowhere."""
    with closing(open_ledger(config.ledger)) as db:
        click.echo(tokens.add(db, by_me(), name, (reach, agency), days))


@token.command()
@click.argument("name")
@click.pass_obj
def revoke(config: Config, name: str) -> None:
    """End a token at once."""
    with closing(open_ledger(config.ledger)) as db:
        tokens.revoke(db, by_me(), name)
    click.echo(f"{name}: revoked")


@token.command(name="list")
@click.pass_obj
def list_(config: Config) -> None:
    """List all tokens that there ever were: name, reach, agency, last day or end."""
    with closing(open_ledger(config.ledger)) as db:
        for each in tokens.tokens(db):
            click.echo(_line(each, config))


def _line(each: Token, config: Config) -> str:
    until = datetime.fromtimestamp(each.until, config.zone)
    end = "until" if each.until > time.time() else "ended"
    reach = each.reach if each.agency is None else f"{each.reach} {each.agency}"
    return f"{each.name}: {reach}, {end} {until:%Y-%m-%d %H:%M}"
