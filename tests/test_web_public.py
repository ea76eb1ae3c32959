"""The page for everybody: no login, released figures only, and what the number is not."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlite_utils import Database

from collector.index.periods import Days
from collector.index.plans import Plan
from collector.ledger import plans
from collector.ledger.deeds import By
from collector.ledger.releases import published
from collector.ledger.store import open_ledger, writing
from collector.release.signing import propose, publish_due, reply, revise, sign
from collector.release.timetable import Period
from tests.web import PLACES, TODAY, WICKED, app_in, fill

BY = By("cli:sari", 1)
JULY = Period("month", Days(date(2019, 7, 1), date(2019, 8, 1)))
SECOND = Period("triwulan", Days(date(2019, 4, 1), date(2019, 7, 1)))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        fill(db, days=150)
        yield db


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return app_in(tmp_path).test_client()


def words(client: FlaskClient, address: str = "/publik") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"</?(b|span)[^>]*>|<[^>]+>", _gap, main)).split())


def _gap(tag: re.Match[str]) -> str:
    return "" if tag[1] else " "


def test_before_anything_is_given_out_it_says_when(db: Database, client: FlaskClient) -> None:
    assert db.conn.execute("SELECT COUNT(*) FROM counts_day").fetchone()[0]
    assert "Belum ada angka yang diterbitkan" in words(client)


def test_anybody_reads_what_was_given_out_and_what_it_is_not(
    db: Database, client: FlaskClient
) -> None:
    publish_due(db, BY, TODAY)
    page = words(client)
    assert "Juli 2019" in page
    assert "bukan SKM" in page
    assert "bukan dasar menilai, memberi hadiah atau menghukum pegawai" in page
    assert "1708 (nomor ini belum diperiksa ulang)" in page
    [rsud] = [row for row in published(db, "public", JULY.days) if row.place == "rsud"]
    said = f"Indeks {rsud.index} (rentang 95 % {rsud.low}–{rsud.high})"
    assert f"RSUD Ratu Zalecha {said}" in page
    assert page.count("data belum cukup") == 1 + sum(
        row.detail == "nothing" for row in published(db, "public", JULY.days)
    )


def test_a_vote_that_came_later_changes_nothing(db: Database, client: FlaskClient) -> None:
    publish_due(db, BY, TODAY)
    before = words(client)
    db.conn.execute("UPDATE counts_day SET n = n + 50 WHERE first_day = '2019-07-10'")
    db.conn.commit()
    assert words(client) == before


def test_a_revision_is_told_with_its_reason(db: Database, client: FlaskClient) -> None:
    publish_due(db, BY, TODAY)
    db.conn.execute("UPDATE counts_day SET n = n + 50 WHERE first_day = '2019-07-10'")
    db.conn.commit()
    revise(db, BY, JULY, "Kiosk <b> tanpa jaringan")
    assert "Versi 2: Kiosk <b> tanpa jaringan" in words(client)


def test_a_triwulan_comes_with_its_signature_and_the_agencys_remark(
    db: Database, client: FlaskClient
) -> None:
    propose(db, BY, SECOND, date(2019, 7, 11), "")
    reply(db, BY, SECOND, agency="rsud", text="Loket pindah gedung.", today=date(2019, 7, 12))
    assert client.get("/publik?periode=2019-t2").status_code == 400
    sign(db, BY, SECOND, date(2019, 7, 19))
    page = words(client, "/publik?periode=2019-t2")
    assert "Triwulan II 2019" in page
    assert "Tanggapan perangkat daerah: Loket pindah gedung." in page


def test_it_speaks_english_and_escapes_names(db: Database, client: FlaskClient) -> None:
    publish_due(db, BY, TODAY)
    client.get("/bahasa/en")
    assert "no ground to appraise, reward or sanction staff" in words(client)
    assert WICKED in words(client)
    assert "<script>alert" not in client.get("/publik").text


def test_agencies_stand_by_name_and_never_by_their_index(db: Database, client: FlaskClient) -> None:
    publish_due(db, BY, TODAY)
    page = client.get("/publik").text
    names = [unescape(name) for name in re.findall(r"<h3>(.*?)</h3>", page)]
    services = {place.name: place.service for place in PLACES}
    assert len(names) == len(PLACES)
    assert names == sorted(names, key=lambda name: (services[name].casefold(), name.casefold()))


def test_a_period_that_was_not_given_out_is_not_there(db: Database, client: FlaskClient) -> None:
    publish_due(db, BY, TODAY)
    answer = client.get("/publik?periode=2031-01")
    assert answer.status_code == 400
    assert "belum diterbitkan" in unescape(answer.text)


def test_it_tells_what_was_realised_and_nothing_else_of_a_plan(
    db: Database, client: FlaskClient
) -> None:
    due = date(2019, 8, 9)
    told = ("biaya", "Tarif tidak jelas", "Pasang daftar tarif", "Kepala Seksi Loket")
    plan = Plan("rsud", *told, date(2019, 7, 1), due, due)
    done = plan._replace(realised=date(2019, 8, 7), evidence="Foto 12")
    old = done._replace(action="Cat dinding", realised=date(2018, 8, 7))
    mistaken = done._replace(action="Salah catat", withdrawn=date(2019, 8, 8), why="keliru")
    with writing(db):
        plans.add_version(db, 1, plan, plan.entered, 1)
    assert "Yang sudah diperbaiki" not in words(client)
    with writing(db):
        plans.add_version(db, 1, done, date(2019, 8, 7), 2)
        plans.add_version(db, 2, old, date(2018, 8, 7), 2)
        plans.add_version(db, 3, mistaken, date(2019, 8, 8), 2)
    page = words(client)
    assert "RSUD Ratu Zalecha: Pasang daftar tarif (7 Agustus 2019)" in page
    for inside in ("Tarif tidak jelas", "Kepala Seksi", "Foto 12", "Cat dinding", "Salah catat"):
        assert inside not in page


def test_the_way_to_complain_is_a_picture_with_a_name(db: Database, client: FlaskClient) -> None:
    page = client.get("/publik").text
    assert 'role="img" aria-label="Kode QR ke www.lapor.go.id"' in page
