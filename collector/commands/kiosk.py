"""senyum-collector kiosk: which kiosks there are, where they stand, whose votes are taken."""

import json
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from collector.commands import afar
from collector.commands.ingest import make_ingest
from collector.commands.who import by_me
from collector.config import Config
from collector.crash import never
from collector.index.scales import DEFAULT, SCALES
from collector.ingest.approve import approve as approve_epoch
from collector.ledger import registry
from collector.ledger.counts import local_day
from collector.ledger.deeds import deed
from collector.ledger.epochs import Announcer, Epoch, announcer
from collector.ledger.registry import Kiosk
from collector.ledger.store import open_ledger
from kiosk import keys

_MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.group()
def kiosk() -> None:
    """Add, list, move and retire kiosks; approve, refuse or revoke their keys."""


kiosk.add_command(afar.config)
kiosk.add_command(afar.command)


@kiosk.command()
@click.argument("name", metavar="ID")
@click.option("--key", required=True, help="Its public key, as 'senyum-kiosk key' prints it.")
@click.option("--counter", required=True, help="The counter where it stands.")
@click.option("--from", "begin", type=_MOMENT, help="From when, local.  [default: today]")
@click.option(
    "--scale",
    type=click.Choice(["smiley-3", "smiley-4"]),
    default="smiley-3",
    show_default=True,
    help="How many faces its box has.",
)
@click.pass_obj
def add(
    config: Config, *, name: str, key: str, counter: str, begin: datetime | None, scale: str
) -> None:
    """Register a kiosk; prints the settings that it needs."""
    from_at = _unix(begin or _midnight(config.zone), config.zone)
    day = local_day(config.zone)
    placed = {"kiosk": name, "counter": counter, "from_at": from_at}
    with open_ledger(config.ledger) as db, deed(db, by_me(), "kiosk-added", **placed, key=key):
        registry.add_kiosk(db, name, key, counter, from_at=from_at, day=day, now=_now())
    click.echo(_toml(config, name, scale))


@kiosk.command()
@click.argument("name", metavar="ID")
@click.option("--counter", required=True, help="The counter where it stands from then on.")
@click.option("--from", "begin", type=_MOMENT, help="From when, local.  [default: now]")
@click.pass_obj
def move(config: Config, name: str, counter: str, begin: datetime | None) -> None:
    """Put a kiosk at another counter; its votes follow, those already counted too."""
    from_at = _unix(begin, config.zone) if begin else _now()
    placed = {"kiosk": name, "counter": counter, "from_at": from_at}
    with open_ledger(config.ledger) as db, deed(db, by_me(), "kiosk-moved", **placed):
        registry.move_kiosk(db, name, counter, from_at, local_day(config.zone))
    click.echo(f"{name}: at {counter} from {_local(from_at, config.zone)}")


@kiosk.command()
@click.argument("name", metavar="ID")
@click.pass_obj
def retire(config: Config, name: str) -> None:
    """Take a kiosk away: what it pressed until now still counts where it stood."""
    with open_ledger(config.ledger) as db, deed(db, by_me(), "kiosk-retired", kiosk=name):
        registry.retire_kiosk(db, name, local_day(config.zone), _now())
    click.echo(f"{name}: retired")


@kiosk.command()
@click.argument("epoch")
@click.pass_obj
def approve(config: Config, epoch: str) -> None:
    """Trust a key that waits; EPOCH may be shortened."""
    with open_ledger(config.ledger) as db:
        approved = approve_epoch(db, make_ingest(config, db, never), epoch, by_me())
    click.echo(f"{approved.kiosk}: {approved.epoch[:12]} approved, {approved.seq} votes stored")


@kiosk.command()
@click.argument("epoch")
@click.pass_obj
def revoke(config: Config, epoch: str) -> None:
    """Trust a key no longer: its stored votes stay, no new one is taken. EPOCH may be shortened."""
    with open_ledger(config.ledger) as db, deed(db, by_me(), "key-revoked") as detail:
        revoked = registry.revoke(db, epoch)
        detail.update(kiosk=revoked.kiosk, epoch=revoked.epoch)
    click.echo(f"{revoked.kiosk}: {revoked.epoch[:12]} revoked")


@kiosk.command()
@click.argument("epoch")
@click.pass_obj
def refuse(config: Config, epoch: str) -> None:
    """Do not trust a key that waits, and drop what waits with it; EPOCH may be shortened."""
    with open_ledger(config.ledger) as db, deed(db, by_me(), "key-refused") as detail:
        refused = registry.refuse(db, epoch)
        detail.update(kiosk=refused.kiosk, epoch=refused.epoch)
    click.echo(f"{refused.kiosk}: {refused.epoch[:12]} refused")


@kiosk.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def list_(config: Config, as_json: bool) -> None:
    """List the kiosks, where they stand, and their keys."""
    with open_ledger(config.ledger) as db:
        known = registry.kiosks(db)
    plain = json.dumps([_plain(machine) for machine in known], indent=1)
    click.echo(plain if as_json else "\n".join(_table(known, config.zone)))


def _table(known: Iterable[Kiosk], zone: ZoneInfo) -> Iterator[str]:
    for machine in known:
        counter = machine.placed[-1].counter if machine.placed else "nowhere"
        retired = f" retired {_local(machine.retired_at, zone)}" if machine.retired_at else ""
        yield f"{machine.kiosk}  {counter}{retired}"
        for epoch in machine.epochs:
            yield f"  {epoch.epoch[:12]}  {epoch.state}  {epoch.seq} votes{_past(epoch, machine)}"
        for fork in machine.forks:
            since = _local(fork.first_ms // 1000, zone)
            yield f"  {fork.epoch[:12]}  FORK since {since}: two cards have this key"


_WORDS: Final[dict[Announcer, str]] = {
    "trusted": "announced by its earlier key",
    "distrusted": "announced by a key that is not trusted,",
    "unknown": "announced by an unknown key",
}


def _past(epoch: Epoch, machine: Kiosk) -> str:
    """What an admin must know to decide; of an epoch that is decided on, only which came before."""
    before = f" {epoch.follows[:12]}" if epoch.follows else ""
    if epoch.state == "held":
        return f"  {_WORDS[announcer(epoch, machine.epochs)]}{before}"
    return f"  after{before}" if before else ""


def _plain(machine: Kiosk) -> dict[str, Any]:
    return {
        "kiosk": machine.kiosk,
        "added_at": machine.added_at,
        "retired_at": machine.retired_at,
        "placements": [placement._asdict() for placement in machine.placed],
        "epochs": [
            {
                "epoch": epoch.epoch,
                "state": epoch.state,
                "votes": epoch.seq,
                "follows": epoch.follows,
                "announced_by": announcer(epoch, machine.epochs),
            }
            for epoch in machine.epochs
        ],
        "forks": [fork._asdict() for fork in machine.forks],
    }


def _toml(config: Config, name: str, scale: str) -> str:
    panel = ["", "[panel]", f"faces = {json.dumps(SCALES[scale])}"]
    key = keys.load_or_create(config.signing_key)
    return "\n".join(
        [
            f"# /etc/senyum/kiosk.toml of {name}",
            "[kiosk]",
            f'id = "{name}"',
            "",
            "[collector]",
            f'key = "{key.public}"',
            "",
            "[broker]",
            f'host = "{config.broker.host}"',
            f"port = {config.broker.port}",
            *(panel if scale != DEFAULT.scale else ()),
        ]
    )


def _now() -> int:
    return int(time.time())


def _midnight(zone: ZoneInfo) -> datetime:
    return datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _unix(local: datetime, zone: ZoneInfo) -> int:
    return int(local.replace(tzinfo=zone).timestamp())


def _local(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).isoformat(sep=" ", timespec="minutes")
