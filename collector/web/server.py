"""The pages on a port, by Waitress."""

from typing import Any, Final

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

from collector.config import WebSection
from collector.errors import CollectorError

THREADS: Final = 4
PATIENCE: Final = 30  # seconds in which a request has to be whole, and that an idle line is kept
LOOK_EVERY: Final = 5  # seconds
# Waitress would take a hundred: so many slow ones, and nobody else could read a page.
CONNECTIONS: Final = 500


class CannotListen(CollectorError, OSError):
    """The address of the pages is taken, or not one of this machine."""


class Channel(HTTPChannel):  # type: ignore[misc]  # Waitress has no types
    """One connection. What keeps it alive is a whole request, not a byte now and then."""

    last_activity: float

    def handle_read(self) -> None:
        since = self.last_activity
        super().handle_read()
        if self.request is not None:
            self.last_activity = since


def listen(app: Flask, web: WebSection) -> Any:
    """A server that holds the port; its `run()` serves until SystemExit or Ctrl-C."""
    sockets: dict[int, Any] = {}
    try:
        server = create_server(app, map=sockets, host=web.host, port=web.port, **_settings())
    except OSError as error:
        raise CannotListen(
            f"{web.host}:{web.port}: cannot serve the pages here ({error}); set web.port"
        ) from error
    for listener in sockets.values():
        if isinstance(listener, BaseWSGIServer):
            listener.channel_class = Channel
    return server


def _settings() -> dict[str, Any]:
    return {
        "threads": THREADS,
        "ident": None,
        "connection_limit": CONNECTIONS,
        "asyncore_use_poll": True,  # select() ends at 1,024 open files
        "channel_timeout": PATIENCE,
        "cleanup_interval": LOOK_EVERY,
        # A proxy on this machine may say whom it speaks for; anybody else may not.
        "trusted_proxy": "127.0.0.1",
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }
