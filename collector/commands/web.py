"""senyum-collector web: the pages, served until asked to stop."""

import logging
import os
import signal
from contextlib import closing
from types import FrameType
from typing import Final

import click

from collector.commands.who import by_me
from collector.config import Config, values
from collector.ledger.deeds import note_settings
from collector.ledger.store import LedgerError, open_existing
from collector.systemd import Notifier
from collector.web.app import create_app
from collector.web.server import listen

log = logging.getLogger("senyum.collector.web")

BUSY_MS: Final = 5000  # so long the start waits for another writer


@click.command()
@click.pass_obj
def web(config: Config) -> None:
    """Serve the pages until stopped."""
    signal.signal(signal.SIGTERM, _stop)
    server = listen(create_app(config), config.web)
    _note_settings(config)
    notifier = Notifier(os.environ)
    notifier.ready()
    log.info("serving host=%s port=%s", config.web.host, config.web.port)
    server.run()
    notifier.stopping()


def _note_settings(config: Config) -> None:
    """Where there is no ledger yet, or it cannot be written, the pages are served all the same."""
    try:
        with closing(open_existing(config.ledger, BUSY_MS)) as db:
            note_settings(db, by_me(), "web", values(Config()), values(config))
    except LedgerError as error:
        log.warning("settings_not_noted error=%s", error)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit
