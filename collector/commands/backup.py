"""senyum-collector backup: copies of the ledger, and whether they would help."""

import time
from datetime import datetime
from pathlib import Path

import click

from collector.backup import keycopy, shelf
from collector.backup.drill import drill, require_fresh
from collector.backup.stamp import Stamp
from collector.backup.taking import take
from collector.commands.ending import ended_in_order
from collector.commands.ingest import now_ms
from collector.commands.progress import stages
from collector.config import Config
from collector.jobs import recorded
from collector.ledger.counts import local_day
from kiosk import keys


@click.group(invoke_without_command=True)
@click.option(
    "--to", type=click.Path(path_type=Path), help="Another folder than backup.folder, this once."
)
@click.pass_context
def backup(ctx: click.Context, to: Path | None) -> None:
    """Copy the ledger while ingest goes on writing it; `verify` tries a copy, `key` copies the key.

    The copy is checked before it gets its name. Copies that are older than backup.keep_days are
    removed, but never the last good one. The key of the receipts is no part of it.
    """
    if ctx.invoked_subcommand is None:
        config: Config = ctx.obj
        folder = to or config.backups
        with ended_in_order():
            click.echo(recorded(config.ledger, "backup", lambda: _take(config, folder)))


def _take(config: Config, folder: Path) -> str:
    began, at = time.monotonic(), now_ms()
    key = keys.load(config.signing_key).public if config.signing_key.exists() else ""
    try:
        with stages() as stage:
            taken, noted = take(config.ledger, folder, at, key, stage("copied"))
    finally:  # what is too old goes even where nothing new has come
        old = shelf.expire(folder, at, config.backup.keep_days)
    removed = f"; {len(old)} older than {config.backup.keep_days} days removed" if old else ""
    return (
        f"{taken.file}: {noted.votes:,} votes of {len(noted.heads)} epochs,"
        f" {noted.bytes:,} bytes, checked, in {time.monotonic() - began:.1f} s{removed}"
    )


@backup.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.pass_obj
def verify(config: Config, file: Path | None) -> None:
    """Restore a backup into a place of its own and try all of it: the restore drill.

    Every page, every hash of every vote up to the heads, every count. Without FILE it is the
    newest one, which must not be older than backup.max_age_hours.
    """
    with ended_in_order():
        click.echo(recorded(config.ledger, "drill", lambda: _verify(config, file)))


def _verify(config: Config, file: Path | None) -> str:
    began = time.monotonic()
    chosen = file or shelf.newest(config.backups).file
    with stages() as stage:
        proof = drill(chosen, config.data_dir, local_day(config.zone), stage)
    if file is None:
        require_fresh(config.backups, now_ms(), config.backup.max_age_hours)
    return (
        f"{chosen}: whole. {proof.census.votes:,} votes of {len(proof.census.chains)} epochs,"
        f" every hash computed anew, counts as the votes say; {_taken(config, proof.stamp)};"
        f" a restore takes {time.monotonic() - began:.1f} s and the stop of ingest"
    )


def _taken(config: Config, noted: Stamp | None) -> str:
    if noted is None:
        return "when it was taken is not noted"
    at = datetime.fromtimestamp(noted.taken_at_ms / 1000, config.zone)
    return f"taken {at:%Y-%m-%d %H:%M %Z}"


@backup.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def key(config: Config, file: Path) -> None:
    """Copy the key that kiosks believe, locked, to FILE; prints the code that unlocks it.

    Once is enough: the key never changes. Write the code on paper and keep it apart from FILE.
    `senyum-collector restore --key FILE` puts the key back.
    """
    code = keycopy.lock(config.signing_key, file)
    click.echo(f"{file}: the key of the receipts, locked. Write this code on paper,")
    click.echo("and keep it in another place than the file; it is shown only now:")
    click.echo(f"\n  {code}\n")
