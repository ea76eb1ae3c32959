"""senyum-kiosk outbox: what a kiosk keeps, and how votes of a damaged card are saved."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import msgspec

from kiosk import config
from kiosk.config import Config
from kiosk.crash import never
from kiosk.epochs import Epochs, Place
from kiosk.options import config_file
from kiosk.outbox import Outbox
from kiosk.rescue import Rescued
from kiosk.rescue import rescue as rescue_votes
from kiosk.succession import open_place
from kiosk.tabulate import as_table


@click.group(invoke_without_command=True)
@config_file
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def outbox(context: click.Context, file: Path, as_json: bool) -> None:
    """Show the outbox: its state, and every vote that it keeps.

    That of the epoch in use; earlier ones on the card are named. The panel may be running
    meanwhile; nothing is changed.
    """
    if context.invoked_subcommand is not None:
        return
    settings = config.load(file)
    epochs = Epochs(settings.epochs)
    with closing(_open(epochs, settings)) as box:
        state, rows = _state(settings.kiosk.id, box), _rows(box)
    earlier = [_earlier(epochs, place) for place in epochs.all()[:-1]]
    if as_json:
        click.echo(msgspec.json.encode(state | {"earlier": earlier, "votes": rows}))
    else:
        click.echo("\n".join(_for_people(state, earlier, rows)))


def _open(epochs: Epochs, settings: Config) -> Outbox:
    latest = epochs.latest()
    if latest is None:
        raise click.ClickException(f"{epochs.root}: there is no outbox yet; start the panel")
    return open_place(latest, settings.kiosk.id, never).outbox


def _state(kiosk: str, box: Outbox) -> dict[str, object]:
    at, after = box.checkpoint, box.after
    return {
        "kiosk": kiosk,
        "epoch": at.epoch,
        "after": after.epoch if after else None,
        "seq": at.seq,
        "head": at.head,
        "oldest": box.oldest,
        "through": box.through,
        "queue": box.queue,
    }


def _earlier(epochs: Epochs, place: Place) -> dict[str, object]:
    """`over`: its votes stand in a later one; `damaged`: it waits for rescue; `rescued`."""
    state = "rescued" if epochs.is_rescued(place) else "over"
    return {
        "folder": str(place.folder),
        "state": "damaged" if epochs.waits(place) else state,
    }


def _rows(box: Outbox) -> list[dict[str, Any]]:
    return [
        {
            "seq": vote.seq,
            "face": vote.face,
            "question": vote.question,
            "replaces": vote.replaces,
            "origin": None if vote.origin is None else msgspec.structs.asdict(vote.origin),
            "test": vote.test,
            "quarter": vote.quarter,
            "time": vote.time,
            "receipted": vote.seq <= box.through,
        }
        for vote in box.votes()
    ]


def _for_people(
    state: dict[str, object], earlier: Iterable[dict[str, object]], rows: Iterable[dict[str, Any]]
) -> Iterator[str]:
    yield as_table(state)
    for epoch in earlier:
        yield f"earlier {epoch['folder']}: {epoch['state']}"
    yield from map(_as_line, rows)


def _as_line(row: dict[str, Any]) -> str:
    notes = [f"replaces {row['replaces']}"] if row["replaces"] is not None else []
    notes += [f"first stood at {row['origin']['seq']}"] if row["origin"] is not None else []
    notes += ["test"] if row["test"] else []
    notes += ["receipted"] if row["receipted"] else ["waiting"]
    return f"{row['seq']:>7}  {row['face']:<8} {row['question']:<12} {', '.join(notes)}"


# ---------------------------------------------------------------- rescue


@outbox.command()
@config_file
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Read this copy of a card's data folder, not the earlier epochs of this card.",
)
@click.option(
    "--receipted",
    is_flag=True,
    help="Also votes with a receipt: the collector was restored from before this epoch.",
)
@click.pass_context
def rescue(context: click.Context, file: Path, source: Path | None, receipted: bool) -> None:
    """Save what can be saved of damaged epochs, into the one in use.

    Votes that the chain proves and that have no receipt. Stop the panel before: two may not
    write at once. It may be repeated; no vote is carried twice, and nothing is removed.
    """
    settings = config.load(_chosen(context, file))
    epochs = Epochs(settings.epochs)
    with epochs.alone():
        results = rescue_votes(epochs, settings.kiosk.id, source, receipted)
    for result in results:
        click.echo(_found(result))
    click.echo(f"{sum(result.carried for result in results)} votes carried into the epoch in use")


def _chosen(context: click.Context, file: Path) -> Path:
    """`--config` may stand before `rescue` or behind it."""
    given = context.get_parameter_source("file") is not click.core.ParameterSource.DEFAULT
    outer: Path | None = context.parent.params.get("file") if context.parent else None
    return file if given or outer is None else outer


def _found(result: Rescued) -> str:
    lost = ", ".join(f"{first} to {last}" for first, last in result.lost)
    return (
        f"{result.folder}: {result.readable} votes readable, {result.proven} proven,"
        f" {result.carried} carried; lost: {lost or 'none'}"
    )
