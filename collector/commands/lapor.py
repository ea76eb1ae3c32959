"""senyum-collector lapor: complaints (SP4N-LAPOR!), brought in and shown beside the index."""

import time
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import click
from sqlite_utils import Database

from collector.commands.day import Day
from collector.commands.lapor_shown import Line, Report, as_csv, as_json, note, table
from collector.commands.periodname import PeriodName
from collector.commands.uncut import uncut
from collector.commands.who import by_me
from collector.config import Config
from collector.errors import CollectorError
from collector.index.handling import places, shown
from collector.index.periodnames import EXAMPLES
from collector.index.periods import Days
from collector.lapor.bringing import KEY, Source, bring_in
from collector.ledger.figures import leading
from collector.ledger.handlings import Handlings, handlings
from collector.ledger.places import agencies
from collector.ledger.store import open_ledger, read_snapshot
from collector.servicehours import read_calendar


class NoComplaints(CollectorError, LookupError):
    """No complaints were brought in."""


@click.group()
def lapor() -> None:
    """Complaints (SP4N-LAPOR!): how each agency answers, beside its index."""


# ---------------------------------------------------------------- import


@lapor.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--mapping",
    "mapping_file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="TOML",
    help="Says which column is what; see docs/meaning.md.",
)
@click.option(
    "--as-of", type=Day(), metavar="DAY", help="The day on which FILE was saved.  [default: today]"
)
@click.option(
    "--key-lost",
    is_flag=True,
    help=f"The old {KEY} is gone: what was brought in with it no longer counts.",
)
@click.pass_obj
def import_(
    config: Config, file: Path, *, mapping_file: Path, as_of: date | None, key_lost: bool
) -> None:
    """Bring in the complaints of FILE, CSV or a workbook (.xlsx): all of them, each time.

    Only days, status and agency are stored, and a keyed hash of each number, by which a later
    file changes what an earlier one said. No other column is read. A cell that holds anything
    else than the mapping allows is refused, with line and column, and then nothing is stored.
    """
    today = datetime.fromtimestamp(time.time(), config.zone).date()
    told = as_of or today
    if told > today:
        raise click.BadParameter(f"--as-of {told} is yet to come")
    source = Source(file, mapping_file, told)
    with closing(open_ledger(config.ledger)) as db:
        brought = bring_in(db, source, config.data_dir / KEY, by_me(), key_lost=key_lost)
    counted = brought.found - brought.uncounted
    beside = f", and {brought.uncounted} that count in nothing" if brought.uncounted else ""
    click.echo(
        f"{counted} complaints in the file{beside}; new: {brought.new}, changed: {brought.changed}"
    )


# ---------------------------------------------------------------- report


@lapor.command()
@click.option(
    "--period",
    type=PeriodName(),
    required=True,
    metavar="PERIOD",
    help=f"In which complaints were received: {EXAMPLES}.",
)
@click.option("--exact", is_flag=True, help="Small counts too: for the district alone.")
@click.option("--json", "form", flag_value="json", help="For programs: one object.")
@click.option("--csv", "form", flag_value="csv", help="For programs: one row per agency.")
@click.pass_obj
def report(config: Config, *, period: Days, exact: bool, form: str | None) -> None:
    """Each agency's index and how it handles its complaints, side by side.

    Days are working days, on the agency's own clock: from the day on which a complaint was
    handed on to it. Under ten cases there are no percentages, days or places; counts under five,
    or a rest under five, are told as a range.
    """
    holiday = read_calendar(config.data_dir).holiday
    with closing(read_snapshot(config.ledger)) as db:
        found = handlings(db, period, holiday)
        if found is None:
            raise NoComplaints("there are no complaints yet; 'lapor import' adds them")
        told = Report(period, found.as_of, exact, _lines(db, period, found, exact), found.everyone)
    match form:
        case "json":
            click.echo(as_json(told))
        case "csv":
            click.echo(as_csv(told), nl=False)
        case _:
            click.echo(uncut(table(told)), nl=False)
            click.echo(note(told))


def _lines(db: Database, days: Days, found: Handlings, exact: bool) -> list[Line]:
    """Those with complaints or votes, by type of service."""
    indices, placed = leading(db, days), places(found.of)
    lines = [
        Line(
            agency,
            indices[agency.agency],
            shown(found.of[agency.agency], exact) if agency.agency in found.of else None,
            placed.get(agency.agency),
        )
        for agency in agencies(db)
        if agency.agency in found.of or indices[agency.agency].n
    ]
    return sorted(lines, key=lambda line: (line.agency.service, line.agency.short))
