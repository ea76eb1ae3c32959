"""senyum-collector quarantine: which messages were refused, and why."""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from collector.config import Config
from collector.ledger import refused, registry
from collector.ledger.refused import Kept, Overflow
from collector.ledger.store import read_snapshot


@click.command()
@click.option("--kiosk", metavar="ID", help="Only messages under the name of this kiosk.")
@click.option(
    "--last",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    help="So many messages, the latest.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs: one object.")
@click.pass_obj
def quarantine(config: Config, kiosk: str | None, last: int, as_json: bool) -> None:
    """List the messages that were refused, the oldest first, and why.

    What is here was never receipted: a kiosk that sent it still has its votes. A name in a topic
    proves nothing, for a stranger may write it.
    """
    with closing(read_snapshot(config.ledger)) as db:
        if kiosk is not None:
            registry.require_kiosk(db, kiosk)
        kept = refused.latest(db, kiosk, last)
        overflow = refused.overflowed(db, kiosk)
    click.echo(_json(kept, overflow) if as_json else "\n".join(_told(kept, overflow, config.zone)))


def _json(kept: Iterable[Kept], overflow: Iterable[Overflow]) -> str:
    tables = {
        "messages": [message._asdict() for message in kept],
        "overflow": [count._asdict() for count in overflow],
    }
    return json.dumps(tables, indent=1)


def _told(kept: list[Kept], overflow: list[Overflow], zone: ZoneInfo) -> Iterator[str]:
    if not kept and not overflow:
        yield "nothing is in quarantine"
    for message in kept:
        at = datetime.fromtimestamp(message.received_ms / 1000, zone)
        who, what = message.kiosk or "unknown kiosk", _printable(message.topic)
        yield f"{at:%Y-%m-%d %H:%M:%S}  {who}  {message.reason}  {what}  {message.size} bytes"
        yield f"  {_printable(message.detail)}"
    for count in overflow:
        who = count.kiosk or "unknown kiosks"
        yield f"{count.day}  {who}  {count.n} more messages, too many to be kept"


def _printable(text: str) -> str:
    """A stranger wrote it: nothing of it may speak to the terminal."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
