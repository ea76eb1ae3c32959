"""The page of complaints beside the index: what it says, and what it leaves unsaid."""

import re
from contextlib import closing
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from collector.index.plans import Plan
from collector.ledger import plans
from collector.ledger.store import open_ledger, writing
from tests.laporfiles import run, write
from tests.web import app_in, log_in, make_ledger

MONDAY = date(2019, 8, 5)


def client_of(folder: Path) -> FlaskClient:
    client = app_in(folder).test_client()
    log_in(client)
    return client


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Disdukcapil answers forty, two of them late; Gambut has three complaints, RSUD none."""
    folder = make_ledger(tmp_path_factory.mktemp("complaints"))
    quick, slow = MONDAY + timedelta(days=1), MONDAY + timedelta(days=9)
    rows = [
        [f"K{i}", MONDAY, "disdukcapil", "Selesai", quick if i < 38 else slow, slow]
        for i in range(40)
    ]
    rows += [[f"G{i}", MONDAY, "kec-gambut", "Proses", "", ""] for i in range(3)]
    write(folder, rows)
    result = run(folder, as_of="2019-08-26")
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> FlaskClient:
    return client_of(folder)


def row(client: FlaskClient, slug: str, address: str = "/lapor") -> str:
    rows = re.findall(r"<tr>.*?</tr>", client.get(address).text, re.S)
    (found,) = [each for each in rows if f"/perangkat/{slug}?" in each]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found)).split())


def test_who_is_not_logged_in_sees_nothing(folder: Path) -> None:
    answer = app_in(folder).test_client().get("/lapor")
    assert (answer.status_code, "/masuk" in answer.headers["Location"]) == (302, True)


def test_index_and_complaints_stand_in_one_row(client: FlaskClient) -> None:
    found = row(client, "disdukcapil")
    assert re.fullmatch(r".* \d\d,\d\d \d\d,\d\d–\d\d,\d\d [\d.]+ 40 100 90–98 1 1 100 0 –", found)


def test_of_few_complaints_it_says_that_there_are_some(client: FlaskClient) -> None:
    assert row(client, "kec-gambut").endswith(" 1–4 – – – – – – –")


def test_an_agency_without_complaints_keeps_its_index(client: FlaskClient) -> None:
    assert re.search(r"\d\d,\d\d–\d\d,\d\d \d+ 0$", row(client, "rsud"))


def test_a_period_without_complaints_has_none(client: FlaskClient) -> None:
    assert row(client, "disdukcapil", "/lapor?periode=2019-07").endswith(" 0")


def test_it_says_of_which_day_the_file_was(client: FlaskClient) -> None:
    assert "menurut berkas LAPOR! 26 Agustus 2019" in client.get("/lapor").text


def test_the_overview_tells_what_came_of_it(client: FlaskClient, folder: Path) -> None:
    note_plan(folder)
    page = client.get("/?periode=30h").text
    assert "pengaduan 40 tepat waktu 90–98 %" in of_overview(page, "disdukcapil")
    assert of_overview(page, "kec-gambut").endswith("pengaduan 1–4")
    assert of_overview(page, "rsud").endswith("rencana: 0 dari 1 terlaksana")


def note_plan(folder: Path) -> None:
    noted, due = date(2019, 7, 20), date(2019, 8, 9)
    told = ("biaya", "Tarif tidak jelas", "Pasang daftar tarif", "Kepala Seksi")
    with closing(open_ledger(folder / "ledger.db")) as db, writing(db):
        plans.add_version(db, 1, Plan("rsud", *told, noted, due, due), noted, 1)


def of_overview(page: str, slug: str) -> str:
    rows = re.findall(r'<tr role="row".*?</tr>', page, re.S)
    (found,) = [each for each in rows if f"/perangkat/{slug}?" in each]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found)).split())


def test_it_speaks_english(client: FlaskClient) -> None:
    client.get("/bahasa/en")
    page = client.get("/lapor").text
    client.get("/bahasa/id")
    assert "Within 5 working days (%)" in page
    assert "by the LAPOR! file of 26 August 2019" in page


def test_without_complaints_it_says_how_they_come_in(tmp_path: Path) -> None:
    page = client_of(make_ledger(tmp_path)).get("/lapor").text
    assert "Belum ada pengaduan" in page
    assert "senyum-collector lapor import" in page
