"""When a session ends, and how somebody new comes in."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database

from collector.ledger import invites, users
from collector.ledger.deeds import By
from collector.ledger.journal import entries
from collector.ledger.roles import Standing
from collector.ledger.store import open_ledger
from collector.web.app import create_app
from tests.web import NAME, NOW, PASSWORD, PLACES, config_in, fill, log_in, token_in

HOUR = 3600
NEW = "sasirangan biru tua"


class Here(NamedTuple):
    app: Flask
    now: list[float]
    db: Database

    def inside(self, client: FlaskClient) -> bool:
        return bool(client.get("/akun").status_code == 200)

    def reader(self) -> FlaskClient:
        client = self.app.test_client()
        assert log_in(client).status_code == 302
        return client


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    now = [NOW.timestamp()]
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        fill(db, PLACES[3:4], days=2)
        users.add(db, NAME, PASSWORD, at=1)
        app = create_app(config_in(tmp_path), clock=lambda: now[0])
        app.testing = True
        yield Here(app, now, db)


def post(client: FlaskClient, address: str, **form: str) -> Any:
    page = client.get(address)
    token = token_in((page if page.status_code == 200 else client.get("/akun")).text)
    return client.post(address, data={"csrf_token": token, **form})


# ---------------------------------------------------------------- ends


def test_a_session_ends_after_an_hour_at_rest(here: Here) -> None:
    client = here.reader()
    here.now[0] += HOUR - 1
    assert here.inside(client)
    here.now[0] += HOUR - 1
    assert here.inside(client)
    here.now[0] += HOUR
    assert not here.inside(client)


def test_a_page_that_fetches_itself_is_nobody_at_work(here: Here) -> None:
    client = here.reader()
    for _ in range(59):
        here.now[0] += 60
        assert client.get("/kiosk/isi").status_code == 200
    here.now[0] += 60
    assert client.get("/kiosk/isi").status_code == 302


def test_a_session_ends_after_twelve_hours_whatever_is_done(here: Here) -> None:
    client = here.reader()
    for _ in range(23):
        here.now[0] += HOUR / 2
        assert here.inside(client)
    here.now[0] += HOUR / 2 - 1
    assert here.inside(client)
    here.now[0] += 1
    assert not here.inside(client)


def test_a_copy_of_the_cookie_ends_with_the_logout(here: Here) -> None:
    client, thief, elsewhere = here.reader(), here.app.test_client(), here.reader()
    cookie = client.get_cookie("senyum")
    assert cookie
    thief.set_cookie("senyum", cookie.value)
    assert here.inside(thief)
    post(client, "/keluar")
    assert [here.inside(each) for each in (client, thief, elsewhere)] == [False, False, True]


def test_all_sessions_end_at_once_if_their_user_says_so(here: Here) -> None:
    client, elsewhere = here.reader(), here.reader()
    assert post(client, "/akun/sesi").location == "/masuk"
    assert [here.inside(each) for each in (client, elsewhere)] == [False, False]
    assert [entry.what for entry in entries(here.db)] == ["login", "login", "sessions-ended"]


def test_a_new_password_keeps_this_session_and_ends_the_others(here: Here) -> None:
    client, elsewhere = here.reader(), here.reader()
    done = post(client, "/akun", current=PASSWORD, password=NEW, again=NEW)
    assert done.location == "/akun"
    assert "Kata sandi sudah diganti" in client.get("/akun").text
    assert [here.inside(each) for each in (client, elsewhere)] == [True, False]
    assert users.log_in(here.db, NAME, NEW)
    assert [entry.what for entry in entries(here.db)] == ["login", "login", "password-changed"]


@pytest.mark.parametrize(
    ("form", "status", "why"),
    [
        ({"current": "salah sekali ini"}, 403, "Kata sandi sekarang salah."),
        ({"again": "sasirangan biru muda"}, 200, "Tidak sama dengan yang pertama."),
        ({"password": "pendek", "again": "pendek"}, 200, "12 sampai 256 karakter"),
        ({"password": "password1234", "again": "password1234"}, 200, "mudah ditebak"),
        ({"current": ""}, 200, "Wajib diisi."),
    ],
)
def test_a_password_is_changed_by_whoever_knows_it(
    here: Here, form: dict[str, str], status: int, why: str
) -> None:
    right = {"current": PASSWORD, "password": NEW, "again": NEW}
    answer = post(here.reader(), "/akun", **{**right, **form})
    assert answer.status_code == status
    assert why in answer.text
    assert users.log_in(here.db, NAME, PASSWORD)


def test_another_role_ends_the_session_that_was_begun_with_the_old(here: Here) -> None:
    client = here.reader()
    users.change_standing(here.db, NAME, Standing("technician"))
    assert not here.inside(client)


# ---------------------------------------------------------------- invitations


def invited(here: Here) -> str:
    by = By("cli:sari", int(here.now[0] * 1000))
    return f"/undangan/{invites.invite(here.db, by, 'budi', Standing('agency-head', 'rsud'))}"


def test_an_invitation_brings_in_once(here: Here) -> None:
    address, client = invited(here), here.app.test_client()
    page = client.get(address).text
    assert "kepala perangkat daerah" in page
    assert post(client, address, password=NEW, again=NEW).location == "/perangkat/rsud"
    assert client.get("/perangkat/rsud").status_code == 200
    again = here.app.test_client().get(address)
    assert again.status_code == 404
    assert "Undangan tidak berlaku" in again.text
    assert [entry.what for entry in entries(here.db)] == ["user-invited", "invite-used", "login"]


def test_of_two_who_have_the_page_open_the_second_is_too_late(here: Here) -> None:
    address, first, second = invited(here), here.app.test_client(), here.app.test_client()
    token = token_in(second.get(address).text)
    post(first, address, password=NEW, again=NEW)
    late = second.post(address, data={"csrf_token": token, "password": NEW, "again": NEW})
    assert late.status_code == 404
    assert users.log_in(here.db, "budi", NEW)


def test_an_invitation_is_over_after_a_day(here: Here) -> None:
    address, client = invited(here), here.app.test_client()
    here.now[0] += 24 * HOUR - 1
    assert client.get(address).status_code == 200
    here.now[0] += 1
    assert client.get(address).status_code == 404
    assert users.names(here.db) == [NAME]


def test_a_password_that_is_too_short_leaves_the_invitation(here: Here) -> None:
    address, client = invited(here), here.app.test_client()
    assert "12 sampai 256 karakter" in post(client, address, password="x", again="x").text
    assert post(client, address, password=NEW, again=NEW).location == "/perangkat/rsud"


@pytest.mark.parametrize("word", ["x", "%00", "a" * 2000, "%C3%28", "😀"])
def test_an_invitation_that_nobody_made_opens_nothing(here: Here, word: str) -> None:
    assert here.app.test_client().get(f"/undangan/{word}").status_code == 404


def test_the_word_of_an_invitation_goes_to_no_other_site(here: Here) -> None:
    answer = here.app.test_client().get(invited(here))
    assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert "no-store" in answer.headers["Cache-Control"]
