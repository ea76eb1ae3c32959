"""senyum-collector report: released figures on paper and as workbooks."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, get_args

import click
from sqlite_utils import Database

from collector.commands.ingest import now_ms
from collector.commands.progress import stages
from collector.commands.releaseperiod import ReleasePeriod
from collector.commands.report_mail import mail_again, mail_due
from collector.config import Config
from collector.jobs import recorded
from collector.ledger.places import Agency, require_agency
from collector.ledger.releases import Audience
from collector.ledger.store import read_snapshot
from collector.release.timetable import Period
from collector.report.content import Subject
from collector.report.gathering import gather, reported_agencies
from collector.report.making import FORMATS, Format, make, require_public


@click.command()
@click.argument("period", type=ReleasePeriod(), metavar="[PERIOD]", required=False)
@click.option("--agency", metavar="SLUG", help="Of this agency; without it, of the whole regency.")
@click.option("--each", is_flag=True, help="One report for each agency.")
@click.option(
    "--audience",
    type=click.Choice(get_args(Audience)),
    default="public",
    show_default=True,
    help="Whose figures: what it says is told to nobody else.",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    default=["pdf"],
    show_default=True,
    help="May be given several times.",
)
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the files; files of the same name are replaced.",
)
@click.option("--mail", is_flag=True, help="Mail the public report to report.to instead.")
@click.pass_obj
def report(
    config: Config,
    period: Period | None,
    agency: str | None,
    *,
    each: bool,
    audience: Audience,
    formats: tuple[Format, ...],
    folder: Path | None,
    mail: bool,
) -> None:
    """Write reports of PERIOD, from figures as they were given out and from nothing else.

    PERIOD is a month (2026-08), triwulan (2026-T3), semester (2026-S1) or year (2026). The same
    releases make the same files, byte for byte. pdf is the report, xlsx its numbers, poster an A4
    page for the wall, slide one page for a meeting, nota a nota dinas that hands the report on.

    With --mail the report of the whole regency goes to report.to: of PERIOD or, without it, of
    every period that was given out within 31 days and was not mailed yet. So a timer may.
    """
    if mail:
        click.echo(recorded(config.ledger, "report", lambda: _mail(config, period)))
        return
    if period is None or folder is None:
        raise click.UsageError("of which period, and where to? Give PERIOD and --to, or --mail")
    if each and agency:
        raise click.UsageError("--each is for all agencies, --agency for one: give one of them")
    with closing(read_snapshot(config.ledger)) as db:
        whole = Subject(audience, period.kind, period.days)
        subjects = _subjects(db, whole, agency, each=each)
        for wanted in formats:
            require_public(whole, wanted)
        press = _Press(config, db, formats, folder)
        with stages() as stage:
            written = press.run(subjects, stage("reports"))
    click.echo(f"{folder}: {len(written)} files: {_some(written)}")


def _mail(config: Config, period: Period | None) -> str:
    return mail_due(config, now_ms()) if period is None else mail_again(config, period, now_ms())


def _subjects(db: Database, whole: Subject, agency: str | None, *, each: bool) -> list[Subject]:
    chosen: Sequence[Agency | None] = [None if agency is None else require_agency(db, agency)]
    if each:
        chosen = reported_agencies(db, whole)
    return [Subject(whole.audience, whole.kind, whole.days, one) for one in chosen]


class _Press(NamedTuple):
    config: Config
    db: Database
    formats: Sequence[Format]
    folder: Path

    def run(self, subjects: Sequence[Subject], told: Callable[[int, int], object]) -> list[str]:
        """The names of the files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        names: list[str] = []
        for done, subject in enumerate(subjects, 1):
            names += self._files(subject)
            told(done, len(subjects))
        return names

    def _files(self, subject: Subject) -> Iterator[str]:
        content = gather(self.db, subject, self.config.zone)
        for wanted in self.formats:
            made = make(content, wanted, self.config.web.address)
            (self.folder / made.name).write_bytes(made.data)
            yield made.name


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")  # noqa: PLR2004
