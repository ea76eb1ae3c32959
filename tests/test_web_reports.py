"""The page Laporan: what was given out, to download; who takes what is not public is noted."""

import re
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient

from collector.ledger import users
from collector.ledger.journal import entries
from collector.ledger.roles import Standing
from tests.releasing import JULY, give_out, given, ledger
from tests.web import NAME, PASSWORD, PLACES, app_in, log_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = give_out(tmp_path_factory.mktemp("released"))
    with ledger(folder) as db:
        users.add(db, NAME, PASSWORD, at=1)
    return folder


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    client = app_in(folder).test_client()
    log_in(client)
    return client


def test_a_stranger_is_asked_who_he_is(folder: Path) -> None:
    stranger = app_in(folder).test_client()
    for path in ("/laporan", "/laporan/public/2019-07/pdf", "/laporan/district/2019-07/xlsx"):
        assert stranger.get(path).headers["Location"].startswith("/masuk")


def test_every_link_of_the_page_gives_a_file(client: FlaskClient) -> None:
    page = client.get("/laporan?periode=2019-t2").text
    links = [part.partition('"')[0] for part in page.split('href="')[1:]]
    files = [link.replace("&amp;", "&") for link in links if link.startswith("/laporan/")]
    assert len(files) == 5 * (1 + len(PLACES))
    for link in files:
        answer = client.get(link)
        assert answer.status_code == 200, link
        assert answer.data.startswith((b"%PDF-", b"PK")), link


def test_a_workbook_from_the_page_holds_the_release(client: FlaskClient, folder: Path) -> None:
    answer = client.get("/laporan/district/2019-07/xlsx?opd=rsud")
    name = "laporan-2019-07-kabupaten-rsud.xlsx"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    head, row, *_ = openpyxl.load_workbook(BytesIO(answer.data))["Angka"].values
    told = dict(zip(head, row, strict=True))
    figure = given(folder, "district", JULY)["rsud"]
    assert (str(told["Indeks"]), told["Jumlah suara"]) == (str(figure.index), figure.n)


def test_who_takes_what_is_not_public_is_noted(client: FlaskClient, folder: Path) -> None:
    for audience in ("public", "agency"):
        assert client.get(f"/laporan/{audience}/2019-07/pdf?opd=rsud").status_code == 200
    with ledger(folder) as db:
        noted = [entry for entry in entries(db) if entry.what == "report-taken"]
    last = noted[-1]
    assert (last.who, last.told()) == (f"web:{NAME}", {"file": "laporan-2019-07-opd-rsud.pdf"})
    assert not [entry for entry in noted if "publik" in entry.detail]


def test_a_head_takes_the_own_report_and_the_poster_for_the_wall(folder: Path) -> None:
    with ledger(folder) as db:
        users.add(db, "kepala", PASSWORD, at=1, standing=Standing("agency-head", "rsud"))
    head = app_in(folder).test_client()
    log_in(head, "kepala")
    page = head.get("/perangkat/rsud?periode=2019-t2").text
    links = re.findall(r'href="(/laporan/[^"]+)"', page)
    assert [link.rpartition("/")[2] for link in links] == ["pdf", "xlsx", "slide", "nota", "poster"]
    names = []
    for link in links:
        answer = head.get(link)
        assert answer.status_code == 200, link
        names.append(answer.headers["Content-Disposition"].rpartition("=")[2])
    assert names[0] == "laporan-2019-T2-opd-rsud.pdf"
    assert names[-1] == "poster-2019-T2-publik-rsud.pdf"
    with ledger(folder) as db:
        noted = [each.told().get("file") for each in entries(db) if each.who == "web:kepala"][1:]
    assert noted == names[:-1], "all but the poster, which is for the public"
    assert head.get("/laporan/opd/rsud/2019-t2/docx").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/laporan?untuk=everybody", 404),
        ("/laporan?periode=2031-01", 400),
        ("/laporan/public/2031-01/pdf", 400),
        ("/laporan/public/2019-07/docx", 404),
        ("/laporan/public/2019-07/pdf?opd=nobody", 404),
        ("/laporan/agency/2019-07/pdf", 404),
        ("/laporan/district/2019-07/poster", 404),
    ],
)
def test_what_is_not_there_is_said_to_be_so(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_before_anything_was_given_out_the_page_says_when(tmp_path: Path) -> None:
    with ledger(tmp_path) as db:
        users.add(db, NAME, PASSWORD, at=1)
    client = app_in(tmp_path).test_client()
    log_in(client)
    assert "Belum ada angka yang diterbitkan" in client.get("/laporan").text
