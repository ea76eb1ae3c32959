"""senyum-collector reward: who answered in time and did what was promised; never the index."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any, Final, NamedTuple

import click
import msgspec
from rich.table import Table

from collector.commands.lapor import NoComplaints
from collector.commands.periodname import PeriodName
from collector.commands.uncut import uncut
from collector.config import Config
from collector.index.complaints import RESPOND
from collector.index.periods import Days, containing
from collector.index.reward import Merit, lacking
from collector.ledger.merits import Merits, merits
from collector.ledger.places import agencies
from collector.ledger.store import read_snapshot
from collector.rewardrule import Ruled, read_rule
from collector.servicehours import read_calendar

_LACKS: Final = {
    "min_cases": "pengaduan belum cukup",
    "in_time_percent": "kurang tepat waktu",
    "max_over": "ada yang melewati batas",
    "min_plans": "belum ada rencana",
    "kept_percent": "rencana kurang terealisasi",
}


class _Line(NamedTuple):
    agency: str
    short: str
    lacking: tuple[str, ...]  # names of the rule's bounds; none: it is on the list


@click.command()
@click.option(
    "--period",
    type=PeriodName(),
    required=True,
    metavar="SEMESTER",
    help="A half-year: 2026-S1 or 2026-S2.",
)
@click.option("--json", "form", flag_value="json", help="For programs: one object.")
@click.option("--csv", "form", flag_value="csv", help="For programs: one row per agency.")
@click.pass_obj
def reward(config: Config, *, period: Days, form: str | None) -> None:
    """Which agencies are to be rewarded for a half-year, by the rule in reward.toml.

    They answered complaints in time, on their own clock from disposition, and realised what they
    had promised. The index has no part in it: an index with a prize on it is stuffed.
    """
    if period != containing("semester", period.first):
        raise click.BadParameter("--period must be a half-year: 2026-S1 or 2026-S2")
    ruled, holiday = read_rule(config.data_dir), read_calendar(config.data_dir).holiday
    with closing(read_snapshot(config.ledger)) as db:
        found = merits(db, period, holiday)
        shorts = {agency.agency: agency.short for agency in agencies(db)}
    if found is None:
        raise NoComplaints("there are no complaints yet; 'lapor import' adds them")
    lines = list(_lines(found, ruled, shorts))
    match form:
        case "json":
            click.echo(_json(lines, period, found.as_of, ruled))
        case "csv":
            click.echo(_csv(lines, ruled), nl=False)
        case _:
            click.echo(uncut(_table(lines, period)), nl=False)
            click.echo(_note(period, found.as_of, ruled))


def _lines(found: Merits, ruled: Ruled, shorts: dict[str, str]) -> Iterator[_Line]:
    """Those on the list first; by name, for it is a list and no ranking."""
    lines = [_line(agency, merit, ruled, shorts) for agency, merit in found.of.items()]
    yield from sorted(lines, key=lambda line: (bool(line.lacking), line.short))


def _line(agency: str, merit: Merit, ruled: Ruled, shorts: dict[str, str]) -> _Line:
    return _Line(agency, shorts[agency], lacking(ruled.rule, merit))


def _table(lines: list[_Line], days: Days) -> Table:
    title = f"Daftar penghargaan, {days.first} s.d. {days.last}"
    shown = Table(title=title, box=None, pad_edge=False)
    for heading in ("Perangkat daerah", "Masuk daftar", "Yang kurang"):
        shown.add_column(heading)
    for line in lines:
        lacks = ", ".join(_LACKS[name] for name in line.lacking)
        shown.add_row(line.short, "tidak" if line.lacking else "ya", lacks)
    return shown


def _note(days: Days, as_of: date, ruled: Ruled) -> str:
    rule = ruled.rule
    open_still = (
        "\nSementara: berkas itu dibuat sebelum semester berakhir." if as_of <= days.last else ""
    )
    return (
        f"Aturan {rule.name} ({ruled.digest[:12]}), menurut berkas pengaduan {as_of}.\n"
        f"Sedikitnya {rule.min_cases} pengaduan, {rule.in_time_percent} % dijawab dalam {RESPOND}"
        f" hari kerja sejak disposisi,\npaling banyak {rule.max_over} melewati batas, sedikitnya"
        f" {rule.min_plans} rencana, {rule.kept_percent} % terealisasi tepat waktu.\n"
        f"Indeks tidak dipakai.{open_still}"
    )


def _json(lines: list[_Line], days: Days, as_of: date, ruled: Ruled) -> str:
    told = {
        "first_day": days.first,
        "last_day": days.last,
        "as_of": as_of,
        "half_year_closed": as_of > days.last,
        "rule": ruled.rule._asdict(),
        "rule_sha256": ruled.digest,
        "agencies": [_plain(line) for line in lines],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode()


def _csv(lines: list[_Line], ruled: Ruled) -> str:
    text = io.StringIO()
    header = ["agency", "short", "rewarded", "lacking", "rule"]
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    for line in lines:
        row = _plain(line) | {"lacking": " ".join(line.lacking), "rule": ruled.rule.name}
        writer.writerow(row)
    return text.getvalue()


def _plain(line: _Line) -> dict[str, Any]:
    """Yes or no, and no counts: the rule of small cells holds here as well."""
    return {
        "agency": line.agency,
        "short": line.short,
        "rewarded": not line.lacking,
        "lacking": line.lacking,
    }
