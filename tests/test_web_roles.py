"""Who may open what: each address of the pages by each role, as tests/route_roles.csv has it.

`python -m tests.test_web_roles` writes that file anew: read what changed in it before you commit.
404 for the district is of the funnel: in this ledger too few agencies serve alike.
"""

import csv
import re
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from collector.ledger import users
from collector.ledger.releases import add_release
from collector.ledger.roles import Standing
from collector.ledger.store import open_ledger, writing
from collector.web.permissions import OPEN, ROLES
from tests.releasing import JULY, give_out, given, ledger
from tests.web import PASSWORD, app_in, log_in, put_kiosk, report, token_in

GOLDEN: Final = Path(__file__).parent / "route_roles.csv"
READERS: Final = {
    "public": None,
    "district-admin": Standing("district-admin"),
    "auditor": Standing("auditor"),
    "agency-head": Standing("agency-head", "rsud"),
    "agency-staff": Standing("agency-staff", "rsud"),
    "head-elsewhere": Standing("agency-head", "dpmptsp"),
    "technician": Standing("technician"),
}
# Addresses are those of the RSUD; the file of a report is one that the public does not get.
VALUES: Final = {
    "slug": "rsud",
    "name": "index",
    "filename": "app.css",
    "untuk": "district",
    "wanted": "xlsx",
    "code": "2019-07",
    "number": "1",
}
LANGUAGE: Final = {"code": "en"}
STYLE: Final = {"filename": "css/bootstrap.min.css"}

Row = tuple[str, ...]


def make(folder: Path) -> Path:
    give_out(folder)
    with closing(open_ledger(folder / "ledger.db")) as db:
        for name, standing in READERS.items():
            if standing is not None:
                users.add(db, name, PASSWORD, at=1, standing=standing)
        put_kiosk(db, "rsud-01", "rsud-1")
        report(db, "rsud-01", 20, queue=143)
    return folder


def known(app: Flask) -> list[tuple[str, str, Rule]]:
    """Endpoint, method and rule of all that can be asked; what ends every session comes last."""
    found = [
        (rule.endpoint, method, rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return sorted(found, key=lambda each: (each[1], each[0]))


def address_of(app: Flask, rule: Rule) -> str:
    values = {name: VALUES[name] for name in rule.arguments}
    if rule.endpoint == "languages.choose":
        values = LANGUAGE
    if rule.endpoint == "bootstrap.static":
        values = STYLE
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values, force_external=False)


def of_role(app: Flask, role: str) -> FlaskClient:
    client = app.test_client()
    if role != "public":
        assert log_in(client, role).status_code == 302, role
    return client


def status(app: Flask, client: FlaskClient, method: str, address: str) -> str:
    if method == "GET":
        with client.get(address) as answer:  # a file stays open else
            return str(answer.status_code)
    page = client.get("/akun")
    form = page if page.status_code == 200 else client.get("/masuk")
    return str(client.post(address, data={"csrf_token": token_in(form.text)}).status_code)


def walk(app: Flask) -> dict[tuple[str, str], Row]:
    """What each role is answered. A POST may end the session, and has one of its own."""
    shared = {role: of_role(app, role) for role in READERS}
    return {
        (endpoint, method): tuple(
            status(
                app,
                shared[role] if method == "GET" else of_role(app, role),
                method,
                address_of(app, rule),
            )
            for role in READERS
        )
        for endpoint, method, rule in known(app)
    }


def golden() -> dict[tuple[str, str], Row]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["endpoint", "method", *READERS]
    return {(row[0], row[1]): tuple(row[2:]) for row in rows}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("roles"))


@pytest.fixture(scope="module")
def app(folder: Path) -> Flask:
    return app_in(folder)


@pytest.fixture(scope="module")
def walked(app: Flask) -> dict[tuple[str, str], Row]:
    return walk(app)


# ---------------------------------------------------------------- the matrix


def test_every_address_answers_every_role_as_the_file_has_it(
    walked: dict[tuple[str, str], Row],
) -> None:
    assert walked == golden()


def test_every_page_has_its_line_and_every_line_a_page(app: Flask) -> None:
    here = {rule.endpoint for rule in app.url_map.iter_rules()}
    pages = {endpoint for endpoint in here if not endpoint.startswith(("api.", "metrics."))}
    assert pages == OPEN | ROLES.keys()
    assert not OPEN & ROLES.keys()


def test_a_page_without_a_line_is_opened_by_nobody(folder: Path) -> None:
    app = app_in(folder)
    app.add_url_rule("/rahasia", "secret.secret", lambda: "secret")
    assert of_role(app, "public").get("/rahasia").location.startswith("/masuk")
    for role in READERS.keys() - {"public"}:
        assert of_role(app, role).get("/rahasia").status_code == 403, role


def test_the_menu_holds_what_its_reader_may_open(app: Flask) -> None:
    for role in READERS.keys() - {"public"}:
        client = of_role(app, role)
        bar = client.get("/akun").text.partition('class="bar-nav"')[2].partition("</nav>")[0]
        links = re.findall(r'href="([^"]+)"', bar)
        assert links, role
        for link in links:
            assert client.get(link).status_code == 200, (role, link)


@pytest.mark.parametrize(
    ("role", "home"),
    [
        ("agency-head", "/perangkat/rsud"),
        ("agency-staff", "/perangkat/rsud"),
        ("technician", "/kiosk"),
    ],
)
def test_whoever_may_not_see_the_overview_begins_where_they_may(
    app: Flask, role: str, home: str
) -> None:
    assert of_role(app, role).get("/").location == home


# ---------------------------------------------------------------- an agency


def words(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.mark.parametrize("role", ["agency-head", "agency-staff"])
def test_an_agency_reads_what_was_given_out_of_it(app: Flask, folder: Path, role: str) -> None:
    page = words(of_role(app, role), "/perangkat/rsud")
    figure = given(folder, "agency", JULY)["rsud"]
    assert figure.detail == "exact"
    assert f"{figure.index:.1f}".replace(".", ",") in page
    assert "Juli 2019" in page
    assert "Buka loket ketiga pada hari Senin" in page
    for place in ("Kecamatan", "Dinas Penanaman"):
        assert place not in page


def test_units_are_for_the_head_alone(app: Flask, folder: Path) -> None:
    whole = given(folder, "agency", JULY)["rsud"]
    with ledger(folder) as db, writing(db):
        for place, agency in (("rsud-kantor", "rsud"), ("dpmptsp-kantor", "dpmptsp")):
            add_release(db, replace(whole, scope="unit", place=place, agency=agency))
    head, staff = (
        words(of_role(app, role), "/perangkat/rsud") for role in ("agency-head", "agency-staff")
    )
    assert head.count("Kantor pelayanan") == 1
    assert "Per unit layanan" in head
    assert "Kantor pelayanan" not in staff


def test_votes_that_were_not_given_out_move_nothing(app: Flask, folder: Path) -> None:
    client = of_role(app, "agency-head")
    before = words(client, "/perangkat/rsud")
    with ledger(folder) as db, writing(db):
        db.conn.execute("UPDATE counts_day SET n = n + 50 WHERE first_day >= '2019-07-10'")
    assert words(client, "/perangkat/rsud") == before


def test_an_agency_asks_for_no_period_that_was_not_given_out(app: Flask) -> None:
    client = of_role(app, "agency-head")
    for asked in ("30h", "2019-08", "2019-w30"):
        assert client.get(f"/perangkat/rsud?periode={asked}").status_code == 400, asked


def test_another_agency_is_not_told_even_to_exist(app: Flask) -> None:
    client = of_role(app, "agency-head")
    there = client.get("/perangkat/dpmptsp")
    nowhere = client.get("/perangkat/tidak-ada")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert "Penanaman" not in there.text


# ---------------------------------------------------------------- a technician


def test_a_technician_sees_neither_queues_nor_figures(app: Flask) -> None:
    district, technician = (of_role(app, role) for role in ("district-admin", "technician"))
    assert "100–999" in words(district, "/kiosk")
    page = words(technician, "/kiosk")
    assert "rsud-01" in page
    for word in ("100–999", "Antrean", "Indeks"):
        assert word not in page


def table(rows: dict[tuple[str, str], Row]) -> Iterator[Row]:
    yield ("endpoint", "method", *READERS)
    yield from ((*key, *row) for key, row in rows.items())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        rows = walk(app_in(make(Path(made))))
    with GOLDEN.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(table(rows))
