"""The second step of a login: codes of RFC 6238, each taken once, tried five times."""

import base64
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from collector.ledger import secondstep, users
from collector.ledger.deeds import By
from collector.ledger.journal import entries
from collector.ledger.places import Agency, put_agencies
from collector.ledger.roles import Standing
from collector.ledger.store import open_ledger, writing
from collector.web import site, totp
from collector.web.app import create_app
from tests.web import NAME, NOW, PASSWORD, config_in, log_in, token_in

RFC_SECRET = b"12345678901234567890"


class Phone(NamedTuple):
    """A browser, the clock of the pages, and whoever holds the phone."""

    client: FlaskClient
    now: list[float]
    db: Database

    def password(self) -> Any:
        return log_in(self.client)

    def type(self, code: str, at: str = "/masuk/kode") -> Any:
        token = token_in(self.client.get(at).text)
        return self.client.post(at, data={"code": code, "csrf_token": token})

    def offered(self) -> bytes:
        """The secret that the page spells for typing it in."""
        spelled = re.search(r"<code>([A-Z2-7 ]+)</code>", self.client.get("/masuk/kode-baru").text)
        assert spelled
        return base64.b32decode(spelled[1].replace(" ", ""))

    def set_up(self) -> bytes:
        self.password()
        secret = self.offered()
        assert self.type(self.code(secret), "/masuk/kode-baru").location == "/pagi"
        return secret

    def code(self, secret: bytes, later: float = 0) -> str:
        return totp.code_at(secret, self.now[0] + later)

    def inside(self) -> bool:
        return bool(self.client.get("/akun").status_code == 200)

    def leave(self) -> None:
        token = token_in(self.client.get("/akun").text)
        self.client.post("/keluar", data={"csrf_token": token})


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    now = [NOW.timestamp()]
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        users.add(db, NAME, PASSWORD, at=1)
        app = create_app(config_in(tmp_path, second_step=True), clock=lambda: now[0])
        app.testing = True
        yield Phone(app.test_client(), now, db)


# ---------------------------------------------------------------- codes


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    """Its appendix B has eight digits, of which apps show the last six."""
    assert totp.code_at(RFC_SECRET, at) == code[2:]
    assert totp.step_of(RFC_SECRET, code[2:], at) == at // 30


def test_a_phone_may_be_half_a_minute_off_and_no_more() -> None:
    code = totp.code_at(RFC_SECRET, 6000)
    taken = [totp.step_of(RFC_SECRET, code, 6000 + 30 * off) for off in (-2, -1, 0, 1, 2)]
    assert taken == [None, 200, 200, 200, None]


@pytest.mark.parametrize("code", ["", "00000", "０１２３４５", "abcdef", "1" * 300])
def test_what_is_no_code_is_wrong_and_no_more(code: str) -> None:
    assert totp.step_of(RFC_SECRET, code, 6000) is None


def test_the_picture_says_whose_code_it_is() -> None:
    said = urlsplit(totp.address(RFC_SECRET, NAME))
    assert (said.scheme, said.netloc, said.path) == ("otpauth", "totp", f"/Kotak%20Senyum:{NAME}")
    assert "issuer=Kotak%20Senyum" in said.query
    assert base64.b32decode(parse_qs(said.query)["secret"][0]) == RFC_SECRET


def test_a_secret_is_kept_locked(phone: Phone) -> None:
    secret = phone.set_up()
    kept = users.require(phone.db, NAME).totp
    assert kept
    assert secret.hex() not in kept
    with pytest.raises(totp.OtherKey, match="reset-totp"):
        totp.unlock(kept, b"k" * 32)


# ---------------------------------------------------------------- the way in


def test_a_password_alone_opens_nothing(phone: Phone) -> None:
    assert phone.password().location == "/masuk/kode"
    for page in ("/kiosk", "/akun", "/perangkat/rsud", "/laporan"):
        assert phone.client.get(page).location.startswith("/masuk?kembali="), page
    assert phone.client.get("/").location == "/masuk"
    assert not [entry for entry in entries(phone.db) if entry.what == "login"]


def test_a_phone_is_set_up_at_the_first_login_and_asked_at_the_next(phone: Phone) -> None:
    secret = phone.set_up()
    assert phone.inside()
    phone.leave()
    assert not phone.inside()
    phone.now[0] += 30
    assert phone.password().location == "/masuk/kode"
    assert phone.client.get("/masuk/kode-baru").location == "/masuk"  # not shown a second time
    assert phone.type(phone.code(secret)).location == "/pagi"
    assert phone.inside()
    assert [entry.what for entry in entries(phone.db)] == ["totp-set", "login", "login"]


def test_after_the_code_one_is_where_one_wanted_to_be(phone: Phone) -> None:
    secret = phone.set_up()
    phone.leave()
    phone.now[0] += 30
    wanted = phone.client.get("/kiosk?x=1").location
    asked = log_in(phone.client, to=wanted).location
    assert phone.type(phone.code(secret), asked).location == "/kiosk?x=1"


def test_a_code_is_taken_once(phone: Phone) -> None:
    secret = phone.set_up()
    code = phone.code(secret)
    phone.leave()
    phone.password()
    again = phone.type(code)
    assert again.status_code == 403
    assert "sudah dipakai" in again.text
    earlier = phone.type(phone.code(secret, -30))
    assert earlier.status_code == 403
    assert phone.type(phone.code(secret, 30)).location == "/pagi"


def test_a_code_is_taken_once_even_if_the_ledger_cannot_be_written(
    phone: Phone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = phone.set_up()
    phone.leave()
    phone.now[0] += 30
    code = phone.code(secret)
    monkeypatch.setattr(site, "BUSY_MS", 20)
    with writing(phone.db):
        phone.password()
        assert phone.type(code).location == "/pagi"
        phone.leave()
        phone.password()
        assert phone.type(code).status_code == 403
    assert "code_not_kept" in caplog.text


def test_five_wrong_codes_close_the_door_for_a_quarter_of_an_hour(phone: Phone) -> None:
    secret = phone.set_up()
    phone.leave()
    phone.now[0] += 30
    phone.password()
    wrong = f"{(int(phone.code(secret)) + 1) % 10**6:06}"
    assert [phone.type(wrong).status_code for _ in range(6)] == [403] * 5 + [429]
    assert phone.type(phone.code(secret)).status_code == 429
    phone.password()  # a new try with the password gives no new tries of the code
    assert phone.type(phone.code(secret)).status_code == 429
    phone.now[0] += 15 * 60
    phone.password()
    assert phone.type(phone.code(secret)).location == "/pagi"
    failed = [entry.told() for entry in entries(phone.db) if entry.what == "login-failed"]
    assert failed == [{"account": NAME}] * 5


def test_a_password_is_good_for_ten_minutes(phone: Phone) -> None:
    secret = phone.set_up()
    phone.leave()
    phone.password()
    phone.now[0] += 599
    assert phone.client.get("/masuk/kode").status_code == 200
    phone.now[0] += 1
    assert phone.client.get("/masuk/kode").location == "/masuk"
    late = phone.client.post("/masuk/kode", data={"code": phone.code(secret)})
    assert late.status_code in (302, 400)
    assert not phone.inside()


def test_another_phone_is_set_up_after_a_reset(phone: Phone) -> None:
    first = phone.set_up()
    secondstep.reset(phone.db, By("cli:sari", 1), NAME)
    assert not phone.inside()
    second = phone.set_up()
    assert first != second


def test_with_another_key_nobody_gets_in_and_the_log_says_why(
    phone: Phone, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = phone.set_up()
    (tmp_path / "totp.key").write_bytes(b"k" * 32)
    app = create_app(config_in(tmp_path, second_step=True), clock=lambda: phone.now[0] + 60)
    other = phone._replace(client=app.test_client())
    other.password()
    answer = other.type(phone.code(secret, 60))
    assert answer.status_code == 403
    assert "tidak dapat diperiksa di server ini" in answer.text
    assert "totp.key" in caplog.text


@pytest.mark.parametrize("role", ["agency-head", "agency-staff", "technician"])
def test_below_the_district_no_code_is_asked(phone: Phone, role: Any) -> None:
    with writing(phone.db):
        rsud = Agency("rsud", "RSUD", "rsud", "Rumah sakit", "a test", verified=True)
        put_agencies(phone.db, [rsud])
    agency = None if role == "technician" else "rsud"
    users.change_standing(phone.db, NAME, Standing(role, agency))
    home = "/kiosk" if role == "technician" else "/perangkat/rsud"
    assert phone.password().location == home
    assert phone.inside()
