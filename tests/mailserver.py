"""A real SMTP server on loopback that keeps what it is given, for tests."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.brokers import HOST, free_port

USER, PASSWORD = "senyum", "kerupuk"
FULL = "penuh@banjar.test"  # this mailbox takes nothing


class Mailbox:
    """What has arrived, and for whom."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[list[str]] = []

    async def handle_RCPT(  # noqa: N802 (the name that aiosmtpd looks for)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == FULL:
            return "552 mailbox is full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.letters.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        self.recipients.append(envelope.rcpt_tos)
        return "250 OK"


@contextmanager
def mail_server(
    files: dict[str, Path] | None = None, **options: Any
) -> Iterator[tuple[int, Mailbox]]:
    """Its port and its mailbox; with `files` of tests.certificates: STARTTLS and a login."""
    mailbox = Mailbox()
    if files is not None:
        context = tls(files)
        options = {
            "tls_context": context, "require_starttls": True,
            "auth_required": True, "authenticator": _authenticate, **options,
        }  # fmt: skip
    controller = Controller(mailbox, HOST, free_port(), **options)
    controller.start()
    try:
        yield controller.port, mailbox
    finally:
        controller.stop()


def tls(files: dict[str, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files["mail.pem"], files["mail.key"])
    return context


def _authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (
        USER.encode(), PASSWORD.encode(),
    )  # fmt: skip
    return AuthResult(success=right, handled=False)
