"""senyum-collector user: who may look at the pages, and at which."""

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from typing import Any, Final, get_args

import click
from sqlite_utils import Database

from collector.commands.who import by_me
from collector.config import Config
from collector.ledger import invites, secondstep, users
from collector.ledger.deeds import deed
from collector.ledger.roles import DISTRICT, Role, Standing
from collector.ledger.store import open_ledger
from collector.ledger.users import User

_ROLES: Final = get_args(Role)

password_option = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input (its first line) and do not ask.",
)


def standing_options(command: Callable[..., Any]) -> Callable[..., Any]:
    role = click.option("--role", type=click.Choice(_ROLES), required=True, help="What it may see.")
    agency = click.option("--agency", metavar="SLUG", help="Whose, for the roles of an agency.")
    return role(agency(command))


@click.group()
def user() -> None:
    """Invite, add, list and remove those who may look at the pages."""


@user.command()
@click.argument("name")
@standing_options
@click.pass_obj
def invite(config: Config, name: str, role: Role, agency: str | None) -> None:
    """Print a link with which somebody sets a password; once, within 24 hours.

    It is to be opened at the address of the pages, such as https://senyum.example/undangan/...
    Another invitation of the same name ends this one.
    """
    with _ledger(config) as db:
        word = invites.invite(db, by_me(), name, Standing(role, agency))
    click.echo(f"/undangan/{word}")


@user.command()
@click.argument("name")
@standing_options
@password_option
@click.pass_obj
def add(config: Config, name: str, role: Role, agency: str | None, *, password_stdin: bool) -> None:
    """Add a user; asks for the password twice."""
    users.check_name(name)
    new, told = _password(password_stdin), {"user": name, "role": role, "agency": agency}
    with _ledger(config) as db, deed(db, by_me(), "user-added", **told):
        users.add(db, name, new, int(time.time()), Standing(role, agency))
    click.echo(f"{name}: added")


@user.command()
@click.argument("name")
@standing_options
@click.pass_obj
def role(config: Config, name: str, role: Role, agency: str | None) -> None:
    """Give a user another role; sessions that are open end."""
    standing = Standing(role, agency)
    with (
        _ledger(config) as db,
        deed(db, by_me(), "role-changed", user=name, role=role, agency=agency),
    ):
        users.change_standing(db, name, standing)
    click.echo(f"{name}: {standing}, open sessions have ended")


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


@user.command(name="reset-totp")
@click.argument("name")
@click.pass_obj
def reset_totp(config: Config, name: str) -> None:
    """Forget the phone that a user's codes come from; the next login sets up another."""
    with _ledger(config) as db:
        secondstep.reset(db, by_me(), name)
    click.echo(f"{name}: the next login sets up a phone, open sessions have ended")


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
    """List the users: name, role, agency, and of district users whether a phone is set up."""
    with _ledger(config) as db:
        for each in users.users(db):
            click.echo(_line(each))


def _line(each: User) -> str:
    line = f"{each.name}: {each.standing}"
    if each.role not in DISTRICT:
        return line
    return f"{line}, {'phone set up' if each.totp else 'no phone yet'}"


def _ledger(config: Config) -> AbstractContextManager[Database]:
    return closing(open_ledger(config.ledger))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    text: str = click.prompt("Password", hide_input=True, confirmation_prompt="Once more")
    return text
