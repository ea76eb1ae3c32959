"""senyum-kiosk check: what a technician runs on site."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import msgspec

from kiosk.check.line import Line, exit_code
from kiosk.clock import SystemClock
from kiosk.options import config_file

MARKS: Final = {True: "ok", False: "!!", None: "--"}
WIDTH: Final = 14  # of the longest usual name


@click.command()
@config_file
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def check(file: Path, as_json: bool) -> None:
    """Try the whole kiosk, from its settings to a receipt of the collector; says what to do.

    The panel may be running meanwhile; a test vote is sent only if it is stopped. Ends with 1 if
    something is wrong, else with 2 if something was not tried.
    """
    from kiosk.check import site  # noqa: PLC0415  brings the whole firmware

    lines = site.lines(file, SystemClock())
    found = list(lines) if as_json else list(_told(lines))
    if as_json:
        click.echo(msgspec.json.encode([line._asdict() for line in found]))
    raise SystemExit(exit_code(found))


def _told(lines: Iterator[Line]) -> Iterator[Line]:
    """Each line is shown as soon as it is known: a name may take long to be looked up."""
    for line in lines:
        click.echo(f"{MARKS[line.ok]:3} {line.name:<{WIDTH}} {line.said}")
        if line.do:
            click.echo(f"    {'':<{WIDTH}} → {line.do}")
        yield line
