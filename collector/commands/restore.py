"""senyum-collector restore: a backup takes the place of the ledger."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from collector.backup import keycopy
from collector.backup.restoring import Restored
from collector.backup.restoring import restore as put_back
from collector.commands.ending import ended_in_order
from collector.commands.ingest import now_ms
from collector.commands.progress import stages
from collector.commands.who import who
from collector.config import Config
from collector.ledger.counts import local_day
from kiosk import keys

AFTERWARDS: Final = (
    "What happens next: start ingest. Each kiosk learns that the collector is behind and sends",
    "what is missing, also what it had a receipt for in the last 90 days; none counts twice.",
    "Watch the page Kiosk until no kiosk has votes waiting, then take a backup.",
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--key",
    "locked",
    type=click.Path(path_type=Path),
    help="Put back the key too, from what 'backup key' wrote; asks for the code.",
)
@click.pass_obj
def restore(config: Config, file: Path | None, locked: Path | None) -> None:
    """Put a backup in the place of the ledger; kiosks then send again what it lacks.

    Stop ingest first. The backup is tried to the last hash before anything is touched, and the
    ledger that is here now is set aside, never overwritten.
    """
    if file is None and locked is None:
        raise click.UsageError("name a backup, or a key with --key")
    if locked is not None:
        code = click.prompt("Code", hide_input=True)
        public = keycopy.unlock(locked, code, config.signing_key)
        click.echo(f"{config.signing_key}: the key is back ({public[:16]}…)")
    if file is not None:
        _restore(config, file)


def _restore(config: Config, file: Path) -> None:
    day, me = local_day(config.zone), who(os.environ, os.getuid())
    with ended_in_order(), stages() as stage:
        done = put_back(file, config.ledger, now_ms=now_ms(), who=me, day=day, stages=stage)
    for line in _told(config, file, done):
        click.echo(line)


def _told(config: Config, file: Path, done: Restored) -> Iterator[str]:
    held = done.proof.census
    yield f"{config.ledger}: restored from {file}"
    yield f"  {held.votes:,} votes of {len(held.chains)} epochs, every hash computed anew"
    if done.proof.wrong_counts:
        yield f"  {done.proof.wrong_counts} rows of counts were put right"
    if done.aside is not None:
        yield f"  the ledger of before is in {done.aside}; remove it within 30 days"
    yield from _key(config, done)
    yield from AFTERWARDS


def _key(config: Config, done: Restored) -> Iterator[str]:
    """A warning where kiosks would not believe this collector."""
    noted = done.proof.stamp
    if not config.signing_key.exists():
        yield f"  {config.signing_key} is missing: kiosks will believe no receipt."
        yield "  Put it back with 'senyum-collector restore --key FILE' before you start ingest"
    elif noted and keys.load(config.signing_key).public != noted.receipt_key:
        yield f"  {config.signing_key} is not the key that kiosks believed when this was taken:"
        yield "  put the old one back, or give each kiosk the new one (collector.next_key)"
