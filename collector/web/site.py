"""What every page may ask for: the settings, the time, and one snapshot of the ledger."""

from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

from flask import Flask, current_app, g
from sqlite_utils import Database

from collector.config import Config
from collector.ledger.deeds import By, named
from collector.ledger.store import open_existing, read_snapshot

BUSY_MS: Final = 2000  # a page does not wait longer for another writer
_KEY = "senyum"


class Site(NamedTuple):
    config: Config
    clock: Callable[[], float]  # Unix seconds


def init_app(app: Flask, config: Config, clock: Callable[[], float]) -> None:
    app.extensions[_KEY] = Site(config, clock)
    app.teardown_appcontext(_close)


def site() -> Site:
    here: Site = current_app.extensions[_KEY]
    return here


def ledger() -> Database:
    """The ledger as it was when this request first asked. Raises LedgerError."""
    if "ledger" not in g:
        g.ledger = read_snapshot(site().config.ledger)
    db: Database = g.ledger
    return db


def writable() -> AbstractContextManager[Database]:
    """The ledger for something short; what it changes, `ledger()` of this request does not see.

    Raises LedgerError.
    """
    return closing(open_existing(site().config.ledger, BUSY_MS))


def by(user: str) -> By:
    """This user, now, as the journal names them."""
    return By(named("web", user), int(site().clock() * 1000))


def _close(_error: BaseException | None) -> None:
    db: Any = g.pop("ledger", None)
    if db is not None:
        db.close()


def local(seconds: float) -> datetime:
    """A moment in the zone in which days are cut."""
    return datetime.fromtimestamp(seconds, site().config.zone)


def begins(day: date) -> int:
    """The Unix second at which the day begins in that zone."""
    return int(datetime.combine(day, time(), site().config.zone).timestamp())


def moment() -> datetime:
    return local(site().clock())


def today() -> date:
    """The day that is still open: none of its votes is shown."""
    return moment().date()
