"""senyum-collector plan: follow-up plans (rencana tindak lanjut), entered, realised and listed."""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from typing import Any, NamedTuple

import click
from sqlite_utils import Database

from collector.commands.day import Day
from collector.commands.plan_shown import as_csv, as_json, lines, table
from collector.commands.uncut import uncut
from collector.commands.who import by_me
from collector.config import Config
from collector.errors import CollectorError
from collector.index.plans import Plan
from collector.index.skm import SLUGS
from collector.ledger.deeds import deed
from collector.ledger.places import require_agency
from collector.ledger.plans import add_version, next_number, plans, versions
from collector.ledger.store import open_ledger, read_snapshot
from collector.plans.wording import post, sentence


class PlanError(CollectorError, ValueError):
    """What is asked cannot be done with this plan."""


class _Text(click.ParamType[str]):
    """Words that name no person."""

    name = "text"

    def __init__(self, read: Callable[[str], str]) -> None:
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_ELEMENT = click.option(
    "--element", type=click.Choice(SLUGS), help="Which element of the SKM it is about."
)
_CAUSE = click.option("--cause", type=_Text(sentence), metavar="TEXT", help="What it is about.")


@click.group()
def plan() -> None:
    """Follow-up plans (rencana tindak lanjut): who does what by when, and what came of it."""


@plan.command()
@click.option("--agency", "slug", required=True, metavar="SLUG", help="Whose plan it is.")
@_ELEMENT
@_CAUSE
@click.option(
    "--action", type=_Text(sentence), required=True, metavar="TEXT", help="What will be done."
)
@click.option("--due", type=Day(), required=True, metavar="DAY", help="By when, included.")
@click.option(
    "--post",
    "in_charge",
    type=_Text(post),
    required=True,
    metavar="POST",
    help="Which post is in charge, and no name: 'Kepala Seksi Pelayanan'.",
)
@click.pass_obj
def add(
    config: Config,
    *,
    slug: str,
    element: str | None,
    cause: str | None,
    action: str,
    due: date,
    in_charge: str,
) -> None:
    """Enter a plan; it gets a number. Say an element, a cause, or both."""
    if element is None and cause is None:
        raise PlanError("say what it is about: --element, --cause, or both")
    today = _today(config)
    entry = Plan(slug, element, cause or "", action, in_charge, today, due, due)
    with closing(open_ledger(config.ledger)) as db:
        require_agency(db, slug)
        by = by_me()
        with deed(db, by, "plan-added", agency=slug, due=str(due)) as told:
            number = told["plan"] = next_number(db)
            add_version(db, number, entry, today, by.at_ms)
    click.echo(f"plan {number} of {slug}, due {due}")


@plan.command()
@click.argument("number", type=int)
@_ELEMENT
@_CAUSE
@click.option("--action", type=_Text(sentence), metavar="TEXT", help="What will be done.")
@click.option("--due", type=Day(), metavar="DAY", help="By when; the first day is not forgotten.")
@click.option("--post", type=_Text(post), metavar="POST", help="Which post is in charge.")
@click.pass_obj
def change(config: Config, /, number: int, **wanted: Any) -> None:
    """Change what plan NUMBER says; the version before is kept."""
    given = {name: value for name, value in wanted.items() if value is not None}
    if not given:
        raise PlanError("say what is to change: --action, --due, --post, --element or --cause")
    _note(config, number, "plan-changed", **given)
    click.echo(f"plan {number}: changed {', '.join(given)}")


@plan.command()
@click.argument("number", type=int)
@click.option("--on", type=Day(), required=True, metavar="DAY", help="When it was done.")
@click.option(
    "--evidence",
    type=_Text(sentence),
    required=True,
    metavar="TEXT",
    help="What shows it: a document's number, a photograph's place.",
)
@click.pass_obj
def realise(config: Config, number: int, *, on: date, evidence: str) -> None:
    """Plan NUMBER has been done, and this shows it."""
    if on > _today(config):
        raise PlanError(f"--on {on} is yet to come")
    _note(config, number, "plan-realised", realised=on, evidence=evidence)
    click.echo(f"plan {number}: realised on {on}")


@plan.command()
@click.argument("number", type=int)
@click.option(
    "--why", type=_Text(sentence), required=True, metavar="TEXT", help="Why it will not be done."
)
@click.pass_obj
def withdraw(config: Config, number: int, *, why: str) -> None:
    """Plan NUMBER will not be done. It stays in the list, and counts as a promise not kept.

    Only on the day on which it was entered is it taken for a mistake.
    """
    _note(config, number, "plan-withdrawn", withdrawn=_today(config), why=why)
    click.echo(f"plan {number}: withdrawn")


@plan.command()
@click.argument("number", type=int)
@click.pass_obj
def show(config: Config, number: int) -> None:
    """Every version of plan NUMBER, oldest first."""
    with closing(read_snapshot(config.ledger)) as db:
        found = versions(db, number)
    for on, entry in found:
        click.echo(f"{on}:")
        for line in lines(entry):
            click.echo(f"  {line}")


@plan.command("list")
@click.option("--agency", "slug", metavar="SLUG", help="Only of this agency.")
@click.option("--late", is_flag=True, help="Only those that are late.")
@click.option("--json", "form", flag_value="json", help="For programs: one object per plan.")
@click.option("--csv", "form", flag_value="csv", help="For programs: one row per plan.")
@click.pass_obj
def list_(config: Config, *, slug: str | None, late: bool, form: str | None) -> None:
    """The plans, by due date, with what came of them."""
    today = _today(config)
    with closing(read_snapshot(config.ledger)) as db:
        if slug is not None:
            require_agency(db, slug)
        found = {
            number: entry
            for number, entry in plans(db, slug).items()
            if not late or entry.state(today) == "late"
        }
    match form:
        case "json":
            click.echo(as_json(found, today))
        case "csv":
            click.echo(as_csv(found, today), nl=False)
        case _:
            click.echo(uncut(table(found, today)), nl=False)


class _Noted(NamedTuple):
    """What changes, and by which entry of the journal."""

    what: str
    fields: dict[str, Any]


def _note(config: Config, number: int, what: str, **fields: Any) -> None:
    """Add a version; the journal tells which fields changed, and not their words."""
    with closing(open_ledger(config.ledger)) as db:
        _add(db, number, _Noted(what, fields), _today(config))


def _add(db: Database, number: int, noted: _Noted, today: date) -> None:
    by = by_me()
    with deed(db, by, noted.what, plan=number, fields=sorted(noted.fields)) as told:
        _, before = versions(db, number)[-1]
        _refuse_ended(number, before)
        told["agency"] = before.agency
        add_version(db, number, before._replace(**noted.fields), today, by.at_ms)


def _refuse_ended(number: int, entry: Plan) -> None:
    if entry.realised is not None:
        raise PlanError(f"plan {number} was realised on {entry.realised}; enter a new one")
    if entry.withdrawn is not None:
        raise PlanError(f"plan {number} was withdrawn on {entry.withdrawn}; enter a new one")


def _today(config: Config) -> date:
    return datetime.fromtimestamp(time.time(), config.zone).date()
