"""Letters by the real Apprise: to a webhook, to a mail server, and where nobody takes them."""

import pytest

from collector.alerts.delivery import deliver
from tests.brokers import HOST, free_port
from tests.mailserver import FULL, mail_server
from tests.webhook import webhook

TITLE, TEXT = "Kotak Senyum: perlu tindakan", "- rsud-01: ada tombol macet\n\n95 % <b>&</b> °C"


def test_a_webhook_gets_title_and_text_as_they_are() -> None:
    with webhook() as hook:
        assert deliver(hook.url, TITLE, TEXT)
    assert (hook.titles, hook.texts) == ([TITLE], [TEXT])


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_webhook_that_refuses_took_nothing(status: int) -> None:
    with webhook() as hook:
        hook.status = status
        assert not deliver(hook.url, TITLE, TEXT)


def mail(port: int, to: str) -> str:
    return f"mailto://{HOST}:{port}/?mode=insecure&from=senyum@banjar.test&to={to}"


def test_a_mail_server_gets_a_letter() -> None:
    with mail_server() as (port, mailbox):
        assert deliver(mail(port, "admin@banjar.test"), TITLE, TEXT)
    [letter], [to] = mailbox.letters, mailbox.recipients
    assert (letter["Subject"], to) == (TITLE, ["admin@banjar.test"])
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip().splitlines() == TEXT.splitlines()


def test_a_mailbox_that_is_full_took_nothing() -> None:
    with mail_server() as (port, _):
        assert not deliver(mail(port, FULL), TITLE, TEXT)


@pytest.mark.parametrize("url", [f"json://{HOST}:{{port}}/", "pigeon://roof/", "tgram://x"])
def test_where_nobody_is_and_what_is_no_way_took_nothing(url: str) -> None:
    assert not deliver(url.format(port=free_port()), TITLE, TEXT)


@pytest.mark.parametrize(
    "url",
    [
        "mailtos://user:secret@mail.banjar.test:587?from=senyum@banjar.test&to=a@banjar.test",
        "tgram://123456789:abcdefg_hijklmnop/-1001234567890/",
        "whatsapp://token@1234567890/6281234567890",
        "jsons://user:secret@hook.banjar.test/senyum",
    ],
)
def test_the_ways_that_the_guide_names_are_ways_of_apprise(url: str) -> None:
    from apprise import Apprise

    assert Apprise().add(url)
