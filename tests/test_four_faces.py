"""A kiosk of four faces beside one of three, at one agency: from the finger to the pages."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.ledger import users
from collector.ledger.store import open_ledger
from tests.brokers import Mosquitto
from tests.browser import DESKTOP, PHONE, Visit, chromium, serving
from tests.test_web_browser import CONTRAST, OVERFLOW, STRUCTURE
from tests.web import NAME, PASSWORD, ZONE, app_in
from tests.whole import Whole

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

APART_MS = 700  # beyond the settle window
# face → presses. The index of three is 2150 / 32 = 67.19, that of four 2400 / 36 = 66.67.
PRESSED = {
    "uji-01": {"frown": 8, "neutral": 12, "smile": 12},
    "uji-02": {"bad": 8, "poor": 8, "good": 8, "great": 12},
}
FOUR = '[panel]\nfaces = ["bad", "poor", "good", "great"]\n'


@pytest.fixture(scope="module")
def voted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """Both kiosks' votes are in the ledger."""
    folder = tmp_path_factory.mktemp("v")
    with Mosquitto(folder) as broker, Whole(folder, broker, len(PRESSED)) as whole:
        card = folder / "uji-02.toml"
        card.write_text(card.read_text().replace("[panel]\n", FOUR))
        for name, presses in PRESSED.items():
            whole.start_kiosk(name, "--timeline", timeline(folder, name, presses), "--drain", "60")
        for name in PRESSED:
            assert whole.kiosk_ended(name, 120) == 0, whole.log(name)
        yield whole


def timeline(folder: Path, name: str, presses: dict[str, int]) -> str:
    faces = [face for face, n in presses.items() for _ in range(n)]
    lines = [f"{(at + 1) * APART_MS},{face},150" for at, face in enumerate(faces)]
    file = folder / f"{name}.csv"
    file.write_text("ms,face,hold ms\n" + "\n".join(lines) + "\n")
    return str(file)


def test_every_press_was_confirmed_and_is_counted(voted: Whole) -> None:
    for name, presses in PRESSED.items():
        assert voted.shown(name, "counted") == sum(presses.values())
    assert voted.counted() == sum(sum(presses.values()) for presses in PRESSED.values())


def test_the_index_is_one_for_each_kind_of_box_and_never_of_both(voted: Whole) -> None:
    days = ("--from", str(today() - timedelta(days=1)), "--to", str(today()))
    asked = ("index", *days, "--agency", "disdukcapil", "--json")
    three, four = find(voted.collector(*asked))
    assert (three["mapping"], three["n"], three["index"]) == ("smiley-3/linear", 32, 67.19)
    assert (four["mapping"], four["n"], four["index"]) == ("smiley-4/skm", 36, 66.67)
    assert {face: four[face] for face in PRESSED["uji-02"]} == PRESSED["uji-02"]
    assert (three["foreign"], four["foreign"]) == (36, 32)


def today() -> Any:
    return datetime.now(ZONE).date()


def find(output: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(output)["agencies"]
    return found


def test_pages_show_both_beside_each_other(voted: Whole) -> None:
    data = voted.folder / "collector"
    with closing(open_ledger(data / "ledger.db")) as db:
        users.add(db, NAME, PASSWORD, at=1)
    tomorrow = datetime.now(ZONE) + timedelta(days=1)
    with chromium() as browser, serving(app_in(data, tomorrow)) as address:
        for size in (DESKTOP, PHONE):
            visit = Visit(browser, address, size)
            visit.log_in(NAME, PASSWORD)
            look_at_both(visit)


def look_at_both(visit: Visit) -> None:
    page = visit.open("/?periode=90h&cari=Kependudukan")
    rows = page.locator("tbody tr:not(.group)").all_inner_texts()
    assert ["66,67" in row and "kotak 4 wajah" in row for row in rows] == [True, False]
    assert "67,19" in rows[1]
    assert "kotak 3 wajah" in rows[1]
    visit.shoot("four-faces-overview")
    page.click("text=Dinas Kependudukan dan Pencatatan Sipil >> nth=0")
    page.wait_for_selector(".headline >> text=66,67")
    words = page.inner_text(".faces-list")
    assert all(word in words for word in ("sangat baik", "kurang baik", "tidak baik"))
    assert "puas" not in words
    visit.shoot("four-faces-agency")
    legible(visit)
    page.click("text=Kotak 3 wajah: 32 suara")
    page.wait_for_selector(".headline >> text=67,19")
    assert "cukup puas" in page.inner_text(".faces-list")
    legible(visit)


def legible(visit: Visit) -> None:
    page = visit.page
    for details in page.query_selector_all("details"):
        details.evaluate("node => node.open = true")
    page.wait_for_load_state("networkidle")
    assert (visit.console, visit.outside, visit.failed) == ([], [], [])
    assert page.evaluate(STRUCTURE) == []
    assert page.evaluate(CONTRAST)[1] == []
    assert page.evaluate(OVERFLOW) <= 0
