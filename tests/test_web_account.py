"""The wall, the door in it, and who keeps a key."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from collector.ledger import users
from collector.ledger.store import open_ledger
from collector.web.attempts import Gate
from tests.web import NAME, PASSWORD, app_in, log_in, token_in

OPEN = {
    "/masuk", "/masuk/kode", "/masuk/kode-baru", "/undangan/<code>", "/bahasa/<code>", "/health",
    "/publik", "/api/v1/openapi.json",
    "/data/indeks.csv", "/data/indeks.json", "/data/kamus.csv", "/data/datapackage.json",
}  # fmt: skip


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    db = open_ledger(tmp_path / "ledger.db")
    users.add(db, NAME, PASSWORD, at=1)
    db.close()
    return app_in(tmp_path)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


def address_of(rule: Rule) -> str:
    return rule.rule.replace("<path:filename>", "app.css").replace("<slug>", "rsud")


def test_nothing_but_the_open_pages_is_seen_without_a_login(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static")]
    assert len(rules) > 6
    for rule in rules:
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            answer = app.test_client().open(address_of(rule).replace("<code>", "en"), method=method)
            if rule.rule not in OPEN:
                walled = answer.status_code == 302 and answer.location.startswith("/masuk")
                by_token = rule.endpoint.startswith(("api.", "metrics."))
                walled = walled or (by_token and answer.status_code == 401)
                csrf = method == "POST" and answer.status_code == 400
                assert walled or csrf, (method, rule.rule, answer.status)


def test_an_unknown_address_is_walled_too(client: FlaskClient) -> None:
    assert client.get("/nope").location == "/masuk?kembali=/nope"


def test_after_the_login_one_is_where_one_wanted_to_be(client: FlaskClient) -> None:
    wanted = client.get("/kiosk?x=1").location
    assert log_in(client, to=wanted).location == "/kiosk?x=1"
    assert client.get("/kiosk").status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
    ],
)
def test_nobody_is_led_to_another_site(client: FlaskClient, elsewhere: str) -> None:
    client.get("/bahasa/id")
    for answer in (
        log_in(client, to=("/masuk", {"kembali": elsewhere})),
        client.get("/bahasa/en", query_string={"kembali": elsewhere}),
    ):
        assert answer.status_code == 302
        assert answer.location.startswith("/")
        assert not answer.location.startswith(("//", "/\\"))


def test_a_wrong_password_and_a_wrong_name_look_the_same(client: FlaskClient) -> None:
    answers = [log_in(client, NAME, "wrong"), log_in(client, "nobody", PASSWORD)]
    assert [answer.status_code for answer in answers] == [403, 403]
    for answer in answers:
        assert "Nama pengguna atau kata sandi salah." in answer.text
        assert "wrong" not in answer.text
        assert PASSWORD not in answer.text
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(("name", "password"), [("", PASSWORD), (NAME, ""), (NAME, "x" * 5000)])
def test_a_form_that_is_not_filled_in_opens_nothing(
    client: FlaskClient, name: str, password: str
) -> None:
    answer = log_in(client, name, password)
    assert ("Wajib diisi." in answer.text) == (not name or not password)
    assert client.get("/").status_code == 302


def test_too_many_wrong_passwords_make_one_wait_even_with_the_right_one(
    client: FlaskClient,
) -> None:
    for _ in range(Gate.PER_NAME):
        assert log_in(client, NAME, "wrong").status_code == 403
    refused = log_in(client)
    assert refused.status_code == 429
    assert "Coba lagi dalam 15 menit." in refused.text


def test_a_form_without_its_token_does_nothing(client: FlaskClient) -> None:
    answer = client.post("/masuk", data={"name": NAME, "password": PASSWORD})
    assert answer.status_code == 400
    assert "Formulir sudah tidak berlaku" in answer.text
    log_in(client)
    assert client.post("/keluar").status_code == 400
    assert client.get("/").status_code == 200


def test_logging_out_ends_it(client: FlaskClient) -> None:
    log_in(client)
    token = token_in(client.get("/").text)
    assert client.post("/keluar", data={"csrf_token": token}).location == "/masuk"
    assert client.get("/").status_code == 302


def test_a_changed_password_or_a_removed_user_is_out_at_once(
    client: FlaskClient, tmp_path: Path
) -> None:
    db = open_ledger(tmp_path / "ledger.db")
    log_in(client)
    users.change_password(db, NAME, "a new long password")
    assert client.get("/").status_code == 302
    log_in(client, NAME, "a new long password")
    assert client.get("/").status_code == 200
    users.remove(db, NAME)
    assert client.get("/").status_code == 302
    db.close()


def test_a_session_cookie_of_another_installation_opens_nothing(
    client: FlaskClient, tmp_path: Path
) -> None:
    log_in(client)
    (tmp_path / "web.secret").unlink()
    elsewhere = app_in(tmp_path).test_client()
    cookie = client.get_cookie("senyum")
    assert cookie is not None
    elsewhere.set_cookie("senyum", cookie.value)
    assert elsewhere.get("/").status_code == 302


def test_the_session_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    app_in(tmp_path)
    file = tmp_path / "web.secret"
    assert file.stat().st_mode & 0o777 == 0o600
    secret = file.read_bytes()
    assert len(secret) == 32
    assert app_in(tmp_path).secret_key == secret


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = log_in(client).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # plain HTTP on an intranet still has to work


def test_through_https_the_cookie_stays_with_https(client: FlaskClient) -> None:
    token = token_in(client.get("/masuk", base_url="https://localhost").text)
    answer = client.post(
        "/masuk",
        base_url="https://localhost",
        headers={"Referer": "https://localhost/masuk"},
        data={"name": NAME, "password": PASSWORD, "csrf_token": token},
    )
    assert answer.status_code == 302
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_fresh_installation_says_how_to_add_the_first_user(tmp_path: Path) -> None:
    words = "senyum-collector user invite"
    client = app_in(tmp_path).test_client()
    assert words in client.get("/masuk").text
    db = open_ledger(tmp_path / "ledger.db")
    assert words in client.get("/masuk").text
    users.add(db, NAME, PASSWORD, at=1)
    db.close()
    assert words not in client.get("/masuk").text
