"""Open data: what the public was given, to the digit; for anybody, and in the standard's form."""

import csv
import io
import json
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from collector.ledger import users
from collector.ledger.releases import published_ever
from collector.release.signing import revise
from tests.releasing import JULY, REMARK, SECOND, by, give_out, given, ledger
from tests.web import NAME, PASSWORD, WICKED, app_in, log_in

FILES = ("indeks.csv", "indeks.json", "kamus.csv", "datapackage.json")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return give_out(tmp_path_factory.mktemp("released"))


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    return app_in(folder).test_client()


def table(client: FlaskClient, name: str = "indeks.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/data/{name}").text)))


def test_every_number_is_that_of_the_release(client: FlaskClient, folder: Path) -> None:
    rows = table(client)
    with ledger(folder) as db:
        released = published_ever(db, "public")
    assert len(rows) == len(released) > 30
    for row, figure in zip(rows, released, strict=True):
        assert (row["hari_pertama"], row["hari_terakhir"]) == (figure.first_day, figure.last_day)
        told = [row[name] for name in ("indeks", "batas_bawah", "batas_atas", "jumlah_suara")]
        exact = (figure.index, figure.low, figure.high, figure.n)
        assert told == ["" if value is None else str(value) for value in exact]
        cells = [
            int(row[f"suara_{face}"])
            for face in ("tidak_puas", "cukup_puas", "puas", "lainnya")
            if row[f"suara_{face}"]
        ]
        assert sorted(cells) == sorted(figure.cells)
    names = {figure.detail for figure in released}
    assert {"rounded", "merged", "nothing"} <= names


def test_only_the_public_s_figures_are_in_it(client: FlaskClient, folder: Path) -> None:
    """Those of heads and of the district are exact, and none of their counts is here."""
    rows = {
        row["kode_perangkat_daerah"]: row for row in table(client) if row["periode"] == "2019-07"
    }
    assert rows.keys() == given(folder, "public", JULY).keys()
    exact = given(folder, "district", JULY)["rsud"]
    assert rows["rsud"]["jumlah_suara"] != str(exact.n)
    assert all(int(row["jumlah_suara"] or 0) % 5 == 0 for row in rows.values())


def test_json_says_the_same_as_numbers(client: FlaskClient) -> None:
    told = json.loads(client.get("/data/indeks.json").text, parse_float=Decimal)
    assert told["lisensi"] == "CC-BY-4.0"
    assert [_as_text(row) for row in told["data"]] == table(client)


def _as_text(row: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}


def test_names_and_remarks_arrive_as_they_were_written(client: FlaskClient) -> None:
    rows = table(client)
    assert WICKED in {row["nama"] for row in rows}
    [remarked] = [row for row in rows if row["tanggapan"]]
    assert (remarked["periode"], remarked["tanggapan"]) == ("2019-T2", REMARK)
    assert remarked["tanggal_terbit"] == "2019-07-19"


def test_the_dictionary_explains_every_column(client: FlaskClient) -> None:
    explained = table(client, "kamus.csv")
    assert [row["kolom"] for row in explained] == list(table(client)[0])
    assert [row["kolom"] for row in explained if not (row["konsep"] and row["definisi"])] == []
    indices = next(row for row in explained if row["kolom"] == "indeks")
    assert (indices["ukuran"], indices["satuan"]) == ("rata-rata", "poin, 25 sampai 100")


def test_the_package_has_what_satu_data_asks_for(client: FlaskClient) -> None:
    told = json.loads(client.get("/data/datapackage.json").text)
    asked = {"konsep", "definisi", "klasifikasi", "ukuran", "satuan", "kodeReferensi", "periode"}
    assert asked <= told["satuData"].keys()
    assert told["satuData"]["periode"] == {"mulai": "2019-03-01", "sampai": "2019-07-31"}
    assert told["satuData"]["pemutakhiranTerakhir"].startswith("2019-08-11T09:00:00+08:00")
    assert [each["name"] for each in told["licenses"]] == ["CC-BY-4.0"]


@pytest.mark.parametrize("empty", [False, True])
def test_the_standards_own_validator_accepts_the_package(
    folder: Path, tmp_path: Path, empty: bool
) -> None:
    files = keep(tmp_path / "nothing" if empty else folder, tmp_path / "package")
    validated = validate(files)
    assert validated.returncode == 0, validated.stdout + validated.stderr


def test_the_validator_would_notice_a_wrong_number(folder: Path, tmp_path: Path) -> None:
    files = keep(folder, tmp_path)
    text = (files / "indeks.csv").read_text(encoding="utf-8")
    (files / "indeks.csv").write_text(text.replace("2019-04-01", "April", 1), encoding="utf-8")
    validated = validate(files)
    assert validated.returncode == 1
    assert "type-error" in validated.stdout


def keep(folder: Path, to: Path) -> Path:
    """All files as anybody downloads them."""
    to.mkdir(exist_ok=True)
    with ledger(folder):
        client = app_in(folder).test_client()
    for name in FILES:
        (to / name).write_bytes(client.get(f"/data/{name}").data)
    return to


def validate(folder: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "frictionless", "validate", "datapackage.json"]
    return subprocess.run(
        words, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


# ---------------------------------------------------------------- how it is served


@pytest.mark.parametrize("name", FILES)
def test_anybody_may_read_it_from_anywhere(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/data/{name}")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["Last-Modified"] == "Sun, 11 Aug 2019 01:00:00 GMT"


def test_a_readers_session_is_never_in_what_may_be_kept(tmp_path: Path) -> None:
    """A cache between us and others would hand it on."""
    with ledger(give_out(tmp_path)) as db:
        users.add(db, NAME, PASSWORD, at=1)
    client = app_in(tmp_path).test_client()
    log_in(client)
    assert "Set-Cookie" in client.get("/publik").headers
    assert "Set-Cookie" not in client.get("/data/indeks.csv").headers


@pytest.mark.parametrize("name", FILES)
def test_who_has_the_same_bytes_is_told_so(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/data/{name}")
    tag = answer.headers["ETag"]
    assert tag.startswith('"')  # strong
    again = client.get(f"/data/{name}", headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"/data/{name}", headers={"If-None-Match": '"other"'}).status_code == 200
    since = {"If-Modified-Since": answer.headers["Last-Modified"]}
    assert client.get(f"/data/{name}", headers=since).status_code == 304


def test_a_revision_changes_the_tag_and_the_version(tmp_path: Path) -> None:
    client = app_in(give_out(tmp_path)).test_client()
    before = client.get("/data/indeks.csv").headers["ETag"]
    with ledger(tmp_path) as db:
        db.conn.execute("UPDATE counts_day SET n = n + 50 WHERE first_day = '2019-07-10'")
        db.conn.commit()
        assert client.get("/data/indeks.csv").headers["ETag"] == before
        revise(db, by(date(2019, 8, 20)), JULY, "Kiosk tanpa jaringan")
    answer = client.get("/data/indeks.csv", headers={"If-None-Match": before})
    assert answer.status_code == 200
    assert ",2,Kiosk tanpa jaringan," in answer.text
    assert answer.headers["Last-Modified"] == "Tue, 20 Aug 2019 01:00:00 GMT"


def test_other_pages_are_read_by_no_other_site(client: FlaskClient) -> None:
    headers = client.get("/publik").headers
    assert "Access-Control-Allow-Origin" not in headers
    assert headers["Cache-Control"] == "no-store"


def test_the_public_page_leads_to_all_of_it(client: FlaskClient) -> None:
    page = client.get("/publik").text
    assert [name for name in FILES if f'href="/data/{name}"' not in page] == []


def test_a_triwulan_is_in_it_from_its_signature_on(client: FlaskClient, folder: Path) -> None:
    rows = [row for row in table(client) if row["jenis_periode"] == "triwulan"]
    assert {row["kode_perangkat_daerah"] for row in rows} == given(folder, "public", SECOND).keys()
