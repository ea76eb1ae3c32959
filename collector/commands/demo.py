"""senyum-collector demo: the whole system with a simulated public."""

from pathlib import Path

import click
import msgspec
from rich.console import Console

from collector.demo.boxes import Pace
from collector.demo.demo import WEB_PORT, Wishes, play
from collector.demo.outcome import Outcome
from collector.demo.screen import Screen
from collector.places import PACKAGED, read_places
from collector.supervise import Stopper


@click.command()
@click.option("--for", "seconds", type=click.FloatRange(min=0), help="Stop after so many seconds.")
@click.option(
    "--kiosks",
    type=click.IntRange(0, 300),
    default=8,
    show_default=True,
    help="Live kiosks, each a process.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 100),
    default=1.0,
    show_default=True,
    help="So many times as fast as in life people come, and may vote again.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Another seed, another public."
)
@click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    show_default=True,
    help="Where everything is kept.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help=f"Port of the web pages.  [default: {WEB_PORT}, or a free one]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON object.")
@click.pass_context
def demo(
    ctx: click.Context,
    *,
    seconds: float | None,
    kiosks: int,
    speed: float,
    seed: int,
    folder: Path,
    port: int | None,
    as_json: bool,
) -> None:
    """Play Kabupaten Banjar: a year of history, live kiosks, pages to look at.

    Ends with exit 1 if a confirmed vote was lost or one was counted twice.
    """
    stopper = Stopper()
    screen = Screen(Console(stderr=as_json))
    wishes = Wishes(folder, kiosks, seconds, Pace(speed=speed), seed, port)
    outcome = play(wishes, read_places(PACKAGED), screen, lambda: stopper.asked)
    if outcome is None:
        screen.say("Stopped. The history continues with the next start.")
        ctx.exit(130)
    _tell(outcome, screen, as_json)
    ctx.exit(0 if outcome.clean else 1)


def _tell(outcome: Outcome, screen: Screen, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(outcome))
    screen.tell(outcome)
