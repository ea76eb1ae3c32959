"""senyum-collector kiosk config, kiosk command: what a kiosk is told from here."""

import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, cast, get_args

import click
import msgspec
from sqlite_utils import Database

from collector.commands.who import by_me
from collector.config import Config
from collector.errors import CollectorError
from collector.index.calendar import Week
from collector.ledger import desired, places, registry
from collector.ledger.deeds import deed
from collector.ledger.store import open_ledger
from collector.servicehours import read_calendar
from kiosk import wire

ACTIONS: Final[tuple[wire.Action, ...]] = get_args(wire.Action)
ASK_AGAIN_S: Final = 0.5


class Unplaced(CollectorError, LookupError):
    """The kiosk stands nowhere, so nobody knows when it is open there."""


@click.command()
@click.argument("name", metavar="ID")
@click.option("--question", help="What the citizen is asked, a slug.")
@click.option("--settle-ms", type=int, help="After a vote the next one waits so long.")
@click.option("--brightness", type=int, help="Of the lamps in service hours, percent.")
@click.option("--night", type=int, help="Of the lamps outside of service hours, percent.")
@click.option(
    "--hours",
    type=click.Choice(["agency", "none"]),
    help="Service hours as those of the agency where it stands, or none: never night.",
)
@click.option("--log-level", help="debug, info, warning or error.")
@click.option("--keep-days", type=int, help="A vote stays on the card so long after its receipt.")
@click.pass_obj
def config(config: Config, /, name: str, hours: str | None, **changes: object) -> None:
    """Say what settings a kiosk shall have; without options, print those that it shall have."""
    wishes = {key: value for key, value in changes.items() if value is not None}
    with open_ledger(config.ledger) as db:
        registry.require_kiosk(db, name)
        before = desired.settings_for(db, name)
        if hours is not None:
            wishes |= _hours(config, db, name, hours)
        if wishes:
            _want(db, name, before, wishes)
        _print(db, name)


def _want(db: Database, name: str, before: wire.Settings, wishes: dict[str, object]) -> None:
    after = _checked(before, wishes)
    if after == before and desired.wanted(db, name) is not None:
        return
    by = by_me()
    with deed(db, by, "kiosk-config", kiosk=name) as detail:
        detail["version"] = desired.want(db, name, after, by.at_ms)


def _checked(before: wire.Settings, wishes: dict[str, object]) -> wire.Settings:
    """Raises click.BadParameter, which names the setting and what is allowed."""
    try:
        return msgspec.convert(msgspec.to_builtins(before) | wishes, wire.Settings)
    except msgspec.ValidationError as error:
        raise click.BadParameter(str(error)) from error


def _print(db: Database, name: str) -> None:
    wanted = desired.wanted(db, name)
    click.echo(f"{name}: version {wanted.version if wanted else 0}")
    for key, value in msgspec.to_builtins(desired.settings_for(db, name)).items():
        click.echo(f"  {key:<12} {_said(value)}")


def _said(value: object) -> str:
    if not isinstance(value, tuple):
        return "none" if value is None else str(value)
    return ", ".join("closed" if span is None else _span(*span) for span in value)


def _span(opens: int, closes: int) -> str:
    return "–".join(f"{minute // 60:02}.{minute % 60:02}" for minute in (opens, closes))


def _hours(config: Config, db: Database, name: str, choice: str) -> dict[str, object]:
    if choice == "none":
        return {"hours": None}
    today = datetime.now(config.zone)
    week = read_calendar(config.data_dir).week(today.date(), *_service_and_unit(db, name))
    offset = today.utcoffset() or timedelta()
    return {"hours": _plain(week), "utc_offset": int(offset.total_seconds()) // 60}


def _service_and_unit(db: Database, name: str) -> tuple[str, str]:
    here = [kiosk for kiosk in registry.kiosks(db) if kiosk.kiosk == name and kiosk.placed]
    services = {agency.agency: agency.service for agency in places.agencies(db)}
    spots = {spot.counter: spot for spot in places.spots(db)}
    if not here:
        raise Unplaced(f"{name} stands at no counter; 'kiosk move' gives it one")
    spot = spots[here[0].placed[-1].counter]
    return services[spot.agency], spot.unit


def _plain(week: Week) -> list[list[int] | None]:
    """From the first opening to the last closing: a lunch break is no night."""
    return [[spans[0][0], spans[-1][1]] if spans else None for spans in week]


@click.command()
@click.argument("name", metavar="ID")
@click.argument("action", type=click.Choice(ACTIONS))
@click.option("--wait", default=60, show_default=True, help="Seconds to wait for the answer.")
@click.pass_obj
def command(config: Config, name: str, action: str, wait: int) -> None:
    """Tell a kiosk to show itself, to restart, or to test itself; prints its answer."""
    id_, by = secrets.token_hex(16), by_me()
    with open_ledger(config.ledger) as db:
        registry.require_kiosk(db, name)
        with deed(db, by, "kiosk-command", kiosk=name, action=action):
            desired.order(db, name, cast(wire.Action, action), id_, by.at_ms)
        answer = _wait(db, id_, wait, time.monotonic, time.sleep)
    click.echo(_told(name, answer))
    if answer.result != "done":
        raise SystemExit(1)


def _wait(
    db: Database,
    id_: str,
    seconds: int,
    now: Callable[[], float],
    sleep: Callable[[float], None],
) -> desired.Command:
    end = now() + seconds
    while True:
        asked = desired.command(db, id_)
        if asked is not None and (asked.answered_ms is not None or now() >= end):
            return asked
        sleep(ASK_AGAIN_S)


def _told(name: str, asked: desired.Command) -> str:
    if asked.answered_ms is None:
        return f"{name}: no answer yet; it is asked again until {desired.COMMAND_MS // 60_000} min"
    checks: list[Any] = msgspec.json.decode(asked.checks or "[]")
    lines = [
        f"  {'ok' if check['ok'] else 'FAILED':<7}{check['name']}: {check['said']}"
        for check in checks
    ]
    return "\n".join([f"{name}: {asked.action} {asked.result}", *lines])
