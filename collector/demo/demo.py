"""The demo, composed: history once, then a show until it ends."""

import fcntl
import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from collector import config as configuration
from collector.broker import LOOPBACK, free_port
from collector.config import Config
from collector.demo.account import Accounts
from collector.demo.boxes import LIFE, Box, Pace
from collector.demo.cast import live
from collector.demo.outcome import Outcome
from collector.demo.screen import Screen
from collector.demo.show import Show
from collector.demo.stage import Stage
from collector.errors import CollectorError
from collector.ledger.store import open_ledger
from collector.places import Places
from collector.servicehours import read_calendar
from kiosk import keys

WEB_PORT: Final = 8000
YEAR: Final = 365


class DemoError(CollectorError, RuntimeError):
    """The demo cannot be started so."""


@dataclass(frozen=True)
class Wishes:
    """What was asked for."""

    folder: Path
    kiosks: int = 8
    seconds: float | None = None  # None: until it is stopped
    pace: Pace = LIFE
    seed: int = 1
    port: int | None = None  # None: WEB_PORT, or a free one if that is taken
    days: int = YEAR


def play(
    wishes: Wishes, places: Places, screen: Screen, stopping: Callable[[], bool]
) -> Outcome | None:
    """Play until `wishes.seconds` are over or `stopping`; None if the history was interrupted."""
    logging.getLogger("senyum.collector.supervise").setLevel(logging.WARNING)
    folder = wishes.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder), TemporaryDirectory(prefix="senyum-") as short:
        file, config = _configure(folder, wishes.port)
        *boxes, unheard = live(places, wishes.kiosks + 1, folder / "kiosks", Path(short))
        accounts = _prepare(
            wishes, config, places, boxes=boxes, unheard=unheard, screen=screen, stopping=stopping
        )
        if accounts is None:
            return None
        began = time.monotonic()
        options = ["--config", str(file), "--data", str(folder)]
        show = Show(config, options, boxes, wishes.seed, wishes.pace)
        show.start()
        try:
            screen.welcome(_address(config), accounts, len(boxes), time.monotonic() - began)
            show.keep(_over(wishes.seconds, stopping), screen)
            screen.say("Stopping: no more presses, the kiosks send what they have …")
            return show.finish()
        finally:
            show.stop()


def _prepare(
    wishes: Wishes,
    config: Config,
    places: Places,
    *,
    boxes: list[Box],
    unheard: Box,
    screen: Screen,
    stopping: Callable[[], bool],
) -> Accounts | None:
    key = keys.load_or_create(config.signing_key)
    for box in boxes:
        box.configure(key.public, config.broker.port, wishes.pace)
    with closing(open_ledger(config.ledger)) as db:
        calendar = read_calendar(config.data_dir)
        stage = Stage(db, config, key, places, calendar, time.time)
        stage.set_places()
        if not stage.tell_history(wishes.seed, wishes.days, screen, stopping):
            return None
        stage.keep_books(wishes.seed, wishes.days)
        stage.register(boxes)
        stage.leave_unheard(unheard)
        stage.watch()
        return stage.accounts()


def _configure(folder: Path, port: int | None) -> tuple[Path, Config]:
    """The collector's settings: written anew at each start, for ports may have been taken."""
    file = folder / "collector.toml"
    file.write_text(
        f"[collector]\ndata_dir = {json.dumps(str(folder))}\n"
        f'[broker]\nhost = "{LOOPBACK}"\nport = {free_port()}\n'
        f'[web]\nhost = "{LOOPBACK}"\nport = {_web_port(port)}\nsecond_step = false\n',
        encoding="utf-8",
    )
    return file, configuration.load(file, os.environ, folder)


def _web_port(wanted: int | None) -> int:
    if _is_free(wanted or WEB_PORT):
        return wanted or WEB_PORT
    if wanted is None:
        return free_port()
    raise DemoError(f"port {wanted} is taken; choose another with --port")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two demos in one folder would fight for their kiosks."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoError(
                f"{folder}: a demo runs here already; stop it, or choose another --data"
            ) from error
        yield


def _over(seconds: float | None, stopping: Callable[[], bool]) -> Callable[[], bool]:
    end = None if seconds is None else time.monotonic() + seconds
    return lambda: stopping() or (end is not None and time.monotonic() >= end)


def _address(config: Config) -> str:
    return f"http://{config.web.host}:{config.web.port}/"
