"""senyum-collector alert: tells somebody that a unit has failed; systemd calls it."""

import socket
from contextlib import closing
from datetime import datetime
from typing import Final

import click

from collector import mail
from collector.alerts.duties import DUE_HOURS
from collector.alerts.recipients import read_recipients
from collector.config import Config
from collector.errors import CollectorError
from collector.ledger import runs
from collector.ledger.runs import Run
from collector.ledger.store import read_snapshot
from collector.tomlfile import FileError


@click.command()
@click.argument("unit")
@click.pass_obj
def alert(config: Config, unit: str) -> None:
    """Mail to mail.to that UNIT has failed, with what its job noted last.

    The units of jobs name it in OnFailure=. Without mail.host nobody is told. What 'alerts run'
    tells of is left to it, so that nobody is woken at night or on a holiday.
    """
    if _is_told_otherwise(config, unit):
        click.echo(f"{unit} has failed: 'alerts run' tells of it")
        return
    if not config.mail.host:
        click.echo(f"{unit} has failed, and nobody is told: mail.host is not set")
        return
    host = socket.gethostname()
    subject = f"Kotak Senyum: {unit} gagal di {host}"
    mail.send(config.mail, config.mail.to, subject, _text(config, unit, host))
    click.echo(f"{config.mail.to} was told that {unit} has failed")


def _is_told_otherwise(config: Config, unit: str) -> bool:
    """Does somebody of the district get alerts, and do these know this job?"""
    if _job(unit) not in DUE_HOURS:
        return False
    try:
        found = read_recipients(config.recipients)
    except FileError:
        return False
    return any(to.seen.role == "district" for to in found)


def _job(unit: str) -> str:
    return unit.removeprefix("senyum-").removesuffix(".service")


_TEXT: Final = """\
{unit} pada server {host} gagal.

{said}

Apa yang harus dilakukan: lihat halaman Integritas, atau di server:
  journalctl -u {unit} -n 50

--
In English: {unit} on {host} has failed; its last words are above. See the page Integrity, or
the journal with the command above.
"""


def _text(config: Config, unit: str, host: str) -> str:
    return _TEXT.format(unit=unit, host=host, said=_said(config, unit))


def _said(config: Config, unit: str) -> str:
    """What the job noted, if it could; the ledger itself may be why it failed."""
    job = _job(unit)
    try:
        with closing(read_snapshot(config.ledger)) as db:
            run = runs.latest(db).get(job)
    except CollectorError as error:
        return str(error)
    return _words(config, run) if run and not run.ok else "Ia tidak sempat mencatat sebabnya."


def _words(config: Config, run: Run) -> str:
    at = datetime.fromtimestamp(run.at_ms / 1000, config.zone)
    return f"{at:%Y-%m-%d %H.%M %Z}: {run.said}"
