"""Does the broker let this kiosk in, and hear what is meant for it? As the uplink would."""

import select
import time
from typing import Final

from kiosk.check.line import Line, fine, trouble
from kiosk.config import BrokerSection
from kiosk.deadlines import LIMITS
from kiosk.session import PROTOCOLS, Session

LOOK_S: Final = 0.2
NO_ACCOUNT: Final = "does the broker know broker.user, with the password in broker.password_file?"

# What a broker says to CONNECT, by the names of MQTT 5: what that means, what to do.
REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "Bad user name or password": ("wrong user or password", NO_ACCOUNT),
    "Not authorized": ("wrong user or password, or this account may not connect", NO_ACCOUNT),
    "Bad authentication method": ("it wants another way to log in", "password, or certificate?"),
    "Client identifier not valid": (
        "it does not take this kiosk's name",
        "the broker may allow only names that it knows: is kiosk.id one of them?",
    ),
    "Unsupported protocol version": (
        "it speaks neither MQTT 5 nor 3.1.1",
        "is this the port of an MQTT broker?",
    ),
    "Server unavailable": ("it takes nobody now", "ask who runs the broker"),
    "Server busy": ("it has too much to do", "ask who runs the broker; try again"),
    "Banned": ("it has shut this kiosk out", "ask who runs the broker"),
}


def login(kiosk: str, broker: BrokerSection) -> Line:
    """A running uplink is not disturbed, unless the broker names clients by their accounts.

    Then it is disconnected, and back within seconds.
    """
    try:
        session = _connected(kiosk, broker)
    except (OSError, UnicodeError) as error:
        return trouble("login", str(error), "are the files that broker.* names there and readable?")
    session.drop()
    return _told(broker, session)


def _connected(kiosk: str, broker: BrokerSection) -> Session:
    """By the first protocol that the broker answers; the last try, if it answers to none."""
    for protocol in PROTOCOLS:
        session = Session(kiosk, broker, protocol, None, _unheard, name=f"{kiosk}-check")
        _drive(session, time.monotonic() + LIMITS["connect"])
        if session.acknowledged and not session.unsupported:
            break
    return session


def _unheard(_topic: str, _payload: bytes) -> None:
    """What is meant for the panel is not ours to hear."""


def _drive(session: Session, end: float) -> None:
    while not (session.up or session.ended) and time.monotonic() < end:
        connection = session.socket
        if connection is None:
            return
        writers = [connection] if session.wants_write else []
        readable, _, _ = select.select([connection], writers, [], LOOK_S)
        session.drive(readable=bool(readable) or session.has_unread)


def _told(broker: BrokerSection, session: Session) -> Line:
    if session.up:
        return fine("login", f"as {broker.user or 'anybody'}, and may hear what is for this kiosk")
    if session.refusal is not None:
        said, do = REFUSALS.get(session.refusal, (session.refusal, "ask who runs the broker"))
        return trouble("login", f"the broker refuses: {said}", do)
    if session.acknowledged:
        return trouble("login", str(session.ended), "may this account read senyum/1/ and its name?")
    return trouble(
        "login",
        f"the broker does not answer: {session.ended or 'silence'}",
        "is this the port of an MQTT broker? does it want TLS (broker.ca_file)?",
    )
