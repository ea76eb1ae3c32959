"""senyum-collector skm: surveys (SKM) that were held, brought in and recomputed."""

from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import click
from sqlite_utils import Database

from collector.commands.periodname import PeriodName
from collector.commands.skm_shown import as_csv, as_json, remarks, table, title
from collector.commands.uncut import uncut
from collector.commands.who import by_me
from collector.config import Config
from collector.errors import CollectorError
from collector.index.periodnames import EXAMPLES
from collector.index.periods import Days
from collector.index.rounding import half_up
from collector.index.survey import Reading, Survey, reading_of, survey_before
from collector.ledger.deeds import By, deed
from collector.ledger.places import agencies
from collector.ledger.store import open_ledger, read_snapshot
from collector.ledger.surveys import add_survey, news, surveys
from collector.surveys.mapping import read_mapping
from collector.surveys.reading import surveys_of
from collector.tables.table import read_table


class NoSurvey(CollectorError, LookupError):
    """No survey is of this agency and period."""


@click.group()
def skm() -> None:
    """Surveys of nine elements (SKM) and the IKM that they give, by PermenPANRB 14/2017."""


# ---------------------------------------------------------------- import


@skm.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--mapping",
    "mapping_file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="TOML",
    help="Says which column is what; see docs/meaning.md.",
)
@click.pass_obj
def import_(config: Config, file: Path, mapping_file: Path) -> None:
    """Bring in the surveys of FILE, CSV or a workbook (.xlsx), and recompute them.

    Every row is an answered form, or an agency's nine averages over a period with the number of
    respondents. NI, NIK and mutu are computed anew, each element weighing exactly 1/9; where a
    published IKM does not come out so, it is said which weight would give it, if any does.

    A file with a fault is not stored at all. Only sums are stored, never a respondent's answers.
    Importing again changes nothing; a corrected file adds a version, and the last one counts.
    """
    mapping = read_mapping(mapping_file)
    read = read_table(file, mapping.headings(), mapping.sheet)
    with closing(open_ledger(config.ledger)) as db:
        found = surveys_of(read, mapping, agencies(db))
        fresh = _brought_in(db, found, by_me(), sha256(file.read_bytes()).hexdigest())
    for survey in found:
        _tell(survey)
    click.echo(f"{len(found)} surveys in the file; new or changed: {len(fresh)}")


def _brought_in(db: Database, found: Iterable[Survey], by: By, digest: str) -> list[Survey]:
    """Those that were not there yet; they and their entry in the journal, or neither."""
    fresh = news(db, found)
    if fresh:
        noted = [_noted(survey) for survey in fresh]
        with deed(db, by, "surveys-imported", surveys=noted, file=digest):
            for survey in fresh:
                add_survey(db, survey, by.at_ms)
    return fresh


def _noted(survey: Survey) -> dict[str, object]:
    """For the journal: which survey, and its IKM."""
    ikm = half_up(reading_of(survey).result.nik)
    days = {"first_day": str(survey.days.first), "last_day": str(survey.days.last)}
    return {"agency": survey.agency, **days, "n": survey.n, "ikm": str(ikm)}


def _tell(survey: Survey) -> None:
    read = reading_of(survey)
    click.echo(title(read))
    for line in remarks(read):
        click.echo(f"  {line}")


# ---------------------------------------------------------------- report


@skm.command()
@click.option("--agency", "slug", metavar="SLUG", help="Only this agency.")
@click.option(
    "--period",
    type=PeriodName(),
    metavar="PERIOD",
    help=f"{EXAMPLES}.  [default: each agency's last]",
)
@click.option("--json", "form", flag_value="json", help="For programs: one object per survey.")
@click.option("--csv", "form", flag_value="csv", help="For programs: one row per element.")
@click.pass_obj
def report(config: Config, slug: str | None, period: Days | None, form: str | None) -> None:
    """What the surveys say: each element with NI, NIK, mutu and kinerja, and where to begin.

    Changes are in points since the agency's survey before. A survey is graded by the class table
    of its own time: that of PermenPANRB 14/2017 from 2017 on, the older one before.
    """
    with closing(read_snapshot(config.ledger)) as db:
        shorts = {agency.agency: agency.short for agency in agencies(db)}
        everything = surveys(db)
    readings = [
        reading_of(survey, survey_before(survey, everything))
        for survey in _chosen(everything, slug, period)
    ]
    match form:
        case "json":
            click.echo(as_json(readings))
        case "csv":
            click.echo(as_csv(readings), nl=False)
        case _:
            _print(readings, shorts)


def _chosen(everything: list[Survey], slug: str | None, period: Days | None) -> list[Survey]:
    """Of the agency, or all; of the period, or each agency's last. Raises NoSurvey for none."""
    asked = [
        survey
        for survey in everything
        if slug in (None, survey.agency) and period in (None, survey.days)
    ]
    if not asked:
        raise NoSurvey(_none(everything, slug))
    # Ordered by last day: the last of each agency stays.
    return asked if period else list({survey.agency: survey for survey in asked}.values())


def _none(everything: list[Survey], slug: str | None) -> str:
    own = [survey for survey in everything if slug in (None, survey.agency)]
    there = "; ".join(f"{each.agency} {each.days.first} to {each.days.last}" for each in own[-10:])
    of = f" of {slug!r}" if slug else ""
    if not own:
        return f"there is no survey{of} yet; 'skm import' adds them"
    return f"there is no survey{of} of that period; there are: {there}"


def _print(readings: list[Reading], shorts: dict[str, str]) -> None:
    for read in readings:
        click.echo(uncut(table(read, shorts[read.survey.agency])), nl=False)
        for line in remarks(read):
            click.echo(line)
        click.echo()
