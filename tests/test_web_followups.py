"""Follow-up plans and late complaints, where an agency and the district see them."""

import re
from contextlib import closing
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from collector.index.plans import Plan
from collector.ledger.plans import add_version, next_number
from collector.ledger.store import open_ledger, writing
from tests.laporfiles import run, write
from tests.web import TODAY, WICKED, app_in, log_in, make_ledger


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_ledger(tmp_path)


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    client = app_in(folder).test_client()
    log_in(client)
    return client


def promise(folder: Path, days: int = 30, **more: Any) -> None:
    """For so many days from today."""
    due = TODAY + timedelta(days=days)
    usual = Plan("rsud", "waktu", "", "Buka loket ketiga", "Direktur", TODAY, due, due)
    with closing(open_ledger(folder / "ledger.db")) as db, writing(db):
        add_version(db, next_number(db), usual._replace(**more), TODAY, 1)


def part(client: FlaskClient, pattern: str, address: str) -> str:
    found = re.search(pattern, client.get(address).text, re.S)
    assert found, pattern
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def plans_of(client: FlaskClient, slug: str = "rsud") -> str:
    return part(client, r'<section[^>]*"rencana".*?</section>', f"/perangkat/{slug}")


def line(client: FlaskClient, key: str) -> str:
    return part(client, f'<li id="{key}".*?</li>', "/integritas")


def test_a_plan_stands_on_the_page_of_its_agency(client: FlaskClient, folder: Path) -> None:
    assert "Belum ada rencana" in plans_of(client)
    promise(folder)
    expected = "Waktu penyelesaian Buka loket ketiga 25 September 2019 Direktur berjalan"
    assert expected in plans_of(client)
    assert "Belum ada rencana" in plans_of(client, "disdukcapil")


def test_what_came_of_it_is_told_with_its_evidence(client: FlaskClient, folder: Path) -> None:
    promise(folder, realised=TODAY, evidence="SK 12/2019")
    promise(folder, withdrawn=TODAY, why="Digabung")
    shown = plans_of(client)
    assert "terealisasi, 26 Agustus 2019 SK 12/2019" in shown
    assert "dibatalkan Digabung" in shown


def test_a_day_that_was_put_off_is_not_forgotten(client: FlaskClient, folder: Path) -> None:
    promise(folder)
    later = TODAY + timedelta(days=60)
    with closing(open_ledger(folder / "ledger.db")) as db, writing(db):
        usual = Plan("rsud", "waktu", "", "Buka", "Direktur", TODAY, TODAY, later)
        add_version(db, 1, usual, TODAY, 2)
    assert "25 Oktober 2019 semula 25 September 2019" in plans_of(client)


def test_words_of_people_are_no_markup(client: FlaskClient, folder: Path) -> None:
    promise(folder, action=WICKED)
    assert WICKED in plans_of(client)
    assert "<script>alert" not in client.get("/perangkat/rsud").text


def test_late_ones_need_an_act(client: FlaskClient, folder: Path) -> None:
    promise(folder, days=0)
    assert line(client, "plans").endswith("Baik tidak ada yang terlambat")
    promise(folder, days=-1)
    promise(folder, days=-9, agency="dpmptsp")
    promise(folder, days=-9, realised=TODAY)
    assert "Perlu tindakan 2 terlambat: dpmptsp, rsud" in line(client, "plans")
    assert "senyum-collector plan list --late" in line(client, "plans")


def test_complaints_over_the_limit_need_an_act(client: FlaskClient, folder: Path) -> None:
    assert '<li id="complaints"' not in client.get("/integritas").text
    old = ["K1", date(2019, 8, 1), "rsud", "Proses", "", ""]
    new = ["K2", date(2019, 8, 23), "dpmptsp", "Proses", "", ""]
    write(folder, [new])
    run(folder, as_of="2019-08-26")
    assert "Baik tidak ada" in line(client, "complaints")
    write(folder, [old, new])
    run(folder, as_of="2019-08-26")
    assert "Perlu tindakan di 1 perangkat daerah: rsud" in line(client, "complaints")


def test_the_page_speaks_english(client: FlaskClient, folder: Path) -> None:
    promise(folder, days=-1)
    client.get("/bahasa/en")
    assert "Time to completion Buka loket ketiga 25 August 2019 Direktur late" in plans_of(client)
    assert "1 is late: rsud" in line(client, "plans")
