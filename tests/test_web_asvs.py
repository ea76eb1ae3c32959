"""What OWASP ASVS asks of every address at once: these walk the URL map, so that a new page is
held to it as well. What it asks of single ones stands in docs/security.md, with what shows it."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from flask import Flask
from pytest_mock import MockerFixture
from werkzeug.test import TestResponse

from collector.ledger import passwords
from collector.ledger.store import open_ledger
from collector.web.attempts import Gate
from tests.browser import serving
from tests.test_web_roles import READERS, address_of, known, make, of_role
from tests.web import PASSWORD, app_in, log_in, token_in

SAFE: Final = {"GET", "HEAD", "OPTIONS"}
HTTPS: Final = "https://localhost"
SECURITY: Final = Path(__file__).parent.parent / "docs" / "security.md"
# A file of figures that is not for the public is taken by somebody: that is noted.
NOTED: Final = {"reports.download": {"journal"}, "reports.own": {"journal"}}
LIES: Final = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "Via")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("asvs"))


@pytest.fixture
def app(folder: Path) -> Flask:
    return app_in(folder)


def everything(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and address of all that can be asked."""
    for endpoint, method, rule in known(app):
        yield endpoint, method, address_of(app, rule)


# ---------------------------------------------------------------- headers and cookies


@pytest.mark.parametrize("role", ["public", "district-admin", "agency-head"])
def test_every_answer_has_the_headers(app: Flask, role: str) -> None:
    client, seen = of_role(app, role), set()
    asked = [(method, address) for _, method, address in everything(app)]
    for method, address in [*asked, ("GET", "/nope"), ("PUT", "/masuk"), ("GET", "/api/v1/nope")]:
        with client.open(address, method=method) as answer:
            assert_guarded(answer)
            seen.add(answer.status_code)
    assert {200, 302, 400, 404} <= seen


def test_a_fault_of_ours_has_them_too(folder: Path, mocker: MockerFixture) -> None:
    app = app_in(folder)
    app.testing = False
    mocker.patch.dict(app.view_functions, {"public.public": lambda: 1 // 0})
    answer = app.test_client().get("/publik")
    assert answer.status_code == 500
    assert "ZeroDivisionError" not in answer.text
    assert_guarded(answer)


def assert_guarded(answer: TestResponse) -> None:
    policy, headers = answer.headers.get("Content-Security-Policy", ""), answer.headers
    for rule in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    for cookie in headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie


def test_through_https_every_answer_says_so_and_no_cookie_leaves_it(app: Flask) -> None:
    client, cookies = app.test_client(), []
    for _, method, address in everything(app):
        with client.open(address, method=method, base_url=HTTPS) as answer:
            said = answer.headers["Strict-Transport-Security"]
            assert said == "max-age=31536000; includeSubDomains"
            cookies += answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert cookie.startswith(("__Host-senyum=", "__Host-senyum-language="))
        assert "Secure" in cookie
        assert "Domain" not in cookie
    assert "Strict-Transport-Security" not in app.test_client().get("/masuk").headers


def test_a_cookie_of_plain_http_opens_nothing_through_https(app: Flask) -> None:
    plain = of_role(app, "auditor").get_cookie("senyum")
    assert plain
    client = app.test_client()
    client.set_cookie("senyum", plain.value)
    assert client.get("/akun", base_url=HTTPS).status_code == 302


# ---------------------------------------------------------------- what changes something


def digests(folder: Path) -> dict[str, str]:
    """Table → a digest of all its rows."""
    with closing(open_ledger(folder / "ledger.db")) as db:
        return {
            table: hashlib.sha256(
                repr(db.conn.execute(f'SELECT * FROM "{table}"').fetchall()).encode()
            ).hexdigest()
            for table in db.table_names()
        }


def test_the_digests_see_a_change(tmp_path: Path) -> None:
    make(tmp_path)
    before = digests(tmp_path)
    log_in(app_in(tmp_path).test_client(), "auditor")
    assert changed(before, digests(tmp_path)) == {"journal"}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {table for table in before | after if before.get(table) != after.get(table)}


@pytest.mark.parametrize("role", READERS)
def test_whoever_only_reads_changes_nothing(app: Flask, folder: Path, role: str) -> None:
    client = of_role(app, role)
    for method in ("GET", "HEAD"):
        for endpoint, known_method, address in everything(app):
            if known_method == "GET":
                before = digests(folder)
                client.open(address, method=method, buffered=True).close()
                found = changed(before, digests(folder))
                assert found <= NOTED.get(endpoint, set()), (method, address)


def changing(app: Flask) -> list[tuple[str, str]]:
    return [(method, address) for _, method, address in everything(app) if method not in SAFE]


def test_what_changes_something_is_a_post(app: Flask) -> None:
    found = changing(app)
    assert len(found) > 5
    assert {method for method, _ in found} == {"POST"}


@pytest.mark.parametrize("role", READERS)
def test_without_the_token_of_this_session_nothing_is_changed(
    app: Flask, folder: Path, role: str
) -> None:
    client, other = of_role(app, role), app.test_client()
    stolen = token_in(other.get("/masuk").text)
    before = digests(folder)
    for _, address in changing(app):
        for form in ({}, {"csrf_token": "x"}, {"csrf_token": stolen}):
            assert client.post(address, data=form).status_code == 400, (address, form)
    assert changed(before, digests(folder)) == set()
    assert client.get("/akun").status_code == (302 if role == "public" else 200)


def test_through_https_a_form_of_another_site_is_refused(app: Flask) -> None:
    client = app.test_client()
    token = token_in(client.get("/masuk", base_url=HTTPS).text)
    for _, address in changing(app):
        for sent in ({}, {"Referer": "https://evil.example/"}):
            form = {"csrf_token": token}
            answer = client.post(address, base_url=HTTPS, data=form, headers=sent)
            assert answer.status_code == 400, (address, sent)


# ---------------------------------------------------------------- the door


def test_no_header_makes_an_attempt_less_of_one(app: Flask) -> None:
    """Flask believes none of them; only Waitress may, and that of a proxy on this machine."""
    client, statuses = app.test_client(), []
    token = token_in(client.get("/masuk").text)
    form = {"name": "auditor", "password": "wrong", "csrf_token": token}
    for number in range(Gate.PER_NAME + 2):
        lies = dict.fromkeys(LIES, f"10.9.8.{number}")
        statuses.append(client.post("/masuk", data=form, headers=lies).status_code)
    assert statuses == [403] * Gate.PER_NAME + [429] * 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("127.0.0.2", lambda number: f"10.9.8.{number}"),  # from elsewhere: is not believed at all
        ("127.0.0.1", lambda number: f"10.9.8.{number}, 10.1.1.1"),  # the proxy's own word is last
    ],
)
def test_nor_does_the_server_believe_one(
    folder: Path, source: str, said: Callable[[int], str]
) -> None:
    with serving(app_in(folder)) as address:
        knock = Knocker(address, source)
        answers = [
            knock("technician", {"X-Forwarded-For": said(number)})
            for number in range(Gate.PER_NAME + 2)
        ]
    assert answers == [403] * Gate.PER_NAME + [429] * 2


class Knocker:
    """Tries wrong passwords over a real connection from an address of this machine."""

    def __init__(self, address: str, source: str) -> None:
        self._port = int(address.rpartition(":")[2])
        self._source = source
        page, cookie = self._ask("GET", {}, "")
        self._token, self._cookie = token_in(page[1]), cookie

    def __call__(self, name: str, headers: Mapping[str, str]) -> int:
        form = {"name": name, "password": "wrong", "csrf_token": self._token}
        sent = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", {**headers, **sent}, urlencode(form))[0][0]

    def _ask(self, method: str, headers: dict[str, str], body: str) -> tuple[tuple[int, str], str]:
        line = HTTPConnection("127.0.0.1", self._port, 10, source_address=(self._source, 0))
        with closing(line):
            line.request(method, "/masuk", body, headers)
            answer = line.getresponse()
            cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
            return (answer.status, answer.read().decode()), cookie


def test_a_name_that_nobody_has_costs_the_same_work_and_gets_the_same_words(
    app: Flask, mocker: MockerFixture
) -> None:
    passwords.matches(None, PASSWORD)  # the hash for nobody is made once
    verify = mocker.spy(passwords.PasswordHasher, "verify")
    hashing = mocker.spy(passwords.PasswordHasher, "hash")
    client, told = app.test_client(), []
    for name in ("technician", "nobody-at-all"):
        answer = log_in(client, name, "not the password")
        told.append((answer.status_code, sorted(answer.headers.keys()), plain(answer, name)))
        cost = [call.args[1].split("$")[3] for call in verify.call_args_list]
        told[-1] += (verify.call_count, cost)
        verify.reset_mock()
    assert told[0] == told[1]
    assert (told[0][0], told[0][3]) == (403, 1)
    assert hashing.call_count == 0


def plain(answer: Any, name: str) -> str:
    """What is said, without the form's token and the name that was typed."""
    return str(re.sub(r'value="[^"]{30,}"', "", answer.text)).replace(name, "")


# ---------------------------------------------------------------- docs/security.md


def test_every_test_that_the_table_names_is_there() -> None:
    named = re.findall(r"`(tests/test_\w+\.py)`((?:,? `test_\w+`)*)", SECURITY.read_text("utf-8"))
    assert len(named) > 20
    for file, tests in named:
        code = (SECURITY.parent.parent / file).read_text(encoding="utf-8")
        for test in re.findall(r"test_\w+", tests):
            assert f"def {test}(" in code, (file, test)
