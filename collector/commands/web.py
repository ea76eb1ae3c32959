"""senyum-collector web: the pages, served by Waitress until asked to stop."""

import logging
import os
import signal
from types import FrameType
from typing import Any

import click
from flask import Flask
from waitress.server import create_server

from collector.config import Config
from collector.errors import CollectorError
from collector.systemd import Notifier
from collector.web.app import create_app

log = logging.getLogger("senyum.collector.web")

THREADS = 4


class CannotListen(CollectorError, OSError):
    """The address of the pages is taken or not of this machine."""


@click.command()
@click.pass_obj
def web(config: Config) -> None:
    """Serve the pages until stopped."""
    signal.signal(signal.SIGTERM, _stop)
    server = _listen(create_app(config), config)
    notifier = Notifier(os.environ)
    notifier.ready()
    log.info("serving host=%s port=%s", config.web.host, config.web.port)
    server.run()
    notifier.stopping()


def _listen(app: Flask, config: Config) -> Any:
    try:
        return create_server(
            app,
            host=config.web.host,
            port=config.web.port,
            threads=THREADS,
            ident=None,
            # A proxy on this machine may say whom it speaks for; anybody else may not.
            trusted_proxy="127.0.0.1",
            trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"},
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        where = f"{config.web.host}:{config.web.port}"
        raise CannotListen(
            f"{where}: cannot serve the pages here ({error}); set web.port"
        ) from error


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit
