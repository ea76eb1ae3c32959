"""An agency's page: its weeks on control charts, and what changed while they ran."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from collector.index.control import Signal
from collector.index.periods import containing
from collector.index.weekly import INDEX, Mark
from collector.ledger import users
from collector.ledger.notes import Note, add_note
from collector.ledger.placements import place
from collector.ledger.places import Agency, put_agencies
from collector.ledger.store import open_ledger, writing
from collector.web.controlchart import Picture, draw
from collector.web.drawing import Flag
from tests.web import (
    NAME,
    PASSWORD,
    PLACES,
    app_in,
    fill,
    log_in,
    put_kiosk,
    vague,
)

JULY_30 = 1_564_416_000  # 00.00 WITA
WICKED = "<b>Kantor</b> pindah"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """37 weeks of votes; the smiles of dpmptsp fall in the last 30 days."""
    folder = tmp_path_factory.mktemp("control")
    with closing(open_ledger(folder / "ledger.db")) as db:
        fill(db, PLACES, days=260)
        put_kiosk(db, "ptsp-01", "dpmptsp-1")
        with writing(db):
            place(db, "ptsp-01", "rsud-1", JULY_30)
            add_note(db, Note(0, "dpmptsp", date(2019, 6, 3), "other", WICKED), 0)
            add_note(db, Note(0, None, date(2019, 6, 5), "ruleset", "Aturan suara 2"), 0)
            add_note(db, Note(0, "rsud", date(2019, 6, 5), "other", "Atap bocor"), 0)
            old = Agency("bkd", "BKD", "BKD", "Badan", "t", True, None, "2019-08-01", "uji")
            put_agencies(db, [old])
        vague(db, "rsud", "C", first=date(2019, 8, 5), last=date(2019, 8, 7), n=12)
        vague(db, "rsud", "D", first=date(2019, 8, 7), last=date(2019, 8, 7), n=3)
        users.add(db, NAME, PASSWORD, at=1)
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> FlaskClient:
    client = app_in(folder).test_client()
    log_in(client)
    return client


@pytest.fixture
def english(client: FlaskClient) -> Iterator[FlaskClient]:
    client.get("/bahasa/en")
    yield client
    client.get("/bahasa/id")


def words(client: FlaskClient, address: str) -> str:
    page = client.get(address).text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def part(client: FlaskClient, address: str, name: str) -> str:
    """One section of the page, as words."""
    found = re.search(
        rf'<section[^>]*aria-labelledby="{name}".*?</section>', client.get(address).text, re.S
    )
    assert found is not None
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


# ---------------------------------------------------------------- control charts


def test_a_week_that_stands_out_is_named_with_its_value(client: FlaskClient) -> None:
    shown = part(client, "/perangkat/dpmptsp", "kendali")
    assert "dari 20 minggu pertama (10 Desember 2018 – 28 April 2019)" in shown
    assert "19–25 Agustus 2019 : 75,38 , di luar batas" in shown
    assert "Bagian tidak puas per minggu, %" in shown


def test_steady_weeks_say_so(client: FlaskClient) -> None:
    shown = part(client, "/perangkat/disdukcapil", "kendali")
    assert shown.count("Tidak ada minggu yang menyimpang.") == 2


def test_every_week_of_the_picture_stands_in_the_table_behind_it(client: FlaskClient) -> None:
    page = client.get("/perangkat/dpmptsp").text
    table = page.partition('aria-labelledby="kendali-index"')[2].partition("</table>")[0]
    assert table.count("<tr>") == 1 + 26
    assert table.count("di luar batas") == 4


@pytest.mark.parametrize("name", ["index", "frown"])
@pytest.mark.parametrize("narrow", ["", "&sempit=1"])
def test_a_control_chart_is_drawn(client: FlaskClient, name: str, narrow: str) -> None:
    picture = client.get(f"/perangkat/dpmptsp/kendali-{name}.svg?periode=30h{narrow}")
    assert picture.status_code == 200
    assert picture.mimetype == "image/svg+xml"
    assert "Agu" in picture.text
    assert ">1<" in picture.text


def test_too_few_weeks_have_no_limits_and_say_how_many_are_missing(client: FlaskClient) -> None:
    shown = part(client, "/perangkat/disnakertrans", "kendali")
    assert "Garis dasar belum cukup. Peta kendali memerlukan 20 minggu" in shown
    assert "masih kurang 20 minggu" in shown
    assert client.get("/perangkat/disnakertrans/kendali-index.svg").status_code == 404


@pytest.mark.parametrize("path", ["dpmptsp/kendali-smile.svg", "nowhere/kendali-index.svg"])
def test_a_chart_that_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/perangkat/{path}").status_code == 404


def test_control_charts_are_told_in_english(english: FlaskClient) -> None:
    shown = part(english, "/perangkat/dpmptsp", "kendali")
    assert "Does a week differ from how the weeks usually differ?" in shown
    assert "beyond its limits" in shown
    assert "Kiosk ptsp-01 no longer stands at" in part(english, "/perangkat/dpmptsp", "berubah")


def marks(*signals: Signal | None) -> tuple[Mark, ...]:
    limits = (Decimal(70), Decimal(80), Decimal(90))
    return tuple(
        Mark(containing("week", date(2019, 1, 7) + timedelta(weeks=n)), Decimal(80), limits, signal)
        for n, signal in enumerate(signals)
    )


def drawn(*signals: Signal | None, flags: tuple[Flag, ...] = ()) -> str:
    first, end = date(2019, 1, 7), date(2019, 3, 1)
    return draw(
        Picture(INDEX, marks(*signals), first, end, narrow=False, language="id", flags=flags)
    )


def test_signals_have_shapes_of_their_own() -> None:
    """Readable without colour: what differs is the outline."""
    quiet, beyond, run = drawn(None, None), drawn(None, "beyond"), drawn(None, "run")
    outlines = [set(re.findall(r'<path[^>]* d="(M[^"]*Z)"', svg)) for svg in (quiet, beyond, run)]
    assert len(outlines[1] - outlines[0]) == 1
    assert len(outlines[2] - outlines[0]) == 1
    assert outlines[1] != outlines[2]


def test_a_flag_has_its_number() -> None:
    assert ">7<" in drawn(None, None, flags=(Flag(date(2019, 1, 10), 7),))
    assert ">7<" not in drawn(None, None)


# ---------------------------------------------------------------- what changed


def test_what_changed_is_listed_by_week_under_its_number(client: FlaskClient) -> None:
    page = client.get("/perangkat/dpmptsp").text
    found = re.findall(r'<li value="(\d)">(.*?)</li>', page, re.S)
    assert [number for number, _ in found] == ["1", "2"]
    first, second = (" ".join(re.sub(r"<[^>]+>", " ", text).split()) for _, text in found)
    assert first == (
        "3 Juni 2019: &lt;b&gt;Kantor&lt;/b&gt; pindah"
        " 5 Juni 2019: Aturan suara 2 (semua perangkat daerah)"
    )
    assert second == (
        "30 Juli 2019: Kiosk ptsp-01 tidak lagi berdiri di Kantor pelayanan, Loket 1."
    )


def test_the_other_agency_sees_the_kiosk_come_and_not_the_others_notes(
    client: FlaskClient,
) -> None:
    shown = part(client, "/perangkat/rsud", "berubah")
    assert "Kiosk ptsp-01 mulai berdiri di Kantor pelayanan, Loket 1." in shown
    assert "Atap bocor" in shown
    assert WICKED not in shown
    assert WICKED in part(client, "/perangkat/dpmptsp", "berubah")


def test_an_agency_that_takes_anothers_place_says_so(client: FlaskClient) -> None:
    assert "1 Agustus 2019: Menggantikan BKD." in part(client, "/perangkat/uji", "berubah")


def test_what_changed_outside_of_the_pictures_is_left_out(client: FlaskClient) -> None:
    shown = words(client, "/perangkat/dpmptsp?periode=2019-02")
    assert "pindah" not in shown
    assert "Yang berubah" in words(client, "/perangkat/dpmptsp?periode=2019-06")


# ---------------------------------------------------------------- beside those that serve alike


def peers(folder: Path, votes: dict[str, tuple[int, int]]) -> FlaskClient:
    """Agencies of one type of service, each with so many smiles and frowns in July."""
    with closing(open_ledger(folder / "ledger.db")) as db:
        fill(
            db, [place._replace(slug=slug, service="S") for slug in votes for place in PLACES[6:7]]
        )
        with writing(db):
            db.conn.executemany(
                "INSERT INTO counts_day VALUES (?, ?, ?, 'pelayanan', ?, 'A', ?)",
                [
                    (f"{slug}-1", "2019-07-03", "2019-07-03", face, n)
                    for slug, split in votes.items()
                    for face, n in zip(("smile", "frown"), split, strict=True)
                    if n
                ],
            )
        users.add(db, NAME, PASSWORD, at=1)
    client = app_in(folder).test_client()
    log_in(client)
    return client


def test_an_agency_is_told_where_it_stands_among_those_that_serve_alike(tmp_path: Path) -> None:
    alike = {"a": (95, 5), "b": (300, 100), "c": (30, 12), "d": (300, 100), "e": (100, 300)}
    client = peers(tmp_path, {**alike, "few": (20, 0)})
    shown = {
        slug: part(client, f"/perangkat/{slug}?periode=2019-07", "angka")
        for slug in (*alike, "few")
    }
    assert "▲ jelas di atas · dibanding 4 perangkat daerah lain yang melayani serupa" in shown["a"]
    assert "= setara · dibanding 4" in shown["c"]
    assert "▼ jelas di bawah · dibanding 4" in shown["e"]
    assert "serupa" not in shown["few"]


def test_two_of_a_kind_are_not_compared(tmp_path: Path) -> None:
    client = peers(tmp_path, {"a": (95, 5), "b": (300, 100), "few": (20, 0)})
    assert "melayani serupa" not in part(client, "/perangkat/a?periode=2019-07", "angka")


# ---------------------------------------------------------------- C and D


def test_the_overview_states_c_and_d_of_every_agency_and_of_all(client: FlaskClient) -> None:
    shown = words(client, "/")
    assert "Waktu tidak pasti 12 C, dihitung 3 D, tidak dihitung" in shown
    assert shown.count(" C 12 D 3 ") == 1


def test_an_agency_states_that_it_has_neither(client: FlaskClient) -> None:
    shown = words(client, "/perangkat/dpmptsp")
    assert "Semua suara diketahui tanggalnya (mutu waktu C: 0, D: 0)." in shown
    assert "mutu waktu C: 0" not in words(client, "/perangkat/rsud")


def test_a_week_of_the_trend_states_its_c(client: FlaskClient) -> None:
    shown = part(client, "/perangkat/rsud", "tren")
    assert re.search(r"5–11 Agustus 2019 \d\d,\d\d \d\d,\d\d–\d\d,\d\d \d+ 12 ", shown)
