"""senyum-collector agency: where people are served."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import click

from collector.commands.who import by_me
from collector.config import Config
from collector.ledger.deeds import deed
from collector.ledger.importing import Change, import_places
from collector.ledger.store import open_ledger
from collector.places import PACKAGED, Places, read_places


@click.group()
def agency() -> None:
    """Agencies (OPD), their units and counters (loket)."""


@agency.command("import")
@click.argument("file", type=click.Path(path_type=Path), default=PACKAGED, metavar="[FILE]")
@click.pass_obj
def import_(config: Config, file: Path) -> None:
    """Add and change agencies, units and counters as FILE says.

    FILE is TOML; without it, the list of Kabupaten Banjar that comes with this program. What
    the file lacks stays as it is, so importing again is safe. A counter that has votes stays
    with its unit.
    """
    places = read_places(file)
    with closing(open_ledger(config.ledger)) as db, deed(db, by_me(), "places-imported") as detail:
        changes = import_places(db, places)
        detail.update(_noted(changes))
    for line in _told(changes):
        click.echo(line)
    click.echo(_summary(places, changes))
    for line in _warnings(places):
        click.echo(line)


def _noted(changes: Sequence[Change]) -> dict[str, object]:
    """For the journal: kind → slugs that were added, and every change of what was there."""
    added: dict[str, list[str]] = {}
    for change in changes:
        if change.before is None:
            added.setdefault(change.kind, []).append(change.slug)
    return {"added": added, "changed": _told(changes)}


def _told(changes: Iterable[Change]) -> list[str]:
    return [
        f"changed: {change.kind} {change.slug}, {difference}"
        for change in changes
        for difference in change.differences()
    ]


_PLURAL: Final = {
    "agency": "agencies",
    "unit": "units",
    "counter": "counters",
    "question": "questions",
}


def _summary(places: Places, changes: Iterable[Change]) -> str:
    kinds = Counter(change.kind for change in changes if change.before is None)
    new = ", ".join(f"{n} {_PLURAL[kind]}" for kind, n in kinds.items()) or "nothing"
    return (
        f"{len(places.agencies)} agencies, {len(places.units)} units and"
        f" {len(places.counters)} counters in the file; new: {new}"
    )


def _warnings(places: Places) -> list[str]:
    """What a person must still find out."""
    guessed = [each.short for each in places.agencies if not each.verified]
    warnings = []
    if guessed:
        warnings.append(f"not verified, to be confirmed: {', '.join(guessed)}")
    if places.placeholders:
        warnings.append(f"placeholders, to be replaced by real ones: {places.placeholders} units")
    return warnings
