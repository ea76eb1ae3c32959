"""senyum-collector note: what changed at an agency, for whoever wonders why its index did."""

import json
import re
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from typing import Any, Final

import click

from collector.commands.day import Day
from collector.commands.who import by_me
from collector.config import Config
from collector.ledger.changes import EVERYBODY, Change, What, changes
from collector.ledger.deeds import deed
from collector.ledger.notes import KINDS, Note, NoteKind, add_note, withdraw_note
from collector.ledger.places import require_agency
from collector.ledger.store import open_ledger, read_snapshot

LONGEST: Final = 200  # characters: one line on a page
_NUMBER: Final = re.compile(r"(?:\d[ .-]?){9,}")  # no date and no index is that long


class _Text(click.ParamType[str]):
    """One line that says what changed, and nothing of a person."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = " ".join(str(value).split())
        if not text or not text.isprintable():
            self.fail("a note is one line of text", param, ctx)
        if len(text) > LONGEST:
            self.fail(f"a note has at most {LONGEST} characters, this has {len(text)}", param, ctx)
        if _NUMBER.search(text):
            self.fail("a note holds no number of a person or a telephone", param, ctx)
        return text


@click.group()
def note() -> None:
    """What changed at an agency: shown on the time line of its page, and listed."""


@note.command()
@click.argument("text", type=_Text(), metavar="TEXT")
@click.option("--agency", "slug", metavar="SLUG", help="Of one agency.  [default: of all]")
@click.option(
    "--day", type=Day(), required=True, metavar="DAY", help="The local day of the change."
)
@click.option("--kind", type=click.Choice(KINDS), default="other", show_default=True)
@click.pass_obj
def add(config: Config, text: str, *, slug: str | None, day: date, kind: NoteKind) -> None:
    """Note a change that no table knows, such as a move of the whole office.

    Where kiosks stood, what they were told to ask, and how agencies are named is on the time line
    by itself. Everybody who sees the agency's page reads TEXT: name no person in it.
    """
    detail = {"agency": slug, "day": day.isoformat(), "kind": kind, "text": text}
    with closing(open_ledger(config.ledger)) as db:
        if slug is not None:
            require_agency(db, slug)
        by = by_me()
        with deed(db, by, "note-added", **detail) as noted:
            n = add_note(db, Note(0, slug, day, kind, text), by.at_ms)
            noted["note"] = n
    click.echo(f"note {n} added: {day}, {slug or 'all agencies'}")


@note.command()
@click.argument("number", type=click.IntRange(min=1), metavar="NUMBER")
@click.pass_obj
def withdraw(config: Config, number: int) -> None:
    """Take a note off the time line; the ledger and the journal keep it."""
    with closing(open_ledger(config.ledger)) as db:
        by = by_me()
        with deed(db, by, "note-withdrawn", note=number):
            withdraw_note(db, number, by.at_ms)
    click.echo(f"note {number} withdrawn")


# ---------------------------------------------------------------- list


@note.command("list")
@click.option("--agency", "slug", metavar="SLUG", help="Of one agency, with those of all.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one list.")
@click.pass_obj
def list_(config: Config, slug: str | None, as_json: bool) -> None:
    """List what changed, by day: what was noted, and what the ledger knows by itself."""
    with closing(read_snapshot(config.ledger)) as db:
        if slug is not None:
            require_agency(db, slug)
        found = changes(db, config.zone, slug)
    if as_json:
        click.echo(json.dumps([_plain(change) for change in found], indent=1, ensure_ascii=False))
        return
    for change in found:
        click.echo(_told(change))
    if not found:
        click.echo("nothing changed; 'note add' notes what the ledger cannot know")


def _plain(change: Change) -> dict[str, object]:
    """`agency` is null in what is noted of all."""
    told = {name: value for name, value in change.told.items() if value}
    plain = {"day": change.day.isoformat(), "agency": change.agency or None}
    return {**plain, "kind": change.kind, "what": change.what, "told": told}


_SAID: Final[Mapping[What, str]] = {
    "kiosk-came": "kiosk {kiosk} came to {counter}",
    "kiosk-moved": "kiosk {kiosk} moved from {before} to {counter}",
    "kiosk-left": "kiosk {kiosk} left {counter}",
    "question": "kiosk {kiosk} was told to ask: {question}",
    "rotation-begun": "its kiosks ask the nine elements in turn",
    "rotation-ended": "its kiosks ask again what they asked before",
    "begun": "begins under this name",
    "followed": "takes the place of {before}",
    "ended": "ends",
    "ruleset": "votes are judged by misuse ruleset {after}, before by {before}",
    "hours": "votes are judged by other service hours or holidays",
    "release-rules": "figures are given out by {after}, before by {before}",
    "note": "{text}  (note {n})",
}


def _told(change: Change) -> str:
    said = _SAID[change.what].format(**change.told)
    if change.told.get("successor"):
        said += f"; its place takes {change.told['successor']}"
    agency = "all agencies" if change.agency == EVERYBODY else change.agency
    return f"{change.day}  {agency}  {change.kind}  {said}"
