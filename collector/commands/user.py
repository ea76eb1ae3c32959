"""senyum-collector user: who may look at the pages."""

import sys
import time
from contextlib import AbstractContextManager, closing

import click
from sqlite_utils import Database

from collector.commands.who import by_me
from collector.config import Config
from collector.ledger import users
from collector.ledger.deeds import deed
from collector.ledger.store import open_ledger

password_option = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input (its first line) and do not ask.",
)


@click.group()
def user() -> None:
    """Add, list and remove those who may look at the pages."""


@user.command()
@click.argument("name")
@password_option
@click.pass_obj
def add(config: Config, name: str, password_stdin: bool) -> None:
    """Add a user; asks for the password twice."""
    users.check_name(name)
    new = _password(password_stdin)
    with _ledger(config) as db, deed(db, by_me(), "user-added", user=name):
        users.add(db, name, new, int(time.time()))
    click.echo(f"{name}: added")


@user.command()
@click.argument("name")
@password_option
@click.pass_obj
def password(config: Config, name: str, password_stdin: bool) -> None:
    """Change a user's password; sessions that are open end."""
    new = _password(password_stdin)
    with _ledger(config) as db, deed(db, by_me(), "password-changed", user=name):
        users.change_password(db, name, new)
    click.echo(f"{name}: password changed, open sessions have ended")


@user.command()
@click.argument("name")
@click.pass_obj
def remove(config: Config, name: str) -> None:
    """Remove a user; sessions that are open end."""
    with _ledger(config) as db, deed(db, by_me(), "user-removed", user=name):
        users.remove(db, name)
    click.echo(f"{name}: removed")


@user.command(name="list")
@click.pass_obj
def list_(config: Config) -> None:
    """List the users, one name per line."""
    with _ledger(config) as db:
        for name in users.names(db):
            click.echo(name)


def _ledger(config: Config) -> AbstractContextManager[Database]:
    return closing(open_ledger(config.ledger))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    text: str = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    return text
