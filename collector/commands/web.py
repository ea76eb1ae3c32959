"""senyum-collector web: the pages, served until asked to stop."""

import logging
import os
import signal
from types import FrameType

import click

from collector.config import Config
from collector.systemd import Notifier
from collector.web.app import create_app
from collector.web.server import listen

log = logging.getLogger("senyum.collector.web")


@click.command()
@click.pass_obj
def web(config: Config) -> None:
    """Serve the pages until stopped."""
    signal.signal(signal.SIGTERM, _stop)
    server = listen(create_app(config), config.web)
    notifier = Notifier(os.environ)
    notifier.ready()
    log.info("serving host=%s port=%s", config.web.host, config.web.port)
    server.run()
    notifier.stopping()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit
