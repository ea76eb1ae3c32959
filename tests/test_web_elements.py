"""The nine elements on the page of an agency whose kiosks asked them."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from collector.ledger import users
from collector.ledger.store import open_ledger
from tests.browser import DESKTOP, PHONE, Visit, chromium, serving
from tests.test_rotation import AGENCY, ALL, run, vote
from tests.test_web_browser import CONTRAST, OVERFLOW, STRUCTURE
from tests.web import NAME, PASSWORD, TODAY, app_in, log_in

PAGE = f"/perangkat/{AGENCY}?periode=90h"
ASKED = TODAY - timedelta(days=20)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    assert run(tmp_path, "agency", "import").exit_code == 0
    return tmp_path


@pytest.fixture
def db(data: Path) -> Iterator[Database]:
    with closing(open_ledger(data / "ledger.db")) as db:
        users.add(db, NAME, PASSWORD, at=1)
        yield db


def page(data: Path, path: str = PAGE) -> str:
    with app_in(data).test_client() as client:
        assert log_in(client).status_code == 302
        return client.get(path).text


def test_each_element_and_all_nine_have_their_index(data: Path, db: Database) -> None:
    vote(db, ALL, ASKED)
    shown = page(data)
    assert "Indeks kiosk sembilan unsur (bukan SKM, bukan IKM)" in shown
    assert "75,59" in shown
    assert "Perilaku pelaksana" in shown
    assert "karena harinya" in shown


def test_while_an_element_lacks_votes_the_nine_have_no_index(data: Path, db: Database) -> None:
    vote(db, ALL | {"sarana": {"great": 20}}, ASKED)
    shown = page(data).partition('id="unsur"')[2]
    assert "masih kurang untuk 1 unsur" in shown
    assert "75,59" not in shown


def test_where_nobody_was_asked_nothing_is_said_of_elements(data: Path, db: Database) -> None:
    vote(db, {"pelayanan": {"great": 50}}, ASKED)
    assert "Sembilan unsur" not in page(data)


@pytest.mark.slow
def test_they_are_legible_on_a_desktop_and_on_a_phone(data: Path, db: Database) -> None:
    vote(db, ALL | {"sarana": {"great": 20}}, ASKED)
    with chromium() as browser, serving(app_in(data)) as address:
        for size in (DESKTOP, PHONE, {"width": 320, "height": 700}):
            visit = Visit(browser, address, size)
            visit.log_in(NAME, PASSWORD)
            opened = visit.open(PAGE)
            visit.shoot("nine-elements")
            assert (visit.console, visit.outside, visit.failed) == ([], [], [])
            assert opened.evaluate(STRUCTURE) == []
            assert opened.evaluate(CONTRAST)[1] == []
            assert opened.evaluate(OVERFLOW) <= 0
