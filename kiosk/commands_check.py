"""senyum-kiosk check: what a technician runs on site."""

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click
import msgspec

from kiosk.check.line import Line, exit_code
from kiosk.check.question import answered
from kiosk.clock import SystemClock
from kiosk.options import config_file

MARKS: Final = {True: "ok", False: "!!", None: "--"}
WIDTH: Final = 14  # of the longest usual name
NARROWEST: Final = 20  # columns that a text gets beside it, however narrow the terminal


@click.command()
@config_file
@click.option("--no-hands", is_flag=True, help="Leave out what needs somebody at the box.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array; implies --no-hands.")
def check(file: Path, no_hands: bool, as_json: bool) -> None:
    """Try the whole kiosk, from its buttons to a receipt of the collector; says what to do.

    On a terminal it ends with each button in turn, the lamps and the buzzer. The panel may be
    running meanwhile; buttons, lamps and a test vote are tried only if it is stopped. Ends with 1
    if something is wrong, else with 2 if something was not tried.
    docs/check.md says what each line means.
    """
    from kiosk.check import site  # noqa: PLC0415  brings the whole firmware

    somebody = not (no_hands or as_json) and sys.stdin.isatty() and sys.stdout.isatty()
    lines = site.lines(file, SystemClock(), answered if somebody else None)
    found = list(lines) if as_json else list(_told(lines))
    if as_json:
        click.echo(msgspec.json.encode([line._asdict() for line in found]))
    else:
        click.echo(f"\n{_summary(found)}")
    raise SystemExit(exit_code(found))


def _told(lines: Iterator[Line]) -> Iterator[Line]:
    """Each line is shown as soon as it is known: a name may take long to be looked up."""
    for line in lines:
        click.echo(_fitting(f"{MARKS[line.ok]:3} {line.name:<{WIDTH}} ", line.said))
        if line.do:
            click.echo(_fitting(f"    {'':<{WIDTH}} → ", line.do))
        yield line


def _fitting(begin: str, text: str) -> str:
    """Broken between words on a terminal, under each other; in one line for a file or a pipe."""
    if not sys.stdout.isatty():
        return begin + text
    columns = max(len(begin) + NARROWEST, shutil.get_terminal_size().columns)
    rest = " " * len(begin)
    return textwrap.fill(
        text,
        columns,
        initial_indent=begin,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _summary(found: Sequence[Line]) -> str:
    wrong = [line.name for line in found if line.ok is False]
    untried = [line.name for line in found if line.ok is None]
    parts = [f"Wrong: {', '.join(wrong)}."] if wrong else []
    parts += [f"Not tried: {', '.join(untried)}."] if untried else []
    return " ".join(parts) or "All is well."
