"""senyum-collector export: the counts of a period, for an admin's own arithmetic."""

import csv
import io
from collections.abc import Sequence
from contextlib import closing

import click
import msgspec

from collector.commands.period import period_options
from collector.commands.who import by_me
from collector.config import Config
from collector.index.periods import Days
from collector.ledger import reading
from collector.ledger.deeds import tell
from collector.ledger.reading import Row
from collector.ledger.store import open_ledger, read_snapshot


@click.command()
@period_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json"]),
    default="csv",
    show_default=True,
    help="CSV with a header, or one JSON array of objects.",
)
@click.pass_obj
def export(config: Config, days: Days, form: str) -> None:
    """Every count of a period of local days, its first and last included. For admins only.

    \b
    agency     slug of the agency
    first_day  the votes were given on this local day ...
    last_day   ... or after it, until this day; later than first_day for quality C only
    question   slug of what was asked
    face       frown, neutral or smile; of four faces bad, poor, good or great
    quality    of the time: A, B or C; see docs/meaning.md
    n          how many votes

    Votes without a date (quality D) are of no period and are left out. A row may count a single
    person: what may be published, to whom, is decided by other rules.
    """
    with closing(read_snapshot(config.ledger)) as db:
        rows = list(reading.rows(db, days))
    # Noted before anything is printed: no export that the journal does not know.
    asked = {"first": str(days.first), "last": str(days.last), "rows": len(rows)}
    with closing(open_ledger(config.ledger)) as db:
        tell(db, by_me(), "exported", **asked)
    click.echo(_json(rows) if form == "json" else _csv(rows), nl=False)


def _csv(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows(rows)
    return text.getvalue()


def _json(rows: Sequence[Row]) -> str:
    """An object to a line."""
    lines = (msgspec.json.encode(row._asdict()).decode() for row in rows)
    return "[" + ",\n".join(lines) + "]\n"
