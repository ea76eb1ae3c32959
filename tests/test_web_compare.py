"""The page that compares those that serve alike: who stands out, and how two of them differ."""

import re
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from collector.ledger import users
from collector.ledger.store import open_ledger
from collector.web.funnel import Mark, Picture, draw
from tests.web import NAME, PASSWORD, PLACES, Place, app_in, fill, log_in

JULY = "/banding?periode=2019-07"
ALIKE = ((1.5, 0.58), (2, 0.78), (0.8, 0.75), (1, 0.8), (2.5, 0.93), (0.06, 0.8))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Six subdistricts: one far below the others, one far above, one with hardly a vote."""
    folder = tmp_path_factory.mktemp("compare")
    places = [
        Place(f"kec-{n}", f"Kecamatan {n}", "Kecamatan", rate, smile)
        for n, (rate, smile) in enumerate(ALIKE)
    ]
    with closing(open_ledger(folder / "ledger.db")) as db:
        fill(db, [*PLACES[:4], *places])
        users.add(db, NAME, PASSWORD, at=1)
    client = app_in(folder).test_client()
    log_in(client)
    return client


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def row(page: str, slug: str) -> str:
    (found,) = [r for r in re.findall(r"<tr>.*?</tr>", page, re.S) if f"/perangkat/{slug}?" in r]
    return text_of(found)


def test_who_stands_out_is_told_and_nobody_is_ranked(client: FlaskClient) -> None:
    page = client.get(JULY).text
    assert "jelas di bawah" in row(page, "kec-0")
    assert "jelas di atas" in row(page, "kec-4")
    assert "setara" in row(page, "kec-1")
    names = re.findall(r"/perangkat/(kec-\d)\?", page)
    assert names == [f"kec-{n}" for n in range(6)]


def test_places_are_spans(client: FlaskClient) -> None:
    best, worst = map(int, re.findall(r"setara (\d)–(\d)", row(client.get(JULY).text, "kec-1"))[0])
    assert 1 <= best < worst <= 5


def test_with_too_few_votes_there_is_no_word(client: FlaskClient) -> None:
    assert "data belum cukup" in row(client.get(JULY).text, "kec-5")
    assert not re.search("setara|jelas", row(client.get(JULY).text, "kec-5"))


def test_types_of_service_are_never_mixed(client: FlaskClient) -> None:
    page = client.get(f"{JULY}&jenis=Loket+umum").text
    assert "/perangkat/kec-0?" not in page
    assert "/perangkat/disdukcapil?" in page
    assert "Kurang dari tiga" in page  # two have an index
    assert client.get("/banding/corong.svg?periode=2019-07&jenis=Loket+umum").status_code == 404


def test_an_unknown_type_of_service_is_that_of_most(client: FlaskClient) -> None:
    asked = client.get(f"{JULY}&jenis=Sirkus").text
    assert re.findall(r"/perangkat/([^?]*)\?", asked) == [f"kec-{n}" for n in range(6)]


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ("kec-0", "kec-4", "bukan kebetulan semata"),
        ("kec-1", "kec-3", "Tidak terbukti berbeda"),
        ("kec-0", "kec-0", "tidak dapat dibandingkan"),
        ("kec-0", "kec-5", "tidak dapat dibandingkan"),
        ("kec-0", "disdukcapil", "tidak dapat dibandingkan"),
    ],
)
def test_two_are_compared_by_the_interval_of_their_difference(
    client: FlaskClient, a: str, b: str, says: str
) -> None:
    assert says in text_of(client.get(f"{JULY}&a={a}&b={b}").text)


def test_the_picture_shows_all_and_names_those_that_stand_out(client: FlaskClient) -> None:
    drawn = client.get("/banding/corong.svg?periode=2019-07&jenis=Kecamatan").text
    assert drawn.startswith("<svg")
    assert all(f">{name}<" in drawn for name in ("kec-0", "kec-4"))
    assert ">kec-1<" not in drawn


def test_a_name_is_text_in_the_picture() -> None:
    wicked = Mark("<script>", 400, 40.0, 70.0, 80.0, "jelas di bawah")
    drawn = draw(Picture((wicked, wicked._replace(short="b", n=90)), narrow=True, language="id"))
    assert "&lt;script" in drawn
    assert "<script" not in drawn


def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        users.add(db, NAME, PASSWORD, at=1)
    client = app_in(tmp_path).test_client()
    log_in(client)
    assert "Tidak ada suara dalam periode ini" in client.get("/banding").text
