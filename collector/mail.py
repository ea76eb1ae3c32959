"""Letters to people: what needs somebody, and what another office keeps."""

import smtplib
import ssl
from collections.abc import Iterable, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, make_msgid, parseaddr
from pathlib import Path
from typing import Final, NamedTuple

from collector.config import MailSection
from collector.errors import CollectorError

TIMEOUT_S: Final = 30


class MailError(CollectorError, OSError):
    """A letter was not handed over, or not for everybody."""


class Attachment(NamedTuple):
    name: str
    data: bytes
    type: str = "application/octet-stream"


def send(
    settings: MailSection,
    to: str,
    subject: str,
    text: str,
    attachments: Sequence[Attachment] = (),
) -> None:
    """Hand one letter to the mail server; `to` is one address, or several joined by commas.

    Raises MailError, which names server and cause.
    """
    letter = _letter(settings.sender, _addresses(to), subject, text, attachments)
    _require(settings)
    where = f"mail server {settings.host}:{settings.port}"
    try:
        with _connected(settings) as server:
            refused = server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as error:
        raise MailError(_not_taken(where, error.recipients)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailError(f"{where}: {_cause(error)}; nothing was sent") from error
    if refused:
        raise MailError(_not_taken(where, refused))


def _letter(
    sender: str, to: Iterable[Address], subject: str, text: str, attachments: Iterable[Attachment]
) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["From"] = _address(sender, "mail.sender")
    letter["To"] = tuple(to)
    letter["Subject"] = " ".join(subject.split())  # a header is one line
    letter["Date"] = localtime()
    letter["Message-ID"] = make_msgid(domain=letter["From"].addresses[0].domain)
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office note comes back
    letter.set_content(text)
    for each in attachments:
        main, _, sub = each.type.partition("/")
        letter.add_attachment(each.data, maintype=main, subtype=sub, filename=each.name)
    return letter


def _addresses(text: str) -> list[Address]:
    return [_address(part, "the address") for part in text.split(",")]


def _address(text: str, what: str) -> Address:
    name, plain = parseaddr(text)
    try:
        user, _, domain = plain.rpartition("@")
        if not user or not domain:
            raise ValueError("it needs the form name@place")
        return Address(name, addr_spec=plain)
    except (ValueError, IndexError) as error:
        raise MailError(f"{what} {text.strip()!r} is no mail address: {error}") from error


def _require(settings: MailSection) -> None:
    if not settings.host:
        raise MailError("mail.host is not set: name the server that takes mail")
    if settings.user and settings.security == "none":
        raise MailError(
            "mail.user is set and mail.security is none: the password would cross the network"
            " for everybody to read; use starttls or tls"
        )


def _connected(settings: MailSection) -> smtplib.SMTP:
    """Encrypted and logged in, as the settings say."""
    at = (settings.host, settings.port)
    context = ssl.create_default_context(cafile=settings.ca_file or None)
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*at, timeout=TIMEOUT_S, context=context)
    else:
        server = smtplib.SMTP(*at, timeout=TIMEOUT_S)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, _password(settings))
    except BaseException:
        server.close()
        raise
    return server


def _password(settings: MailSection) -> str:
    if not settings.password_file:
        raise MailError("mail.user is set and mail.password_file is not")
    return Path(settings.password_file).read_text(encoding="utf-8").strip()


def _cause(error: Exception) -> str:
    """The server's own words where there are some."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else said
        return f"it says {error.smtp_code} {words}"
    return str(error) or type(error).__name__


def _not_taken(where: str, refused: dict[str, tuple[int, bytes]]) -> str:
    each = (
        f"{to} ({code} {said.decode(errors='replace')})" for to, (code, said) in refused.items()
    )
    return f"{where} did not take the letter for {', '.join(each)}"
