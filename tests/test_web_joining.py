"""Participation on the pages: who was served, how long kiosks were heard, where they stand."""

import re
from contextlib import closing
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from collector.ledger import heard, visitors
from collector.ledger.store import open_ledger, writing
from tests.web import TODAY, ZONE, app_in, log_in, make_ledger


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """RSUD counts its people each day, the kecamatan once; one kiosk was heard all of a day."""
    folder = make_ledger(tmp_path_factory.mktemp("joining"))
    with closing(open_ledger(folder / "ledger.db")) as db, writing(db):
        days = [TODAY - timedelta(days=n) for n in range(1, 31)]
        counts = [visitors.Count("rsud", "", day, 500) for day in days]
        visitors.add_counts(db, [*counts, visitors.Count("kec-gambut", "", days[0], 9)], 1)
        last = datetime(2019, 8, 23, tzinfo=ZONE)  # a Friday, and the Sunday behind it is closed
        for quarter in range(96):
            at = int((last + timedelta(minutes=15 * quarter)).timestamp())
            heard.hear(db, "disdukcapil-01", at)
    client = app_in(folder).test_client()
    log_in(client)
    return client


def words(client: FlaskClient, address: str, pattern: str) -> str:
    found = re.search(pattern, client.get(address).text, re.S)
    assert found, pattern
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def row(client: FlaskClient, slug: str) -> str:
    rows = re.findall(r'<tr role="row".*?</tr>', client.get("/").text, re.S)
    [found] = [each for each in rows if f"/perangkat/{slug}?" in each]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found)).split())


def facts(client: FlaskClient, slug: str) -> str:
    """What the page of an agency says of its index."""
    return words(client, f"/perangkat/{slug}", r'<section[^>]*"angka".*?</section>')


def test_beside_an_index_stands_how_many_of_those_served_pressed(client: FlaskClient) -> None:
    [n] = re.findall(r"Dari ([\d.]+) suara", facts(client, "rsud"))
    rate = f"{int(n.replace('.', '')) / 150:.1f}".replace(".", ",")
    assert f"{n} {rate} per 100 orang" in row(client, "rsud")
    assert f"Ikut {rate} suara per 100 orang yang dilayani" in facts(client, "rsud")


def test_people_of_a_single_day_give_no_rate(client: FlaskClient) -> None:
    assert "per 100 orang" not in row(client, "kec-gambut")
    assert "baru dihitung pada 1 dari " in facts(client, "kec-gambut")
    assert "jumlah orang yang dilayani tidak diketahui" in facts(client, "dpmptsp")


def test_how_long_kiosks_were_heard_and_where_they_stand(client: FlaskClient) -> None:
    assert row(client, "disdukcapil").endswith("1 dari 1 loket aktif 100,0 %")
    assert row(client, "dpmptsp").endswith("1 dari 1 loket aktif 0,0 %")
    assert row(client, "kec-aranio").endswith("0 dari 1 loket")
    told = "Kiosk di 1 dari 1 loket; terdengar dalam 100,0 % jam layanan"
    assert told in facts(client, "disdukcapil")
    assert "tanpa kiosk" not in facts(client, "disdukcapil")
    assert "tanpa kiosk: Kantor pelayanan, Loket 1" in facts(client, "kec-aranio")


def test_the_pages_speak_english(client: FlaskClient) -> None:
    client.get("/bahasa/en")
    shown, told = row(client, "disdukcapil"), facts(client, "rsud")
    client.get("/bahasa/id")
    assert shown.endswith("1 of 1 counters up 100.0%")
    assert "votes per 100 people served" in told


@pytest.mark.parametrize("address", ["/", "/perangkat/rsud", "/lapor", "/integritas"])
def test_a_wrong_file_of_hours_is_told_by_name_and_line(tmp_path: Path, address: str) -> None:
    client = app_in(make_ledger(tmp_path)).test_client()
    log_in(client)
    (tmp_path / "hours.toml").write_text('[[schedule]]\nname = "x"\nsource = "x"\nmonday = "8-4"\n')
    answer = client.get(address)
    assert answer.status_code == 503
    assert "Berkas pengaturan tidak dapat dibaca" in answer.text
    assert "hours.toml, line 4, schedule.monday" in answer.text
