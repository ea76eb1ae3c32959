"""The page of alerts: what stands there, who may act, and what is said of a threshold."""

import re
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from collector.ledger import alerts, journal, users
from collector.ledger.alerts import Alert
from collector.ledger.roles import Standing
from collector.ledger.store import open_ledger, writing
from tests.releasing import give_out
from tests.web import NOW, PASSWORD, app_in, log_in, token_in

PAGE, THRESHOLDS = "/peringatan", "/peringatan/ambang"
STUCK = Alert("box", "rsud-01/stuck", "2019-08-20", {"kiosk": "rsud-01", "trouble": "stuck"}, None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    give_out(tmp_path)
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        for role in ("district-admin", "auditor", "technician"):
            users.add(db, role, PASSWORD, at=1, standing=Standing(role))  # type: ignore[arg-type]
        with writing(db):
            alerts.open_alerts(db, [STUCK], round(NOW.timestamp() * 1000))
    return tmp_path


def of(folder: Path, role: str) -> FlaskClient:
    client = app_in(folder).test_client()
    assert log_in(client, role).status_code == 302
    return client


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def post(client: FlaskClient, address: str, **form: str) -> str:
    token = token_in(client.get(PAGE).text)
    return text_of(
        client.post(address, data={"csrf_token": token, **form}, follow_redirects=True).text
    )


def deeds(folder: Path) -> list[tuple[str, str]]:
    with closing(open_ledger(folder / "ledger.db")) as db:
        return [(each.who, each.what) for each in journal.entries(db) if "alert" in each.what]


def test_an_alert_stands_there_until_somebody_closes_it(folder: Path) -> None:
    admin = of(folder, "district-admin")
    assert "rsud-01: ada tombol macet" in text_of(admin.get(PAGE).text)
    assert "ditangani oleh district-admin" in post(admin, f"{PAGE}/1/tangani")
    page = post(admin, f"{PAGE}/1/tutup", comment="Tombol diganti")
    assert "Ditutup oleh district-admin: “Tombol diganti”" in page
    assert [who for who, _ in deeds(folder)] == ["web:district-admin"] * 2


@pytest.mark.parametrize("comment", ["", " ", "x" * 2000])
def test_a_comment_that_is_not_taken_is_given_back(folder: Path, comment: str) -> None:
    admin = of(folder, "district-admin")
    token = token_in(admin.get(PAGE).text)
    answer = admin.post(f"{PAGE}/1/tutup", data={"csrf_token": token, "comment": comment})
    assert answer.status_code == 400
    assert "Komentar harus satu baris" in answer.text
    assert f'value="{comment}"' in answer.text
    assert deeds(folder) == []


@pytest.mark.parametrize("address", [f"{PAGE}/1/tangani", f"{PAGE}/1/tutup", THRESHOLDS])
def test_an_auditor_reads_and_does_not_act(folder: Path, address: str) -> None:
    auditor = of(folder, "auditor")
    assert "Saya tangani" not in auditor.get(PAGE).text
    form = {"csrf_token": token_in(auditor.get("/akun").text), "comment": "x", "poin": "5"}
    assert auditor.post(address, data=form).status_code == 403
    assert deeds(folder) == []


def test_what_is_over_in_the_meantime_is_said_so(folder: Path) -> None:
    admin = of(folder, "district-admin")
    assert "sudah berlalu atau sudah ditutup" in post(admin, f"{PAGE}/7/tangani")


# ---------------------------------------------------------------- a threshold


def test_a_threshold_says_what_it_costs_before_it_is_set(folder: Path) -> None:
    admin = of(folder, "district-admin")
    page = text_of(admin.get(f"{THRESHOLDS}?poin=5").text)
    assert "Perkiraan peringatan palsu" in page
    assert "belum cukup bulan" in page  # two months were given out
    assert deeds(folder) == []
    assert "Ambang dipasang" in post(admin, THRESHOLDS, poin="5")
    assert len(deeds(folder)) == 1


@pytest.mark.parametrize("points", ["lima", "-1", "76", "1e9", "nan", "5;5"])
def test_what_is_no_threshold_is_refused_and_given_back(folder: Path, points: str) -> None:
    admin = of(folder, "district-admin")
    answer = admin.get(THRESHOLDS, query_string={"poin": points})
    assert answer.status_code == 400
    assert f'value="{points}"' in answer.text
