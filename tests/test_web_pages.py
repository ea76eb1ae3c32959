"""Overview and agency: what the pages say, in both languages, and what they leave unsaid."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlite_utils import Database
from werkzeug.exceptions import default_exceptions

from collector.index.figure import figure
from collector.index.interval import share_interval
from collector.index.periods import Days
from collector.ledger import reading, users
from collector.ledger.places import (
    Agency,
    Counter,
    Question,
    Unit,
    put_agencies,
    put_counters,
    put_questions,
    put_units,
)
from collector.ledger.store import open_ledger, read_ledger, writing
from collector.web.languages import COOKIE
from tests.web import NAME, NOW, PASSWORD, TODAY, WICKED, app_in, log_in, make_ledger

LATEST = Days(TODAY - timedelta(days=30), TODAY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ledger(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def db(folder: Path) -> Iterator[Database]:
    db = read_ledger(folder / "ledger.db")
    yield db
    db.close()


@pytest.fixture(scope="module")
def app(folder: Path) -> Flask:
    return app_in(folder)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    log_in(client)
    return client


@pytest.fixture
def english(client: FlaskClient) -> Iterator[FlaskClient]:
    client.get("/bahasa/en")
    yield client
    client.get("/bahasa/id")


def words(client: FlaskClient, address: str) -> str:
    """What a reader reads: the page without its tags, spaces run together."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def row(client: FlaskClient, slug: str, query: str = "") -> str:
    """The overview's row of one agency, as words."""
    page = client.get("/" + query).text
    (found,) = [tr for tr in re.findall(r"<tr.*?</tr>", page, re.S) if f"/perangkat/{slug}?" in tr]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found)).split())


def order(client: FlaskClient, query: str) -> list[str]:
    table = client.get("/" + query).text.partition("<table")[2]
    return re.findall(r'href="/perangkat/([a-z-]+)\?', table)


# ---------------------------------------------------------------- overview


def test_an_agency_has_index_interval_n_trend_and_grade(client: FlaskClient, db: Database) -> None:
    known = figure(reading.by_agency(db, LATEST)["disdukcapil"])
    shown = row(client, "disdukcapil")
    for value in (known.index, known.low, known.high):
        assert str(value).replace(".", ",") in shown
    assert f"{known.n:,}".replace(",", ".") in shown
    assert f"{known.grade} Sangat baik" in shown
    assert shown.endswith("= tetap A Sangat baik 1 dari 1 loket")


def test_a_trend_is_a_word_with_a_symbol(client: FlaskClient) -> None:
    assert "▼ turun" in row(client, "dpmptsp")
    assert "▲ naik" in row(client, "kec-gambut")


def test_what_surely_changed_is_named_above_all(client: FlaskClient) -> None:
    """And how many would be named by chance: nine agencies with an index are one or none."""
    page = words(client, "/")
    assert "▼ Jelas turun: dpmptsp ▲ Jelas naik: kec-gambut" in page
    assert "Terhadap 27 Juni – 26 Juli 2019. Dari yang dibandingkan, kira-kira 1 disebut" in page
    assert "Jelas naik" not in words(client, "/?jenis=Loket+umum")
    assert "Tidak ada yang jelas berubah" in words(client, "/?jenis=Rumah+sakit")
    assert "Jelas" not in words(client, "/?cari=tidak+ada")


def test_too_few_votes_give_no_index_anywhere(client: FlaskClient, db: Database) -> None:
    n = sum(reading.by_agency(db, LATEST)["disnakertrans"].values())
    assert 0 < n < 30
    assert (
        row(client, "disnakertrans")
        == f"Dinas Tenaga Kerja dan Transmigrasi – data belum cukup {n} 1 dari 1 loket"
    )
    page = words(client, "/perangkat/disnakertrans")
    assert f"data belum cukup Baru {n} suara" in page
    assert "rentang 95 %" not in page.partition("Cara membaca")[0]


def test_an_agency_without_votes_is_listed_without_an_index(client: FlaskClient) -> None:
    assert row(client, "kec-aranio") == "Kecamatan Aranio – data belum cukup 0 0 dari 1 loket"


def test_the_head_says_how_much_it_knows_and_what_it_is_not(
    client: FlaskClient, db: Database
) -> None:
    total = sum(sum(tally.values()) for tally in reading.by_agency(db, LATEST).values())
    page = words(client, "/")
    assert f"Jumlah suara {total:,}".replace(",", ".") in page
    assert "Data cukup 6 dari 8 perangkat daerah" in page
    assert "Indeks kiosk (bukan SKM)" in page
    assert "27 Juli – 25 Agustus 2019" in page


def test_agencies_are_compared_only_within_a_type_of_service(client: FlaskClient) -> None:
    assert order(client, "?urut=indeks&arah=turun") == [
        *("kec-gambut", "kec-martapura", "kec-aranio"),
        "uji",
        *("disdukcapil", "dpmptsp", "disnakertrans"),
        "rsud",
    ]


def test_columns_sort_both_ways_and_the_unknown_stays_last(client: FlaskClient) -> None:
    service = "&jenis=Loket+umum"
    rising = ["dpmptsp", "disdukcapil", "disnakertrans"]
    assert order(client, f"?urut=indeks&arah=naik{service}") == rising
    assert order(client, f"?urut=suara&arah=turun{service}")[0] == "disdukcapil"
    assert order(client, f"?urut=tren&arah=turun{service}")[-1] == "disnakertrans"
    assert order(client, f"?urut=nama&arah=turun{service}")[-1] == "disdukcapil"
    assert order(client, f"?urut=nonsense{service}") == order(client, f"?{service}")


def test_the_list_narrows_by_service_and_by_name(client: FlaskClient) -> None:
    assert order(client, "?jenis=Rumah+sakit") == ["rsud"]
    assert order(client, "?cari=KECAMATAN+m") == ["kec-martapura"]
    assert order(client, "?cari=disduk") == ["disdukcapil"]  # the short name is a name too
    assert "Tidak ada perangkat daerah yang cocok." in words(client, "/?cari=xyz")


def test_sorting_keeps_what_was_chosen(client: FlaskClient) -> None:
    page = client.get("/?periode=2019-07&jenis=Kecamatan&cari=a").text
    link = re.search(r'<a href="([^"]*urut=indeks[^"]*)"', page)
    assert link
    for part in ("periode=2019-07", "jenis=Kecamatan", "cari=a", "arah=turun"):
        assert part in link[1]


def test_another_period_shows_other_votes(client: FlaskClient, db: Database) -> None:
    july = reading.by_agency(db, Days(TODAY.replace(month=7, day=1), TODAY.replace(day=1)))
    assert figure(july["rsud"]).index != figure(reading.by_agency(db, LATEST)["rsud"]).index
    shown = row(client, "rsud", "?periode=2019-07")
    assert str(figure(july["rsud"]).index).replace(".", ",") in shown


def test_the_votes_of_an_open_day_are_not_shown(client: FlaskClient, folder: Path) -> None:
    """Today's votes are in the ledger; they appear when the day is over, and not before."""
    db = read_ledger(folder / "ledger.db")
    today = reading.by_agency(db, Days(TODAY, TODAY + timedelta(days=1)))
    db.close()
    assert sum(today["disdukcapil"].values()) > 0
    tomorrow = app_in(folder, NOW + timedelta(hours=10)).test_client()
    log_in(tomorrow)
    assert row(client, "disdukcapil") != row(tomorrow, "disdukcapil")
    assert "27 Juli – 25 Agustus 2019" in words(client, "/")
    assert "28 Juli – 26 Agustus 2019" in words(tomorrow, "/")
    assert "hari ditutup pukul 00.00 WITA" in client.get("/").text


# ---------------------------------------------------------------- one agency


def test_the_figure_is_said_in_words(client: FlaskClient, db: Database) -> None:
    known = figure(reading.by_agency(db, LATEST)["rsud"])
    index, low, high = (
        str(value).replace(".", ",") for value in (known.index, known.low, known.high)
    )
    page = words(client, "/perangkat/rsud")
    assert f"{index} rentang 95 % {low}–{high}" in page
    assert f"Dari {known.n} suara, rata-rata penilaian adalah {index}" in page
    assert f"antara {low} dan {high}" in page


def test_the_change_comes_with_its_interval(client: FlaskClient) -> None:
    page = words(client, "/perangkat/dpmptsp")
    assert re.search(
        r"▼ turun · −[\d,]+ poin \(rentang −[\d,]+ sampai −[\d,]+\) terhadap 27 Juni", page
    )
    same = words(client, "/perangkat/rsud")
    assert re.search(r"= tetap · .*; tidak lebih besar dari kebetulan", same)


def test_uneven_days_widen_the_interval_on_every_page(tmp_path: Path) -> None:
    folder = make_ledger(tmp_path)
    with closing(open_ledger(folder / "ledger.db")) as ledger, writing(ledger):
        put_agencies(
            ledger, [Agency("labil", "Labil", "Labil", "Sendiri", "a test", verified=True)]
        )
        put_units(ledger, [Unit("labil-kantor", "labil", "Kantor")])
        put_counters(ledger, [Counter("labil-1", "labil-kantor", "Loket 1")])
        for ago in range(1, 31):
            day = (TODAY - timedelta(days=ago)).isoformat()
            row = ("labil-1", day, day, "smile" if ago % 2 else "frown", 20)
            ledger.conn.execute(
                "INSERT INTO counts_day VALUES (?, ?, ?, 'pelayanan', ?, 'A', ?)", row
            )
    reader = app_in(folder).test_client()
    log_in(reader)
    wide = figure({"smile": 300, "frown": 300}, phi=Decimal(20))
    bounds = f"{wide.low}–{wide.high}".replace(".", ",")
    for address in ("/", "/perangkat/labil"):
        assert bounds in words(reader, address)
    assert "diperlebar sekitar 4,47 kali" in words(reader, "/perangkat/labil")


def test_each_face_has_word_share_and_number(client: FlaskClient, db: Database) -> None:
    counts = reading.by_agency(db, LATEST)["rsud"]
    page = words(client, "/perangkat/rsud")
    for face, word in (("smile", "puas"), ("neutral", "cukup puas"), ("frown", "tidak puas")):
        share = f"{100 * counts[face] / sum(counts.values()):.1f}".replace(".", ",")
        low, high = map(round, share_interval(counts[face], sum(counts.values())))
        assert f" {word} {share} % ({low}–{high}) {counts[face]} suara" in page


def test_the_district_reads_each_counter_and_each_question(tmp_path: Path) -> None:
    client = app_in(make_ledger(tmp_path)).test_client()
    log_in(client)
    assert "Per loket" not in words(client, "/perangkat/rsud"), "one counter is the whole agency"
    assert "Per pertanyaan" not in words(client, "/perangkat/rsud")
    with closing(open_ledger(tmp_path / "ledger.db")) as db, writing(db):
        put_counters(db, [Counter("rsud-2", "rsud-kantor", "Loket 2 Kasir")])
        put_questions(db, [Question("kasir", "Bagaimana kasir kami?", "How was our till?")])
        for face, n in (("smile", 400), ("frown", 100), ("neutral", 50)):
            row = ("rsud-2", "2019-08-20", "2019-08-20", "kasir", face, "A", n)
            db.conn.execute("INSERT INTO counts_day VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    page = words(client, "/perangkat/rsud")
    index = str(figure({"smile": 400, "frown": 100, "neutral": 50}).index).replace(".", ",")
    assert f"Kantor pelayanan · Loket 2 Kasir {index}" in page
    assert f"Bagaimana kasir kami? {index}" in page
    assert "bukan dasar menilai, memberi hadiah atau menghukum orang" in page
    assert "Kantor pelayanan · Loket 1" in page


def test_votes_without_a_certain_date_are_stated(client: FlaskClient) -> None:
    page = words(client, "/perangkat/rsud")
    assert "12 suara hanya diketahui tanggalnya sampai beberapa hari; dihitung" in page
    assert "3 suara tidak diketahui tanggalnya; tidak dihitung" in page
    assert "tidak diketahui tanggalnya" not in words(client, "/perangkat/disdukcapil")


def test_an_hour_with_few_votes_is_grey_and_shows_no_number(
    client: FlaskClient, db: Database
) -> None:
    hours = reading.by_week_hour(db, "kec-gambut", LATEST, NOW.tzinfo)  # type: ignore[arg-type]
    few = {key for key, tally in hours.items() if sum(tally.values()) < 10}
    page = client.get("/perangkat/kec-gambut").text
    cells = re.findall(r'<td class="(cell-[a-z]+)"(.*?)</td>', page, re.S)
    grey = [text for name, text in cells if name == "cell-few"]
    assert 0 < len(few) <= len(grey) < len(cells)
    for text in grey:
        assert "data belum cukup" in text
        assert not re.search(r"\d", text)


def test_the_trend_is_a_picture_and_a_table(client: FlaskClient) -> None:
    page = client.get("/perangkat/rsud").text
    table = page.partition("Angka dalam tabel")[2].partition("</table>")[0]
    assert table.count("<tr>") == 1 + 22  # a head, and the weeks since the first vote
    assert "19–25 Agustus 2019" in table
    picture = client.get("/perangkat/rsud/tren.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.text.startswith("<svg")
    assert "style=" not in picture.text
    assert "Agu" in picture.text


def test_the_trend_by_month_has_the_closed_months(client: FlaskClient) -> None:
    page = client.get("/perangkat/rsud?langkah=bulan").text
    assert "1–31 Juli 2019" in page
    assert "1–31 Agustus 2019" not in page
    assert client.get("/perangkat/rsud/tren.svg?langkah=bulan&sempit=1").status_code == 200


def test_without_a_week_of_enough_votes_there_is_no_empty_picture(client: FlaskClient) -> None:
    page = client.get("/perangkat/disnakertrans").text
    assert "Belum ada minggu dengan 30 suara." in page
    assert "tren.svg" not in page


# ---------------------------------------------------------------- both


@pytest.mark.parametrize("path", ["/perangkat/nowhere", "/perangkat/nowhere/tren.svg", "/nope"])
def test_what_is_not_there_is_said_plainly(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Halaman tidak ditemukan" in answer.text


@pytest.mark.parametrize("path", ["/", "/perangkat/rsud", "/perangkat/rsud/tren.svg"])
@pytest.mark.parametrize("code", ["2019-08", "2019-13", "x' OR 1=1 --", "<b>", "９０h"])
def test_a_period_that_cannot_be_shown(client: FlaskClient, path: str, code: str) -> None:
    answer = client.get(path, query_string={"periode": code})
    assert answer.status_code == 400
    assert "Periode" in answer.text
    assert "<b>”" not in answer.text


def test_a_name_cannot_become_markup(client: FlaskClient) -> None:
    for address in ("/", "/perangkat/uji", f"/?cari={WICKED}", "/kiosk"):
        page = client.get(address).text
        assert "<script>alert" not in page
    assert WICKED in unescape(client.get("/perangkat/uji").text)


def test_english_stands_beside_indonesian(english: FlaskClient, db: Database) -> None:
    known = figure(reading.by_agency(db, LATEST)["disdukcapil"])
    page = english.get("/").text
    assert '<html lang="en">' in page
    shown = row(english, "disdukcapil")
    assert f"{known.index}" in shown
    assert f"{known.n:,}" in shown
    assert "= level A Very good" in shown
    assert "27 July – 25 August 2019" in page
    assert "not enough data" in row(english, "disnakertrans")
    assert "Aug" in english.get("/perangkat/rsud/tren.svg").text


def test_an_unknown_language_is_not_there(client: FlaskClient) -> None:
    assert client.get("/bahasa/fr").status_code == 404


def test_before_the_first_vote_the_page_says_what_comes_next(tmp_path: Path) -> None:
    db = open_ledger(tmp_path / "ledger.db")
    users.add(db, NAME, PASSWORD, at=1)
    db.close()
    client = app_in(tmp_path).test_client()
    log_in(client)
    assert "Belum ada suara" in words(client, "/")
    assert "Belum ada kiosk" in words(client, "/kiosk")


def test_a_ledger_that_cannot_be_read_is_said_and_nothing_else_breaks(
    client: FlaskClient, tmp_path: Path
) -> None:
    db = open_ledger(tmp_path / "ledger.db")
    users.add(db, NAME, PASSWORD, at=1)
    db.close()
    client = app_in(tmp_path).test_client()
    log_in(client)
    (tmp_path / "ledger.db").rename(tmp_path / "away.db")
    answer = client.get("/")
    assert answer.status_code == 503
    assert "Buku suara belum dapat dibaca" in answer.text


def test_a_fault_of_ours_shows_a_plain_page_and_no_innards(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("innards")

    monkeypatch.setattr("collector.web.overview.reading.by_agency", fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Ada yang rusak di server" in answer.text
    assert "innards" not in answer.text


@pytest.mark.parametrize("code", [400, 403, 404, 405, 413, 500, 503])
@pytest.mark.parametrize(
    ("language", "back"), [("id", "Ke halaman ikhtisar"), ("en", "To the over")]
)
def test_every_failure_has_a_page_in_both_languages(
    app: Flask, code: int, language: str, back: str
) -> None:
    with app.test_request_context(headers={"Cookie": f"{COOKIE}={language}"}):
        page, status = app.handle_http_exception(default_exceptions[code]())  # type: ignore[misc]
    assert status == code
    assert back in page
    assert f'<html lang="{language}"' in page
