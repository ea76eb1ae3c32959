"""The pages on a port, by Waitress."""

from typing import Any, Final

from flask import Flask
from waitress.server import create_server

from collector.config import WebSection
from collector.errors import CollectorError

THREADS: Final = 4


class CannotListen(CollectorError, OSError):
    """The address of the pages is taken, or not one of this machine."""


def listen(app: Flask, web: WebSection) -> Any:
    """A server that holds the port; its `run()` serves until SystemExit or Ctrl-C."""
    try:
        return create_server(
            app,
            host=web.host,
            port=web.port,
            threads=THREADS,
            ident=None,
            # A proxy on this machine may say whom it speaks for; anybody else may not.
            trusted_proxy="127.0.0.1",
            trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"},
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        raise CannotListen(
            f"{web.host}:{web.port}: cannot serve the pages here ({error}); set web.port"
        ) from error
