"""Letters, against a real SMTP server on loopback."""

import socket
from pathlib import Path

import pytest
from msgspec.structs import replace

from collector.config import MailSection
from collector.mail import Attachment, MailError, send
from tests.brokers import HOST, free_port
from tests.certificates import certificates
from tests.mailserver import FULL, PASSWORD, USER, mail_server, tls

SENDER = "Kotak Senyum <senyum@banjar.test>"
ADMIN, OFFICE = "admin@banjar.test", "inspektorat@banjar.test"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return certificates(tmp_path, "mail")


def open_to(port: int) -> MailSection:
    return MailSection(host=HOST, port=port, security="none", sender=SENDER)


def locked(
    port: int, files: dict[str, Path], folder: Path, password: str = PASSWORD
) -> MailSection:
    secret = folder / "password"
    secret.write_text(f"{password}\n")
    return MailSection(
        host=HOST, port=port, ca_file=str(files["ca.pem"]), user=USER, password_file=str(secret),
        sender=SENDER,
    )  # fmt: skip


def test_a_letter_arrives_as_it_was_written() -> None:
    text = "Cadangan terakhir berumur 3 hari – periksa segera.\n"
    with mail_server() as (port, mailbox):
        send(open_to(port), f"Admin <{ADMIN}>, {OFFICE}", "Cadangan\nbasi", text)
    [letter], [recipients] = mailbox.letters, mailbox.recipients
    assert recipients == [ADMIN, OFFICE]
    assert (letter["From"], letter["Subject"]) == (SENDER, "Cadangan basi")
    assert letter.get_content().replace("\r\n", "\n") == text
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"].endswith("@banjar.test>")


def test_attachments_arrive_byte_for_byte() -> None:
    witness = Attachment("saksi-2026-11-25.json", b'{"v":1}\r\n\x00\xff', "application/json")
    picture = Attachment("kode QR.png", bytes(range(256)), "image/png")
    with mail_server() as (port, mailbox):
        send(open_to(port), OFFICE, "Saksi", "Terlampir.", [witness, picture])
    parts = list(mailbox.letters[0].iter_attachments())
    assert [part.get_content() for part in parts] == [witness.data, picture.data]
    assert [part.get_filename() for part in parts] == [witness.name, picture.name]
    assert [part.get_content_type() for part in parts] == [witness.type, picture.type]


def test_it_logs_in_over_starttls(files: dict[str, Path], tmp_path: Path) -> None:
    with mail_server(files) as (port, mailbox):
        send(locked(port, files, tmp_path), ADMIN, "Uji", "Isi.")
    assert mailbox.recipients == [[ADMIN]]


def test_it_speaks_tls_from_the_first_byte(files: dict[str, Path]) -> None:
    with mail_server(ssl_context=tls(files)) as (port, mailbox):
        settings = replace(open_to(port), security="tls", ca_file=str(files["ca.pem"]))
        send(settings, ADMIN, "Uji", "Isi.")
    assert mailbox.recipients == [[ADMIN]]


def test_a_wrong_password_is_said_in_the_servers_words(
    files: dict[str, Path], tmp_path: Path
) -> None:
    with (
        mail_server(files) as (port, mailbox),
        pytest.raises(MailError, match=rf"{HOST}:{port}: it says 535 .*nothing was sent"),
    ):
        send(locked(port, files, tmp_path, "salah"), ADMIN, "Uji", "Isi.")
    assert mailbox.letters == []


def test_a_server_that_nobody_vouches_for_gets_no_password(
    files: dict[str, Path], tmp_path: Path
) -> None:
    with mail_server(files) as (port, _), pytest.raises(MailError, match="certificate"):
        send(replace(locked(port, files, tmp_path), ca_file=""), ADMIN, "Uji", "Isi.")


def test_a_server_without_encryption_is_refused_where_it_is_asked_for() -> None:
    with mail_server() as (port, mailbox), pytest.raises(MailError, match="STARTTLS"):
        send(replace(open_to(port), security="starttls"), ADMIN, "Uji", "Isi.")
    assert mailbox.letters == []


def test_who_got_no_letter_is_named() -> None:
    with mail_server() as (port, mailbox):
        with pytest.raises(MailError, match=rf"{FULL} \(552 mailbox is full\)"):
            send(open_to(port), f"{FULL},{ADMIN}", "Uji", "Isi.")
        with pytest.raises(MailError, match=FULL):
            send(open_to(port), FULL, "Uji", "Isi.")
    assert mailbox.recipients == [[ADMIN]]


def test_a_server_that_is_not_there_is_named() -> None:
    port = free_port()
    with pytest.raises(MailError, match=rf"{HOST}:{port}: .*refused; nothing was sent"):
        send(open_to(port), ADMIN, "Uji", "Isi.")


def test_a_server_that_says_nothing_does_not_hold_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.mail.TIMEOUT_S", 0.2)
    with socket.create_server((HOST, 0)) as silent, pytest.raises(MailError, match="timed out"):
        send(open_to(silent.getsockname()[1]), ADMIN, "Uji", "Isi.")


@pytest.mark.parametrize(
    ("change", "to", "words"),
    [
        ({"host": ""}, ADMIN, "mail.host is not set"),
        ({"user": USER}, ADMIN, "the password would cross the network"),
        ({"user": USER, "security": "starttls"}, ADMIN, "mail.password_file is not"),
        ({"sender": ""}, ADMIN, "mail.sender '' is no mail address"),
        ({}, "", "the address '' is no mail address"),
        ({}, f"{ADMIN}, admin", "the address 'admin' is no mail address"),
        ({}, "a@b@c", "'a@b@c' is no mail address"),
    ],
)
def test_what_cannot_be_sent_is_said_before_it_is_tried(
    change: dict[str, str], to: str, words: str, files: dict[str, Path]
) -> None:
    with mail_server(files, auth_required=False) as (port, mailbox):
        settings = replace(open_to(port), ca_file=str(files["ca.pem"]))
        with pytest.raises(MailError, match=words):
            send(replace(settings, **change), to, "Uji", "Isi.")
    assert mailbox.letters == []
