"""senyum-collector index: the satisfaction index of each agency over a period."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, tzinfo

import click
from rich.console import Console
from sqlite_utils import Database

from collector.commands.index_shown import (
    WIDE,
    WITH_PEOPLE,
    WITHOUT_PEOPLE,
    Asked,
    Line,
    as_csv,
    as_json,
    note,
    table,
)
from collector.commands.period import period_options
from collector.commands.uncut import uncut
from collector.config import Config
from collector.errors import CollectorError
from collector.index.compare import Standing, standings
from collector.index.figure import Figure
from collector.index.periods import Days
from collector.index.scales import DEFAULT, MAPPINGS, USUAL, FaceMapping
from collector.ledger import misuse, reading
from collector.ledger.figures import figures
from collector.ledger.participation import Clock, participations
from collector.ledger.places import Agency, UnknownPlace, agencies, require_agency
from collector.ledger.reading import CERTAIN
from collector.ledger.store import read_snapshot
from collector.servicehours import read_calendar


class UnknownMapping(CollectorError, LookupError):
    """No mapping has this name; the message names those that there are."""


@click.command()
@period_options
@click.option("--agency", "slug", metavar="SLUG", help="Only this agency.")
@click.option(
    "--mapping",
    metavar="NAME",
    help=f"What a face is worth: {', '.join(MAPPINGS)}.  [default: the usual one of each scale]",
)
@click.option("--filtered", is_flag=True, help="Without what the misuse rules leave out.")
@click.option("--json", "form", flag_value="json", help="For programs: one object.")
@click.option("--csv", "form", flag_value="csv", help="For programs: one row per agency.")
@click.pass_obj
def index(
    config: Config,
    *,
    days: Days,
    slug: str | None,
    mapping: str | None,
    filtered: bool,
    form: str | None,
) -> None:
    """The index of each agency over a period of local days, its first and last included.

    An index always comes with the number of votes and a 95 % interval.
    Under 30 votes there is none: "data belum cukup". It is no SKM or IKM, which only a survey
    gives. Beside it stands how many of those served have pressed, how much of the service hours
    kiosks were heard, and how many counters have one. Votes of boxes with three faces and with
    four are never summed: an agency that has both has two lines. The filtered index is for the
    regency only, and never beside the other one for anybody else.
    """
    chosen = None if mapping is None else _mapping(mapping)
    asked = Asked(days, slug, chosen or DEFAULT, filtered)
    clock = Clock(read_calendar(config.data_dir), config.zone, int(time.time()))
    with closing(read_snapshot(config.ledger)) as db:
        parts = _parts(db, asked, clock, only=chosen is not None)
        ruled = misuse.last_look(db) if filtered else None
    lines = [line for _, part in parts for line in part]
    match form:
        case "json":
            click.echo(as_json(lines, asked, config, [each for each, _ in parts], ruled))
        case "csv":
            click.echo(as_csv(lines, asked.days), nl=False)
        case _:
            wide = Console().width >= WIDE
            for each, part in parts:
                click.echo(uncut(table(part, each, wide)), nl=False)
                click.echo(note(part, asked._replace(mapping=each), config, ruled))
            click.echo(WITH_PEOPLE if wide else WITHOUT_PEOPLE)


def _mapping(name: str) -> FaceMapping:
    if name not in MAPPINGS:
        raise UnknownMapping(f"there is no mapping {name!r}; there are: {', '.join(MAPPINGS)}")
    return MAPPINGS[name]


Parts = list[tuple[FaceMapping, list[Line]]]


def _parts(db: Database, asked: Asked, clock: Clock, *, only: bool) -> Parts:
    """The lines of each mapping: `only` of the one that was asked for, or of each scale with votes.

    An agency that has votes of another scale only, has no line of the usual one.
    """
    plain = list(_lines(db, asked, clock))
    if only or not any(line.figure.foreign for line in plain):
        return [(asked.mapping, plain)]
    others: Parts = []
    for mapping in (each for each in USUAL.values() if each.name != DEFAULT.name):
        lines = _lines(db, asked._replace(mapping=mapping), clock)
        own = [line for line in lines if line.figure.n]
        others += [(mapping, own)] if own else []
    elsewhere = {line.agency.agency for _, own in others for line in own}
    kept = [line for line in plain if line.figure.n or line.agency.agency not in elsewhere]
    return [(DEFAULT, kept), *others] if kept else others


def _lines(db: Database, asked: Asked, clock: Clock) -> Iterator[Line]:
    known, left_out = agencies(db), _left_out(db, asked, clock.zone)
    found = figures(db, asked.days, asked.mapping, left_out)
    uncertain = reading.uncertain(db, asked.days, asked.mapping)
    out = {name: _known(left_out.get(name, {}), asked.mapping) for name in found}
    # Who was served pressed a button of any box, whatever the rules think of it.
    ignored = {name: tally.total() for name, tally in left_out.items()}
    votes = {name: each.n + each.foreign + ignored.get(name, 0) for name, each in found.items()}
    joined = participations(db, asked.days, votes, clock)
    placed = _standings(found, {agency.agency: agency.service for agency in known})
    for agency in _chosen(db, asked.slug):
        name = agency.agency
        poorly = uncertain.get(name, CERTAIN)
        yield Line(agency, found[name], poorly, placed.get(name), joined[name], out[name])


def _left_out(db: Database, asked: Asked, zone: tzinfo) -> dict[str, Counter[str]]:
    """Agency → the votes of each face that the filtered index leaves out; none, if it is raw."""
    if not asked.filtered:
        return {}
    ends = (asked.days.first, asked.days.end)
    first, end = (datetime.combine(day, datetime.min.time(), zone).timestamp() for day in ends)
    return misuse.left_out(db, round(first), round(end))


def _known(votes: Mapping[str, int], mapping: FaceMapping) -> int:
    return sum(n for face, n in votes.items() if face in mapping.points)


def _standings(found: dict[str, Figure], services: dict[str, str]) -> dict[str, Standing]:
    """Of each agency among those of its own type of service."""
    placed: dict[str, Standing] = {}
    for service in set(services.values()):
        own = {name: each for name, each in found.items() if services[name] == service}
        placed |= standings(own)
    return placed


def _chosen(db: Database, slug: str | None) -> list[Agency]:
    """The agency of that slug, or all, by type of service. Raises UnknownPlace for none."""
    if slug is not None:
        return [require_agency(db, slug)]
    known = agencies(db)
    if not known:
        raise UnknownPlace("there is no agency yet; 'agency import' adds them")
    return sorted(known, key=lambda agency: (agency.service, agency.short))
