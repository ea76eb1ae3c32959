"""senyum-collector weeks: an agency's weeks on control charts, as a table."""

import csv
import io
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from typing import Any, Final

import click
import msgspec
from rich.table import Table

from collector.commands.buttons import BUTTONS
from collector.commands.people import people
from collector.commands.periodname import PeriodName
from collector.commands.uncut import uncut
from collector.config import Config
from collector.index.course import course
from collector.index.course import weeks as weeks_since
from collector.index.periodnames import EXAMPLES
from collector.index.periods import Days
from collector.index.scales import DEFAULT, USUAL, FaceMapping
from collector.index.weekly import INDEX, Chart, Mark, charts
from collector.ledger import reading
from collector.ledger.places import Agency, require_agency
from collector.ledger.store import read_snapshot

_SIGNALS: Final = {"beyond": "di luar batas", "run": "8 kali di satu sisi", None: ""}


@click.command()
@click.argument("slug", metavar="AGENCY")
@click.option(
    "--period",
    type=PeriodName(),
    metavar="PERIOD",
    help=f"{EXAMPLES}.  [default: all closed weeks]",
)
@click.option(
    "--chart",
    "name",
    metavar="CHART",
    default=INDEX,
    show_default=True,
    help="The index, or the share of a face: frown, neutral, smile.",
)
@click.option(
    "--scale",
    type=click.Choice(list(USUAL)),
    default=DEFAULT.scale,
    show_default=True,
    help="Of the boxes with three faces, with four, or with five.",
)
@click.option("--json", "form", flag_value="json", help="For programs: all charts.")
@click.option("--csv", "form", flag_value="csv", help="For programs: a row per chart and week.")
@click.pass_obj
def weeks(
    config: Config,
    slug: str,
    *,
    period: Days | None,
    name: str,
    scale: str,
    form: str | None,
) -> None:
    """The weeks of AGENCY on a control chart: XmR for the index, Laney p' for a share.

    Limits come from its first 20 weeks with 30 votes, and stay as they are; until then it is "garis
    dasar belum cukup". A week beyond its limits is a signal, and so is the eighth in a row on one
    side of the centre. The week that is not over is left out.
    """
    mapping = _checked(name, USUAL[scale])
    agency, found = _charts(config, slug, mapping)
    shown = [chart.within(period) if period else chart for chart in found]
    match form:
        case "json":
            click.echo(_json(agency, shown, mapping))
        case "csv":
            click.echo(_csv(shown), nl=False)
        case _:
            _print(agency, next(chart for chart in shown if chart.name == name))


def _checked(name: str, mapping: FaceMapping) -> FaceMapping:
    """Raises click.BadParameter for a chart that this scale does not have."""
    if name not in (INDEX, *mapping.faces):
        names = ", ".join((INDEX, *mapping.faces))
        raise click.BadParameter(f"{name!r} is no chart of {mapping.scale}; there are: {names}")
    return mapping


def _charts(config: Config, slug: str, mapping: FaceMapping) -> tuple[Agency, list[Chart]]:
    with closing(read_snapshot(config.ledger)) as db:
        agency, begun = require_agency(db, slug), reading.first_day(db)
        closed = weeks_since(begun, datetime.now(config.zone).date()) if begun else []
        if not closed:
            return agency, charts([], mapping)
        votes = reading.dated(db, slug, Days(closed[0].first, closed[-1].end))
        return agency, charts(course(votes, closed, mapping=mapping), mapping)


# ---------------------------------------------------------------- for programs


def _plain(mark: Mark) -> dict[str, Any]:
    low, centre, high = mark.limits or (None, None, None)
    ends = {"first_day": mark.days.first, "last_day": mark.days.last}
    return {
        **ends,
        "value": mark.value,
        "low": low,
        "centre": centre,
        "high": high,
        "signal": mark.signal,
    }


_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def _json(agency: Agency, shown: Sequence[Chart], mapping: FaceMapping) -> str:
    plain = [
        {
            "chart": chart.name,
            "baseline_first_day": chart.baseline and chart.baseline.first,
            "baseline_last_day": chart.baseline and chart.baseline.last,
            "weeks": [_plain(mark) for mark in chart.marks],
        }
        for chart in shown
    ]
    report = {"agency": agency.agency, "mapping": mapping.name, "charts": plain}
    return msgspec.json.format(_ENCODER.encode(report), indent=1).decode()


def _csv(shown: Sequence[Chart]) -> str:
    text = io.StringIO()
    columns = ("chart", "first_day", "last_day", "value", "low", "centre", "high", "signal")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for chart in shown:
        writer.writerows({"chart": chart.name, **_plain(mark)} for mark in chart.marks)
    return text.getvalue()


# ---------------------------------------------------------------- for people


def _print(agency: Agency, chart: Chart) -> None:
    name = "indeks kiosk (bukan SKM)" if chart.name == INDEX else f"{BUTTONS[chart.name]}, %"
    table = Table(title=f"{agency.short}: {name}", box=None, pad_edge=False)
    table.add_column("Minggu mulai", no_wrap=True)
    for heading in ("Nilai", "Bawah", "Tengah", "Atas"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Tanda", no_wrap=True)
    for mark in chart.marks:
        limits = map(people, mark.limits) if mark.limits else ("", "", "")
        table.add_row(str(mark.days.first), people(mark.value), *limits, _SIGNALS[mark.signal])
    click.echo(uncut(table), nl=False)
    click.echo(_baseline(chart))


def _baseline(chart: Chart) -> str:
    if chart.baseline is None:
        return f"Garis dasar belum cukup: kurang {chart.lacking} minggu dengan 30 suara."
    return f"Garis dasar: {chart.baseline.first} s.d. {chart.baseline.last}, 20 minggu."
