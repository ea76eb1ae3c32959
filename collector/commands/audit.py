"""senyum-collector audit: is everything still there, and what others need to prove it."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlite_utils import Database

from collector.commands.ingest import now_ms
from collector.commands.who import by_me
from collector.config import Config
from collector.errors import CollectorError
from collector.integrity import audit as audits
from collector.integrity import delivery, exporting, letter, report, sheet, witnessing
from collector.integrity.audit import Report, Wishes
from collector.integrity.told import Stage, Told
from collector.integrity.witness import Witness
from collector.integrity.witness_audit import File
from collector.ledger import evidence, runs
from collector.ledger.deeds import tell
from collector.ledger.runs import Job, Run
from collector.ledger.store import open_ledger, read_snapshot, writing
from kiosk import keys

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def audit() -> None:
    """Verify the ledger, witness its heads, export what a third party needs."""


@audit.command()
@click.option(
    "--witness",
    "files",
    type=_FILE,
    multiple=True,
    help="A witness file from elsewhere to prove against; may be given several times.",
)
@click.option("--all-signatures", is_flag=True, help="Verify every signature, not only the last.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def verify(config: Config, files: tuple[Path, ...], all_signatures: bool, as_json: bool) -> None:
    """Recompute every hash and count; ends 1 if anything contradicts what is kept.

    Ingest may run meanwhile: what is read is of one moment. docs/audit.md says what is proven.
    """
    began = time.monotonic()
    brought = [File(str(file), file.read_bytes()) for file in files]
    key = keys.load(config.signing_key).public
    wishes = Wishes(key, config.zone, int(time.time()), brought, all_signatures)
    with _snapshot(config) as (db, told):
        found = audits.verify(db, wishes, told)
    click.echo(json.dumps(report.plain(found), indent=1) if as_json else _text(found))
    _record(config, "audit", found.clean, began, report.verdict(found))
    sys.exit(0 if found.clean else 1)


def _text(found: Report) -> str:
    return "\n".join(report.lines(found))


@audit.command()
@click.option(
    "--to",
    "folder",
    type=_FOLDER,
    help="Folder for the file: a stick, a share of another office.  [default: witnesses/ in the"
    " folder of the ledger]",
)
@click.option("--mail", is_flag=True, help="Also mail it to mail.witness_to.")
@click.option(
    "--sheet",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write a day sheet to print, HTML.",
)
@click.pass_obj
def witness(config: Config, folder: Path | None, mail: bool, page: Path | None) -> None:
    """Sign the heads of all chains, as they are now, for another office to keep."""
    began = time.monotonic()
    try:
        taken = _take(config)
        for said in _deliver(taken, folder or config.data_dir / "witnesses"):
            click.echo(said)
        for said in _extras(config, taken, page, mail):
            click.echo(said)
    except (CollectorError, OSError) as error:
        _record(config, "witness", False, began, str(error))
        raise
    _record(config, "witness", True, began, f"witness {taken.witness.n} was taken")


class _Taken(NamedTuple):
    witness: Witness
    file: bytes
    digest: str  # SHA-256 of the file


def _take(config: Config) -> _Taken:
    """Read one moment, then record it: the lock of ingest's is not held while votes are read."""
    key = keys.load_or_create(config.signing_key)
    with _snapshot(config) as (db, told):
        witness, file = witnessing.take(db, key, now_ms(), told)
    with closing(open_ledger(config.ledger)) as db:
        witnessing.keep(db, witness, file)
    return _Taken(witness, file, sha256(file).hexdigest())


def _deliver(taken: _Taken, folder: Path) -> Iterator[str]:
    path = folder / delivery.file_name(taken.witness.n, taken.witness.time)
    delivery.write(path, taken.file)
    yield f"{path}: {len(taken.witness.epochs)} epochs, SHA-256 {taken.digest}"


def _extras(config: Config, taken: _Taken, page: Path | None, mail: bool) -> Iterator[str]:
    witness, file, digest = taken
    if page is not None:
        delivery.write(page, sheet.draw(witness, digest, config.zone).encode())
        yield f"{page}: print it, sign it, and keep it where nobody of this office can reach it"
    if mail:
        letter.send(config.mail, witness, file, digest, config.zone)
        yield f"mailed to {config.mail.witness_to}"


@audit.command()
@click.argument("folder", type=_FOLDER)
@click.pass_obj
def export(config: Config, folder: Path) -> None:
    """Write all that a third party needs to verify without our code into a new FOLDER.

    It holds every single vote, without its exact time: it is for auditors, not for publication.
    """
    key = keys.load(config.signing_key).public
    with _snapshot(config) as (db, told):
        exported = exporting.write(db, folder, key, told)
    with closing(open_ledger(config.ledger)) as db:
        tell(db, by_me(), "audit-exported", folder=str(folder))
    click.echo(f"{folder}: {exported} votes; README.md there says how to verify them")


# ---------------------------------------------------------------- around them


@contextmanager
def _snapshot(config: Config) -> Iterator[tuple[Database, Told]]:
    """The ledger at one moment, and a bar for whoever waits at a terminal."""
    console = Console(stderr=True)
    with closing(read_snapshot(config.ledger)) as db, _bar(console) as bar:
        total = sum(epoch.seq for epoch in evidence.epochs(db))
        yield db, _teller(bar, total)


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    hidden = not console.is_terminal
    return Progress(
        *columns, TimeRemainingColumn(), console=console, disable=hidden, transient=True
    )


def _teller(bar: Progress, votes: int) -> Callable[[Stage, int], object]:
    tasks = {"votes": bar.add_task("votes", total=votes), "counts": bar.add_task("counts", total=1)}
    return lambda stage, done: bar.advance(tasks[stage], done)


def _record(config: Config, job: Job, ok: bool, began: float, said: str) -> None:
    took_ms = round((time.monotonic() - began) * 1000)
    with closing(open_ledger(config.ledger)) as db, writing(db):
        runs.record(db, Run(job, now_ms(), ok, took_ms, said))
