"""senyum-collector index: the satisfaction index of each agency over a period."""

import csv
import io
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any, Final, NamedTuple

import click
import msgspec
from rich.console import Console
from rich.table import Table
from sqlite_utils import Database

from collector.commands.buttons import BUTTONS
from collector.commands.people import people
from collector.commands.period import period_options
from collector.commands.uncut import uncut
from collector.config import Config
from collector.errors import CollectorError
from collector.index.compare import Group, Standing, standings
from collector.index.figure import MINIMUM, Figure
from collector.index.interval import CONFIDENCE
from collector.index.participation import Participation
from collector.index.periods import Days
from collector.index.scales import DEFAULT, MAPPINGS, USUAL, FaceMapping
from collector.ledger import misuse, reading
from collector.ledger.figures import figures
from collector.ledger.misuse import Look
from collector.ledger.participation import Clock, participations
from collector.ledger.places import Agency, UnknownPlace, agencies, require_agency
from collector.ledger.reading import CERTAIN, Uncertain
from collector.ledger.store import read_snapshot
from collector.servicehours import read_calendar

LABEL: Final = "indeks kiosk (bukan SKM)"
TITLE: Final = "Indeks kiosk (bukan SKM)"
NO_FIGURE: Final = "data belum cukup"


class UnknownMapping(CollectorError, LookupError):
    """No mapping has this name; the message names those that there are."""


class Line(NamedTuple):
    """One agency over the period."""

    agency: Agency
    figure: Figure
    uncertain: Uncertain
    standing: Standing | None  # among those that serve alike
    joined: Participation
    left_out: int  # votes, by the misuse rules


class Asked(NamedTuple):
    days: Days
    slug: str | None  # of one agency
    mapping: FaceMapping
    filtered: bool  # without what the misuse rules leave out


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
            click.echo(_json(lines, asked, config, [each for each, _ in parts], ruled))
        case "csv":
            click.echo(_csv(lines, asked.days), nl=False)
        case _:
            wide = Console().width >= WIDE
            for each, part in parts:
                click.echo(uncut(_table(part, each, wide)), nl=False)
                click.echo(_note(part, asked._replace(mapping=each), config, ruled))
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


# ---------------------------------------------------------------- for programs


def _plain(line: Line, days: Days) -> dict[str, Any]:
    """Numbers as numbers, with a point; null where nothing can be said."""
    shown, placed = line.figure, line.standing
    return {
        "agency": line.agency.agency,
        "short": line.agency.short,
        "service": line.agency.service,
        "first_day": days.first,
        "last_day": days.last,
        "n": shown.n,
        **shown.counts,
        "foreign": shown.foreign,
        "index": shown.index,
        "low": shown.low,
        "high": shown.high,
        "grade": shown.grade,
        "mapping": shown.mapping,
        "phi": shown.phi,
        "group": placed and placed.group,
        "funnel_low": placed and placed.low,
        "funnel_high": placed and placed.high,
        "best_place": placed and placed.best,
        "worst_place": placed and placed.worst,
        "c": line.uncertain.c,
        "d": line.uncertain.d,
        "left_out": line.left_out,
        **_joined(line.joined),
    }


def _joined(joined: Participation) -> dict[str, Any]:
    return {
        "people": joined.people and joined.people.people,
        "people_days": joined.people and joined.people.days,
        "service_days": joined.service_days,
        "participation": joined.rate,
        "uptime": joined.uptime,
        "kiosks": joined.coverage.kiosks,
        "counters": joined.coverage.counters,
        "without_kiosk": "; ".join(joined.coverage.without) or None,
    }


_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def _json(
    lines: Iterable[Line],
    asked: Asked,
    config: Config,
    mappings: list[FaceMapping],
    ruled: Look | None,
) -> str:
    days = asked.days
    report = {
        "label": LABEL,
        "first_day": days.first,
        "last_day": days.last,
        "zone": config.collector.zone,
        "mapping": mappings[0].name if len(mappings) == 1 else None,
        "confidence": CONFIDENCE,
        "minimum_n": MINIMUM,
        "filtered": asked.filtered,
        "ruleset": ruled and ruled.ruleset,
        "ruleset_sha256": ruled and ruled.digest,
        "agencies": [_plain(line, days) for line in lines],
    }
    return msgspec.json.format(_ENCODER.encode(report), indent=1).decode()


def _csv(lines: Iterable[Line], days: Days) -> str:
    text = io.StringIO()
    rows = [_plain(line, days) for line in lines]
    names = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(text, list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


# ---------------------------------------------------------------- for people


_BESIDE: Final[dict[Group, str]] = {
    "jelas di atas": "di atas",
    "setara": "setara",
    "jelas di bawah": "di bawah",
}


WIDE: Final = 100  # columns of a terminal
WITH_PEOPLE: Final = (
    "Ikut: suara per seratus orang yang dilayani. Aktif: jam layanan saat kiosk terdengar.\n"
    "Kiosk: loket yang punya kiosk."
)
WITHOUT_PEOPLE: Final = (
    f"Keikutsertaan, kiosk aktif, dan loket berkiosk: mulai {WIDE} kolom, atau --json dan --csv."
)


def _table(lines: list[Line], mapping: FaceMapping, wide: bool) -> Table:
    table = Table(title=TITLE, box=None, pad_edge=False)
    buttons = "/\n".join(BUTTONS[face] for face in reversed(mapping.faces))
    table.add_column("Perangkat daerah")
    for heading in ("Suara", f"{buttons} %", "Indeks", "Rentang 95 %"):
        table.add_column(heading, justify="right", no_wrap=True)
    for heading in ("Mutu", "Dalam\njenisnya"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Ikut\n%", "Aktif\n%", "Kiosk") if wide else ():
        table.add_column(heading, justify="right", no_wrap=True)
    for service, group in groupby(lines, key=lambda line: line.agency.service):
        table.add_row(f"[bold]{service}[/bold]")
        for line in group:
            table.add_row(*_cells(line), *(_people_cells(line.joined) if wide else ()))
    return table


def _people_cells(joined: Participation) -> tuple[str, ...]:
    """Empty is not known."""
    rate, heard = ("" if each is None else people(each) for each in (joined.rate, joined.uptime))
    return rate, heard, f"{joined.coverage.kiosks}/{joined.coverage.counters}"


def _cells(line: Line) -> tuple[str, ...]:
    shown = line.figure
    name, votes = f" {line.agency.short}", people(shown.n)
    if shown.index is None or shown.low is None or shown.high is None:
        return name, votes, "", "", f"[dim]{NO_FIGURE}[/dim]", "", ""
    shares = "/".join(
        f"{shown.shares[face]:.0%}".rstrip("%") for face in reversed(list(shown.shares))
    )
    bounds = f"{people(shown.low)}–{people(shown.high)}"
    index, group = people(shown.index), _BESIDE[line.standing.group] if line.standing else ""
    return name, votes, shares, index, bounds, shown.grade or "–", group


def _note(lines: list[Line], asked: Asked, config: Config, ruled: Look | None) -> str:
    days, mapping = asked.days, asked.mapping
    c, d = (sum(line.uncertain[i] for line in lines) for i in (0, 1))
    return (
        "Angka kerja, belum diterbitkan; yang sudah terbit: 'release show'.\n"
        f"{days.first} s.d. {days.last}: {len(days)} hari, waktu {config.collector.zone}.\n"
        f"Pemetaan {mapping.name}; indeks dari {mapping.bottom} sampai {mapping.top}.\n"
        "Mutu –: rentang menyentuh dua kelas, belum dapat digolongkan.\n"
        "Dalam jenisnya: jelas di atas atau di bawah rata-rata yang melayani serupa.\n"
        f"Bertanggal kira-kira: {people(c)} suara (C); tanpa tanggal, tidak dihitung:"
        f" {people(d)} (D).{_filter_note(lines, asked, ruled)}"
    )


def _filter_note(lines: list[Line], asked: Asked, ruled: Look | None) -> str:
    if not asked.filtered:
        return ""
    if ruled is None:
        return "\nAturan penyalahgunaan belum pernah dijalankan: 'misuse run'."
    out = people(sum(line.left_out for line in lines))
    return f"\nTanpa {out} suara yang disisihkan; aturan {ruled.ruleset} ({ruled.digest[:12]})."
