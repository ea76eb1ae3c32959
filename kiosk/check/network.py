"""The way to the broker, step by step: name, port, TLS."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Final

from kiosk.check.line import Line, fine, trouble
from kiosk.config import BrokerSection

PATIENCE_S: Final = 10.0
DAYS_LEFT: Final = 30
DAY_S: Final = 86_400
BLOCKING: Final = ("name", "port")  # a certificate that is about to end blocks nothing yet


def way(broker: BrokerSection, now: Callable[[], float] = time.time) -> Iterator[Line]:
    """Stops at the first step that fails: the later ones would fail for the same reason."""
    for step in (_name, _port, *((lambda at: _tls(at, now),) if broker.ca_file else ())):
        line = step(broker)
        yield line
        if not line.ok:
            return


def _name(broker: BrokerSection) -> Line:
    try:
        found = socket.getaddrinfo(broker.host, broker.port, type=socket.SOCK_STREAM)
    except OSError as error:
        return trouble(
            "name", f"{broker.host}: {error.strerror}", "is the network up? is broker.host right?"
        )
    return fine("name", f"{broker.host} is {found[0][4][0]}")


def _port(broker: BrokerSection) -> Line:
    where = f"{broker.host}:{broker.port}"
    try:
        socket.create_connection((broker.host, broker.port), PATIENCE_S).close()
    except OSError as error:
        return trouble(
            "port",
            f"{where}: {error.strerror or error}",
            "is the broker running? does a firewall stand between?",
        )
    return fine("port", f"{where} answers")


def _tls(broker: BrokerSection, now: Callable[[], float]) -> Line:
    try:
        ends = _certificate_ends(broker)
    except (OSError, ValueError) as error:
        reason = getattr(error, "verify_message", "") or str(error)
        return trouble("tls", reason, "are broker.ca_file, cert_file and key_file right?")
    days = int((ends - now()) // DAY_S)
    said = f"the broker's certificate holds until {datetime.fromtimestamp(ends, UTC):%Y-%m-%d}"
    if days < DAYS_LEFT:
        return trouble("tls", said, f"only {days} days: tell who runs the broker")
    return fine("tls", said)


def _certificate_ends(broker: BrokerSection) -> float:
    context = ssl.create_default_context(cafile=broker.ca_file)
    if broker.cert_file:
        context.load_cert_chain(broker.cert_file, broker.key_file)
    with (
        closing(socket.create_connection((broker.host, broker.port), PATIENCE_S)) as plain,
        context.wrap_socket(plain, server_hostname=broker.host) as wrapped,
    ):
        certificate = wrapped.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(certificate["notAfter"]))
