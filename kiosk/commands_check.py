"""senyum-kiosk check: what a technician runs on site."""

from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from kiosk.check import site
from kiosk.check.line import Line
from kiosk.clock import SystemClock
from kiosk.options import config_file


@click.command()
@config_file
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def check(file: Path, as_json: bool) -> None:
    """Try settings, pins, disk, board, clock and the way to the broker; says what to do.

    The panel may be running meanwhile. Ends with 1 if something needs somebody.
    """
    lines = site.lines(file, SystemClock())
    found = list(lines) if as_json else list(_told(lines))
    if as_json:
        click.echo(msgspec.json.encode([line._asdict() for line in found]))
    if not all(line.ok for line in found):
        raise SystemExit(1)


def _told(lines: Iterator[Line]) -> Iterator[Line]:
    """Each line is shown as soon as it is known: a name may take long to be looked up."""
    for line in lines:
        click.echo(f"{'ok' if line.ok else '!!':3} {line.name:<12} {line.said}")
        if line.do:
            click.echo(f"    {'':<12} → {line.do}")
        yield line
