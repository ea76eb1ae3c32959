"""The commands of senyum-kiosk, for people: through click, with errors in one plain message."""

import logging
from pathlib import Path

import click
import msgspec

from kiosk import config, keys
from kiosk.commands_check import check
from kiosk.commands_outbox import outbox
from kiosk.daemons import LOG_FORMAT, serve
from kiosk.epochs import Epochs
from kiosk.errors import SenyumError
from kiosk.options import config_file
from kiosk.succession import latest_place
from kiosk.tabulate import as_table


class PlainErrors(click.Group):
    """What went wrong is told in one message, and the exit is 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (SenyumError, OSError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=PlainErrors)
@click.version_option(package_name="kotak-senyum")
def senyum_kiosk() -> None:
    """Kotak Senyum's kiosk: buttons, lamps, and every vote kept until the collector has it."""


# ---------------------------------------------------------------- at work


@senyum_kiosk.command()
@config_file
def panel(file: Path) -> None:
    """Serve buttons and lamps, keep the votes, sign them. Never touches the network."""
    serve("panel", file)


@senyum_kiosk.command()
@config_file
def uplink(file: Path) -> None:
    """Carry messages between the panel and the broker. Holds no key and no vote."""
    serve("uplink", file)


@senyum_kiosk.command()
@config_file
def run(file: Path) -> None:
    """Panel and uplink in one process, on the pins of a Raspberry Pi."""
    serve("run", file)


# ---------------------------------------------------------------- simulated


@senyum_kiosk.command()
@config_file
@click.option(
    "--timeline",
    type=click.Path(path_type=Path),
    help="CSV file of presses: ms,face,hold ms. Without it a simulated public presses.",
)
@click.option("--seed", type=int, help="Repeat the public of this seed.  [default: a new one]")
@click.option(
    "--every",
    type=click.FloatRange(min=0.05),
    default=20.0,
    show_default=True,
    help="Seconds between two citizens, on average.",
)
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=0),
    help="Press for so many seconds.  [default: until SIGTERM or Ctrl-C, or the timeline's end]",
)
@click.option(
    "--drain",
    type=click.FloatRange(min=0),
    default=10.0,
    show_default=True,
    help="At the end, wait at most so many seconds until every vote has its receipt.",
)
@click.option(
    "--lamp-log",
    type=click.Path(path_type=Path),
    help="Append what a citizen sees to this file: one JSON line for each signal.",
)
@click.option(
    "--synced",
    type=click.Path(path_type=Path),
    help="The clock counts as set while this file is there.  [default: always]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def simulate(
    *,
    file: Path,
    timeline: Path | None,
    seed: int | None,
    every: float,
    seconds: float | None,
    drain: float,
    lamp_log: Path | None,
    synced: Path | None,
    as_json: bool,
) -> None:
    """Run the real firmware on simulated pins: a finger presses, an eye watches the lamps."""
    from kiosk import simulate as simulation  # noqa: PLC0415  brings the whole firmware

    if timeline is not None and seed is not None:
        raise click.UsageError("--timeline and --seed exclude each other")
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    settings = config.load(file)
    plan = simulation.plan(settings, timeline, seed, every, seconds)
    report = simulation.simulate(settings, plan, drain, lamp_log, synced)
    click.echo(msgspec.json.encode(report) if as_json else as_table(msgspec.structs.asdict(report)))


# ---------------------------------------------------------------- looking


senyum_kiosk.add_command(check)
senyum_kiosk.add_command(outbox)


@senyum_kiosk.command()
@config_file
def key(file: Path) -> None:
    """Print this kiosk's public key, and what to run at the collector. Makes the key if needed."""
    settings = config.load(file)
    place = latest_place(Epochs(settings.epochs), settings.kiosk.id)
    public = keys.load(place.key).public
    click.echo(public)
    click.echo("\nRegister this kiosk where the collector runs; COUNTER is where it will stand:")
    click.echo(f"senyum-collector kiosk add {settings.kiosk.id} --key {public} --counter COUNTER")
