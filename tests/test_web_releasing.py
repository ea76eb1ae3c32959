"""Figures on their way out: proposed, remarked on by a head, signed, and given a new version."""

import re
from contextlib import closing
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Final

import pytest
from flask.testing import FlaskClient

from collector.ledger import journal, users
from collector.ledger.releases import proposals
from collector.ledger.roles import Standing
from collector.ledger.store import open_ledger, writing
from collector.release.signing import propose, publish_due
from tests.releasing import JULY, SECOND, by, given, ledger
from tests.web import PASSWORD, ZONE, app_in, fill, log_in, token_in

PAGE: Final = "/terbitan"
PROPOSED: Final = date(2019, 7, 11)
LAST_DAY: Final = date(2019, 7, 18)
AFTER: Final = date(2019, 7, 19)
STANDINGS: Final = {
    "admin": Standing("district-admin"),
    "auditor": Standing("auditor"),
    "head": Standing("agency-head", "rsud"),
    "elsewhere": Standing("agency-head", "dpmptsp"),
    "staff": Standing("agency-staff", "rsud"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The months to June are given out; the second triwulan is due and nobody proposed it."""
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        fill(db, days=150)
        for name, standing in STANDINGS.items():
            users.add(db, name, PASSWORD, at=1, standing=standing)
        publish_due(db, by(PROPOSED), PROPOSED)
    return tmp_path


def on(folder: Path, day: date, name: str = "admin") -> FlaskClient:
    client = app_in(folder, datetime(day.year, day.month, day.day, 9, tzinfo=ZONE)).test_client()
    assert log_in(client, name).status_code == 302
    return client


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def post(client: FlaskClient, address: str, **form: str) -> tuple[int, str]:
    """The status of the answer, and the page that follows, as words."""
    form["csrf_token"] = token_in(client.get("/akun").text)
    answer = client.post(address, data=form)
    page = client.get(answer.location) if answer.status_code == 302 else answer
    return answer.status_code, words(page.text)


def proposed(folder: Path) -> Path:
    with ledger(folder) as db:
        propose(db, by(PROPOSED), SECOND, PROPOSED, "")
    return folder


def deeds(folder: Path) -> list[tuple[str, str]]:
    """Who did what with releases in the pages."""
    with ledger(folder) as db:
        found = [(each.who, each.what) for each in journal.entries(db)]
    return [each for each in found if each[0].startswith("web:") and "release" in each[1]]


# ---------------------------------------------------------------- the whole way


def test_the_whole_way_of_a_triwulan(folder: Path) -> None:
    admin = on(folder, PROPOSED)
    assert "Triwulan II 2019 1 April – 30 Juni 2019 Usulkan" in words(admin.get(PAGE).text)
    status, page = post(admin, f"{PAGE}/usul", periode="2019-t2")
    assert (status, "tanggapan sampai 18 Juli 2019" in page) == (302, True)
    assert "masih dapat menanggapi" in page
    assert "Tanda tangani dan terbitkan" not in page

    said = "Loket pindah gedung pada bulan Mei."
    head = on(folder, LAST_DAY, "head")
    page = words(head.get("/perangkat/rsud").text)
    assert "Triwulan II 2019: menunggu tanda tangan Indeks" in page
    assert "Tanggapan disimpan" in post(head, "/perangkat/rsud/tanggapan/1", text=said)[1]

    admin = on(folder, AFTER)
    assert said in words(admin.get(PAGE).text)
    assert given(folder, "public", SECOND) == {}
    status, page = post(admin, f"{PAGE}/1/tanda-tangan")
    assert "Ditandatangani: Triwulan II 2019 sudah terbit." in page
    assert set(given(folder, "public", SECOND)) >= {"rsud"}
    assert f"Tanggapan perangkat daerah: {said}" in words(admin.get("/publik?periode=2019-t2").text)
    assert deeds(folder) == [
        ("web:admin", "release-proposed"),
        ("web:head", "release-replied"),
        ("web:admin", "release-signed"),
    ]


def test_what_is_signed_can_be_read_before(folder: Path) -> None:
    page = words(on(proposed(folder), AFTER).get(PAGE).text)
    with ledger(folder) as db:
        row = db.conn.execute(
            "SELECT idx FROM releases WHERE proposal = 1 AND audience = 'agency' AND place = 'rsud'"
        ).fetchone()
    assert f"Indeks {row[0]}".replace(".", ",") in page


# ---------------------------------------------------------------- who, and when


@pytest.mark.parametrize("day", [PROPOSED, LAST_DAY])
def test_nobody_signs_while_remarks_may_come(folder: Path, day: date) -> None:
    _, page = post(on(proposed(folder), day), f"{PAGE}/1/tanda-tangan")
    assert "Itu belum, atau tidak lagi, dapat dilakukan" in page
    assert given(folder, "public", SECOND) == {}
    assert deeds(folder) == []


def test_a_proposal_that_another_replaced_is_not_signed(folder: Path) -> None:
    """Whoever clicks has read the figures of the first one."""
    proposed(folder)
    admin = on(folder, AFTER)
    with ledger(folder) as db:
        propose(db, by(LAST_DAY), SECOND, LAST_DAY, "suara terlambat")
        assert len(list(proposals(db))) == 2
    assert "Itu belum" in post(admin, f"{PAGE}/1/tanda-tangan")[1]
    assert given(folder, "public", SECOND) == {}


def test_an_auditor_reads_and_does_not_act(folder: Path) -> None:
    auditor = on(proposed(folder), AFTER, "auditor")
    page = words(auditor.get(PAGE).text)
    assert "Admin kabupaten dapat menandatanganinya" in page
    assert "Versi baru" not in page
    for address in (f"{PAGE}/usul", f"{PAGE}/versi", f"{PAGE}/1/tanda-tangan"):
        assert post(auditor, address, periode="2019-t2", alasan="x")[0] == 403
    assert deeds(folder) == []


def test_a_period_that_is_not_due_is_not_proposed(folder: Path) -> None:
    admin = on(folder, PROPOSED)
    assert post(admin, f"{PAGE}/usul", periode="2019-t3")[0] == 400
    assert post(admin, f"{PAGE}/usul", periode="30h")[0] == 400
    assert post(admin, f"{PAGE}/usul", periode="")[0] == 400
    assert "Itu belum" in post(admin, f"{PAGE}/usul", periode="2019-06")[1]
    assert "Itu belum" in post(on(folder, date(2019, 7, 5)), f"{PAGE}/usul", periode="2019-t2")[1]
    assert deeds(folder) == []


# ---------------------------------------------------------------- a remark


def test_only_its_head_reads_what_is_proposed_of_an_agency(folder: Path) -> None:
    proposed(folder)
    for name in ("staff", "elsewhere"):
        slug = STANDINGS[name].agency
        page = words(on(folder, LAST_DAY, name).get(f"/perangkat/{slug}").text)
        assert ("menunggu tanda tangan" in page) is (name == "elsewhere"), name
    assert post(on(folder, LAST_DAY, "staff"), "/perangkat/rsud/tanggapan/1", text="x")[0] == 403
    head = on(folder, LAST_DAY, "elsewhere")
    assert post(head, "/perangkat/rsud/tanggapan/1", text="x")[0] == 404
    assert deeds(folder) == []


@pytest.mark.parametrize(
    "text", ["", " \n ", "x" * 501, "Hubungi 0811 5000 123", "Kirim ke sari@banjarkab.go.id"]
)
def test_a_remark_that_cannot_be_published_is_given_back(folder: Path, text: str) -> None:
    head = on(proposed(folder), LAST_DAY, "head")
    form = {"csrf_token": token_in(head.get("/akun").text), "text": text}
    answer = head.post("/perangkat/rsud/tanggapan/1", data=form)
    assert answer.status_code == 400
    assert "tanpa nomor telepon, nomor kartu, dan alamat surel" in answer.text
    assert f">{text}</textarea>" in answer.text
    assert deeds(folder) == []


def test_a_remark_that_comes_too_late_is_not_lost(folder: Path) -> None:
    head = on(proposed(folder), AFTER, "head")
    assert "Hari untuk tanggapan sudah lewat" in words(head.get("/perangkat/rsud").text)
    _, page = post(head, "/perangkat/rsud/tanggapan/1", text="Loket pindah gedung.")
    assert "“Loket pindah gedung.”" in page
    assert "Tidak disimpan" in post(head, "/perangkat/rsud/tanggapan/9", text="Nihil")[1]
    assert deeds(folder) == []


# ---------------------------------------------------------------- a new version


def late_votes(folder: Path) -> None:
    with ledger(folder) as db, writing(db):
        db.conn.execute(
            "UPDATE counts_day SET n = n + 300 WHERE counter = 'rsud-1'"
            " AND first_day BETWEEN '2019-07-01' AND '2019-07-09'"
        )


def test_a_month_gets_a_new_version_with_its_reason(folder: Path) -> None:
    day = date(2019, 8, 11)
    with ledger(folder) as db:
        publish_due(db, by(day), day)
    late_votes(folder)
    admin, reason = on(folder, day + timedelta(days=1)), "Kartu kiosk baru dibaca."
    status, page = post(admin, f"{PAGE}/versi", periode="2019-07", alasan=reason)
    assert status == 302
    assert re.search(r"\d+ angka berubah", page)
    row = given(folder, "public", JULY)["rsud"]
    assert (row.version, row.reason) == (2, reason)
    assert deeds(folder) == [("web:admin", "release-revised")]


def test_a_longer_period_is_proposed_again(folder: Path) -> None:
    proposed(folder)
    admin = on(folder, AFTER)
    post(admin, f"{PAGE}/1/tanda-tangan")
    _, page = post(admin, f"{PAGE}/versi", periode="2019-t2", alasan="Kartu kiosk baru dibaca.")
    assert "tanggapan sampai 26 Juli 2019" in page


@pytest.mark.parametrize("reason", ["", "x" * 501, "Telepon 0811 5000 123"])
def test_a_reason_that_cannot_be_published_is_given_back(folder: Path, reason: str) -> None:
    admin = on(folder, AFTER)
    form = {"csrf_token": token_in(admin.get("/akun").text), "periode": "2019-06"}
    answer = admin.post(f"{PAGE}/versi", data=form | {"alasan": reason})
    assert answer.status_code == 400
    assert 'id="alasan-salah"' in answer.text
    assert f'value="{reason}"' in answer.text
    assert 'value="2019-06" selected' in answer.text
    assert deeds(folder) == []
