"""senyum-collector release: what each audience is given, by the rules of docs/releases.md."""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, datetime
from typing import Any, TypeVar, get_args

import click
from sqlite_utils import Database

from collector.commands.release_shown import as_json, periods, table
from collector.commands.releaseperiod import ReleasePeriod
from collector.commands.uncut import uncut
from collector.commands.who import by_me
from collector.config import Config
from collector.errors import CollectorError
from collector.jobs import recorded
from collector.ledger.deeds import By
from collector.ledger.releases import (
    Audience,
    Release,
    Remark,
    proposals,
    published,
    published_periods,
    remarks,
)
from collector.ledger.store import open_ledger, read_snapshot
from collector.release import signing
from collector.release.timetable import Period

F = TypeVar("F", bound=Callable[..., Any])


class NoRelease(CollectorError, LookupError):
    """Nothing was given out of this period."""


def _period(command: F) -> F:
    return click.argument("period", type=ReleasePeriod(), metavar="PERIOD")(command)


def _reason(command: F) -> F:
    words = "Why there is a new version; it stands beside the figures."
    return click.option("--reason", default="", metavar="TEXT", help=words)(command)


@click.group()
def release() -> None:
    """Figures as they are given out: to the public, to heads of agencies, to the district.

    A figure is made once, by public rules that leave every small number in doubt, and stored.
    PERIOD is a month (2026-08), triwulan (2026-T3), semester (2026-S1) or year (2026).
    """


# ---------------------------------------------------------------- making


@release.command()
@click.option("--revise", type=ReleasePeriod(), metavar="PERIOD", help="A month, once more.")
@_reason
@click.pass_obj
def publish(config: Config, revise: Period | None, reason: str) -> None:
    """Give out the months that are due, and refresh the district's figures.

    A month is due ten days after its end. To run it again changes nothing, so a timer may. With
    --revise, figures of that month get a new version instead, where enough votes came late.
    """
    if (revise is None) != (reason == ""):
        raise click.UsageError("--revise and --reason go together")
    if revise is None:
        click.echo(recorded(config.ledger, "release", lambda: _said(_publish(config))))
        return
    with closing(open_ledger(config.ledger)) as db:
        click.echo(_said(signing.revise(db, by_me(), revise, reason)))


def _publish(config: Config) -> list[Release]:
    by = by_me()
    with closing(open_ledger(config.ledger)) as db:
        return signing.publish_due(db, by, _today(config, by))


def _said(made: Sequence[Release]) -> str:
    held = sum(each.held for each in made)
    return f"{len(made)} figures; {held} of them say less than their votes alone would allow"


@release.command()
@_period
@_reason
@click.pass_obj
def propose(config: Config, period: Period, reason: str) -> None:
    """Make the figures of a triwulan, semester or year; agencies may then reply for seven days."""
    with closing(open_ledger(config.ledger)) as db:
        by = by_me()
        made = signing.propose(db, by, period, _today(config, by), reason)
        until = [each.reply_until for each in proposals(db)][-1]
    click.echo(f"{len(made)} figures are proposed; remarks until {until}, then 'release sign'")


@release.command()
@_period
@click.option("--agency", required=True, metavar="SLUG", help="Who replies.")
@click.argument("text")
@click.pass_obj
def reply(config: Config, period: Period, agency: str, text: str) -> None:
    """Put an agency's TEXT beside its proposed figure; its last word stands. It is published."""
    with closing(open_ledger(config.ledger)) as db:
        by = by_me()
        signing.reply(db, by, period, agency=agency, text=text, today=_today(config, by))
    click.echo(f"noted: {agency}")


@release.command()
@_period
@click.pass_obj
def sign(config: Config, period: Period) -> None:
    """Publish what was proposed, in the name of the district; once remarks can no longer come."""
    with closing(open_ledger(config.ledger)) as db:
        by = by_me()
        signing.sign(db, by, period, _today(config, by))
    click.echo("signed and published")


# ---------------------------------------------------------------- reading


@release.command()
@click.argument("period", type=ReleasePeriod(), metavar="[PERIOD]", required=False)
@click.option(
    "--audience",
    type=click.Choice(get_args(Audience)),
    default="public",
    show_default=True,
    help="Whose figures.",
)
@click.option("--agency", metavar="SLUG", help="Only this agency's.")
@click.option("--json", "plain", is_flag=True, help="For programs: one object.")
@click.pass_obj
def show(
    config: Config, period: Period | None, audience: Audience, agency: str | None, *, plain: bool
) -> None:
    """What was given out of PERIOD; without it, of which periods there is something."""
    with closing(read_snapshot(config.ledger)) as db:
        if period is None:
            click.echo(periods(published_periods(db, audience), list(proposals(db)), plain=plain))
            return
        rows = published(db, audience, period.days)
        shown = [each for each in rows if agency in (None, each.agency)]
        beside = _beside(db, {each.proposal for each in shown})
    if not shown:
        raise NoRelease("nothing was given out of this; 'release show' lists what was")
    if plain:
        click.echo(as_json(shown, beside))
    else:
        click.echo(uncut(table(shown, beside)), nl=False)


def _beside(db: Database, of: set[int | None]) -> dict[tuple[int | None, str | None], Remark]:
    """The remarks on these proposals, by proposal and agency."""
    return {
        (p, slug): remark for p in of if p is not None for slug, remark in remarks(db, p).items()
    }


def _today(config: Config, by: By) -> date:
    return datetime.fromtimestamp(by.at_ms / 1000, config.zone).date()
