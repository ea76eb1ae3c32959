"""The commands of senyum-kiosk, for people: through click, with errors in one plain message."""

import logging
from contextlib import closing
from pathlib import Path

import click
import msgspec

from kiosk import config, keys
from kiosk.crash import never
from kiosk.daemons import LOG_FORMAT, serve
from kiosk.errors import SenyumError
from kiosk.outbox import Outbox


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


_config = click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    default=config.DEFAULT_FILE,
    show_default=True,
    help="TOML file with the kiosk's settings.",
)

# ---------------------------------------------------------------- at work


@senyum_kiosk.command()
@_config
def panel(file: Path) -> None:
    """Serve buttons and lamps, keep the votes, sign them. Never touches the network."""
    serve("panel", file)


@senyum_kiosk.command()
@_config
def uplink(file: Path) -> None:
    """Carry messages between the panel and the broker. Holds no key and no vote."""
    serve("uplink", file)


@senyum_kiosk.command()
@_config
def run(file: Path) -> None:
    """Panel and uplink in one process, on the pins of a Raspberry Pi."""
    serve("run", file)


# ---------------------------------------------------------------- simulated


@senyum_kiosk.command()
@_config
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
    as_json: bool,
) -> None:
    """Run the real firmware on simulated pins: a finger presses, an eye watches the lamps."""
    from kiosk import simulate as simulation  # noqa: PLC0415  brings the whole firmware

    if timeline is not None and seed is not None:
        raise click.UsageError("--timeline and --seed exclude each other")
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    settings = config.load(file)
    plan = simulation.plan(settings, timeline, seed, every, seconds)
    report = simulation.simulate(settings, plan, drain, lamp_log)
    click.echo(
        msgspec.json.encode(report) if as_json else _as_table(msgspec.structs.asdict(report))
    )


def _as_table(values: dict[str, object]) -> str:
    width = max(map(len, values))
    return "\n".join(f"{name:{width}}  {value}" for name, value in values.items())


# ---------------------------------------------------------------- looking


@senyum_kiosk.command()
@_config
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def outbox(file: Path, as_json: bool) -> None:
    """Show the outbox: its state, and every vote that it keeps.

    The panel may be running meanwhile; nothing is changed.
    """
    settings = config.load(file)
    if not settings.outbox.exists():
        raise click.ClickException(f"{settings.outbox}: there is no outbox yet; start the panel")
    public = keys.load(settings.signing_key).public
    with closing(Outbox.open(settings.outbox, settings.kiosk.id, public, never)) as box:
        state, rows = _state(settings.kiosk.id, box), _rows(box)
    if as_json:
        click.echo(msgspec.json.encode(state | {"votes": rows}))
    else:
        click.echo(_as_table(state))
        for row in rows:
            click.echo(_as_line(row))


def _state(kiosk: str, box: Outbox) -> dict[str, object]:
    at = box.checkpoint
    return {
        "kiosk": kiosk,
        "epoch": at.epoch,
        "seq": at.seq,
        "head": at.head,
        "oldest": box.oldest,
        "through": box.through,
        "queue": box.queue,
    }


def _rows(box: Outbox) -> list[dict[str, object]]:
    return [
        {
            "seq": vote.seq,
            "face": vote.face,
            "question": vote.question,
            "replaces": vote.replaces,
            "test": vote.test,
            "quarter": vote.quarter,
            "time": vote.time,
            "receipted": vote.seq <= box.through,
        }
        for vote in box.votes()
    ]


def _as_line(row: dict[str, object]) -> str:
    notes = [f"replaces {row['replaces']}"] if row["replaces"] is not None else []
    notes += ["test"] if row["test"] else []
    notes += ["receipted"] if row["receipted"] else ["waiting"]
    return f"{row['seq']:>7}  {row['face']:<8} {row['question']:<12} {', '.join(notes)}"


@senyum_kiosk.command()
@_config
def key(file: Path) -> None:
    """Print this kiosk's public key, and what to run at the collector. Makes the key if needed."""
    settings = config.load(file)
    public = keys.load_or_create(settings.signing_key).public
    click.echo(public)
    click.echo("\nRegister this kiosk where the collector runs; COUNTER is where it will stand:")
    click.echo(f"senyum-collector kiosk add {settings.kiosk.id} --key {public} --counter COUNTER")
