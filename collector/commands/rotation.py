"""senyum-collector rotation: kiosks ask the nine elements of the SKM in turn."""

import json
import secrets
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click
from rich.table import Table
from sqlite_utils import Database

from collector.commands.day import Day
from collector.commands.nine_shown import as_csv, as_json, shown
from collector.commands.period import period_options
from collector.commands.question_cards import cards
from collector.commands.uncut import uncut
from collector.commands.who import by_me
from collector.config import Config
from collector.errors import CollectorError
from collector.index.dispersion import INDEPENDENT
from collector.index.nine import nine
from collector.index.periods import Days
from collector.index.rotation import MOST_BLOCKS, NeverOpen, Slot, Step, schedule, stretches
from collector.index.scales import USUAL, usual_for
from collector.ledger import reading
from collector.ledger.deeds import deed
from collector.ledger.places import Agency, agencies, questions, require_agency
from collector.ledger.rotations import Rotation, add_rotation, rotations, slots_of
from collector.ledger.store import open_ledger, read_snapshot
from collector.servicehours import read_calendar

LONGEST_SEED: Final = 64


class NoRotation(CollectorError, LookupError):
    """Nothing is planned there."""


class TooLate(CollectorError, ValueError):
    """What kiosks have asked already cannot be planned any more."""


class _Seed(click.ParamType[str]):
    """One word that can be printed beside a schedule."""

    name = "seed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not text.isascii() or not text.isprintable() or " " in text or not text:
            self.fail("a seed is one word of ASCII letters, digits and signs", param, ctx)
        if len(text) > LONGEST_SEED:
            self.fail(f"a seed has at most {LONGEST_SEED} characters", param, ctx)
        return text


@click.group()
def rotation() -> None:
    """Kiosks ask the nine elements of the SKM in turn, and what comes of it."""


# ---------------------------------------------------------------- planning


@rotation.command()
@click.argument("slug", metavar="AGENCY")
@click.option("--from", "first", type=Day(), required=True, metavar="DAY", help="First local day.")
@click.option(
    "--blocks",
    type=click.IntRange(1, MOST_BLOCKS),
    required=True,
    help="How often each element is asked.",
)
@click.option(
    "--step",
    type=click.Choice(["week", "day"]),
    default="week",
    show_default=True,
    help="For how long: seven days, or until the next open day.",
)
@click.option("--seed", type=_Seed(), help="Decides the order.  [default: drawn, and printed]")
@click.pass_obj
def plan(
    config: Config, slug: str, *, first: date, blocks: int, step: Step, seed: str | None
) -> None:
    """Plan which element all kiosks of AGENCY ask when, in randomised blocks of all nine.

    Ingest tells the kiosks on each day. The order follows from the seed, so that nobody can choose
    it, and whoever has the seed can repeat it. A new plan takes the place of earlier ones from its
    first day on. Afterwards kiosks ask again what they asked before.
    """
    seed = secrets.token_hex(4) if seed is None else seed
    with closing(open_ledger(config.ledger)) as db:
        agency = require_agency(db, slug)
        _refuse_past(config, first)
        slots = _slots(config, agency, first, (seed, blocks, step))
        _put(db, Rotation(slug, first, step, blocks, seed, slots))
        texts = _texts(db)
    click.echo(uncut(_table(agency, slots, texts)), nl=False)
    click.echo(f"seed {seed}: `rotation plan` with it gives the same order. {_CARDS}")


_CARDS: Final = "`rotation cards` prints a card for each question."


def _refuse_past(config: Config, first: date) -> None:
    today = datetime.now(config.zone).date()
    if first < today:
        raise TooLate(f"{first} is past: kiosks can be told from {today} on")


def _slots(config: Config, agency: Agency, first: date, how: tuple[str, int, Step]) -> list[Slot]:
    """Raises NoRotation where the agency is never open."""
    seed, blocks, step = how
    calendar = read_calendar(config.data_dir)
    try:
        spans = stretches(
            first, blocks, step, lambda day: bool(calendar.hours(day, agency.service))
        )
    except NeverOpen as error:
        raise NoRotation(f"{agency.agency}: {error}; see its hours in hours.toml") from error
    return schedule(seed, spans)


def _put(db: Database, planned: Rotation) -> None:
    by = by_me()
    detail = {
        "agency": planned.agency,
        "first_day": str(planned.first),
        "step": planned.step,
        "blocks": planned.blocks,
        "seed": planned.seed,
    }
    with deed(db, by, "rotation-planned", **detail) as noted:
        noted["rotation"] = add_rotation(db, planned, by.at_ms)


@rotation.command()
@click.argument("slug", metavar="AGENCY")
@click.option("--from", "first", type=Day(), required=True, metavar="DAY", help="From this day on.")
@click.pass_obj
def stop(config: Config, slug: str, first: date) -> None:
    """From DAY on the kiosks of AGENCY ask again what they asked before."""
    with closing(open_ledger(config.ledger)) as db:
        require_agency(db, slug)
        _refuse_past(config, first)
        if not any(slot.days.last >= first for slot in slots_of(db, slug)):
            raise NoRotation(f"{slug}: nothing is planned from {first} on")
        _put(db, Rotation(slug, first, "day", 0, "", []))
    click.echo(f"{slug}: no rotation from {first} on")


# ---------------------------------------------------------------- what is planned


@rotation.command("list")
@click.argument("slug", metavar="AGENCY")
@click.option("--json", "as_object", is_flag=True, help="For programs: plans and days.")
@click.pass_obj
def list_(config: Config, slug: str, as_object: bool) -> None:
    """What the kiosks of AGENCY ask when, past and to come."""
    with closing(read_snapshot(config.ledger)) as db:
        agency, texts = require_agency(db, slug), _texts(db)
        plans, slots = rotations(db, slug), slots_of(db, slug)
    if as_object:
        click.echo(json.dumps(_plain(plans, slots), indent=1))
    elif not plans:
        raise NoRotation(f"{slug}: nothing is planned; 'rotation plan' does it")
    else:
        click.echo(uncut(_table(agency, slots, texts)), nl=False)
        click.echo("\n".join(_told(each) for each in plans))


def _texts(db: Database) -> dict[str, str]:
    return {each.question: each.text_id for each in questions(db)}


def _table(agency: Agency, slots: list[Slot], texts: dict[str, str]) -> Table:
    table = Table(title=f"{agency.short}: pertanyaan kiosk", box=None, pad_edge=False)
    for heading in ("Dari", "Sampai", "Unsur"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Pertanyaan")
    for days, element in slots:
        table.add_row(str(days.first), str(days.last), element, texts.get(element, ""))
    return table


_PER: Final[dict[Step, str]] = {"week": "minggu", "day": "hari"}


def _told(made: Rotation) -> str:
    if not made.blocks:
        return f"Dihentikan mulai {made.first}."
    return f"Mulai {made.first}: {made.blocks} blok per {_PER[made.step]}, seed {made.seed}."


def _plain(plans: list[Rotation], slots: list[Slot]) -> dict[str, Any]:
    return {
        "plans": [
            {"first_day": str(p.first), "step": p.step, "blocks": p.blocks, "seed": p.seed}
            for p in plans
        ],
        "slots": [
            {"first_day": str(days.first), "last_day": str(days.last), "element": element}
            for days, element in slots
        ],
    }


@rotation.command("cards")
@click.argument("slug", metavar="AGENCY")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="An HTML file, to be printed by any browser.",
)
@click.pass_obj
def cards_(config: Config, slug: str, output: Path) -> None:
    """Print a question card for each element that is still to come: A5, with the days to show it.

    For boxes without a screen: the card beside the buttons says what is asked.
    """
    today = datetime.now(config.zone).date()
    with closing(read_snapshot(config.ledger)) as db:
        agency, texts = require_agency(db, slug), _texts(db)
        ahead = [slot for slot in slots_of(db, slug) if slot.days.last >= today]
    if not ahead:
        raise NoRotation(f"{slug}: nothing is planned from {today} on; 'rotation plan' does it")
    output.write_text(cards(agency, ahead, texts), encoding="utf-8")
    click.echo(f"{output}: {len({slot.element for slot in ahead})} cards")


# ---------------------------------------------------------------- what came of it


@rotation.command()
@click.argument("slug", metavar="AGENCY")
@period_options
@click.option(
    "--scale",
    type=click.Choice(list(USUAL)),
    help="Of the boxes with three faces, four or five.  [default: those with most votes]",
)
@click.option("--json", "form", flag_value="json", help="For programs: one object.")
@click.option("--csv", "form", flag_value="csv", help="For programs: one row per element.")
@click.pass_obj
def show(config: Config, slug: str, *, days: Days, scale: str | None, form: str | None) -> None:
    """What was answered to each element over a period: n, index and interval.

    The index of all nine needs 30 votes for each. It is no SKM and no IKM. An element is asked on
    some days and not on others: what those days were like is in its figure as well.
    """
    with closing(read_snapshot(config.ledger)) as db:
        agency, votes = require_agency(db, slug), reading.by_question(db, slug, days)
        everything = reading.by_agency(db, days).get(slug, {})
        mapping = usual_for(everything)[0] if scale is None else USUAL[scale]
        services = {each.agency: each.service for each in agencies(db)}
        phi = reading.dispersion(db, days, services, mapping).get(slug, INDEPENDENT)
    found = nine(votes, mapping, phi)
    match form:
        case "json":
            click.echo(as_json(agency, days, found))
        case "csv":
            click.echo(as_csv(agency, days, found), nl=False)
        case _:
            click.echo(shown(agency, days, found))
