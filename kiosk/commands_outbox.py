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
from kiosk.succession import open_place
from kiosk.tabulate import as_table


@click.command()
@config_file
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def outbox(file: Path, as_json: bool) -> None:
    """Show the outbox: its state, and every vote that it keeps.

    That of the epoch in use; earlier ones on the card are named. The panel may be running
    meanwhile; nothing is changed.
    """
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
