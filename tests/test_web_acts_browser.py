"""Acts of the district and of a head in a real browser: how many clicks each takes, counted."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from collector.index.periods import Days
from collector.ledger import alerts, misuse, runs, users
from collector.ledger.alerts import Alert
from collector.ledger.cases import Opening, open_cases
from collector.ledger.misuse import Look
from collector.ledger.roles import Standing
from collector.ledger.runs import Run
from collector.ledger.store import open_ledger, writing
from collector.release.signing import propose, publish_due
from tests.browser import DESKTOP, Visit, chromium, serving
from tests.releasing import SECOND, by
from tests.test_web_axe import looked_at
from tests.test_web_cases import SEEN
from tests.web import NAME, NOW, PASSWORD, TODAY, app_in, make_ledger, put_kiosk

pytestmark = pytest.mark.slow

PROPOSED: Final = date(2019, 8, 12)
WEEK: Final = Days(date(2019, 8, 12), date(2019, 8, 19))
AT_MS: Final = round(NOW.timestamp() * 1000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A triwulan that can be signed, a case, and a head."""
    make_ledger(tmp_path)
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        users.add(db, "auditor", PASSWORD, at=1, standing=Standing("auditor"))
        users.add(db, "kepala", PASSWORD, at=1, standing=Standing("agency-head", "rsud"))
        put_kiosk(db, "rsud-09", "rsud-1")
        publish_due(db, by(TODAY), TODAY)
        propose(db, by(PROPOSED), SECOND, PROPOSED, "")
        sign = {"first": "2019-04-01", "last": "2019-06-30"}
        with writing(db):
            alerts.open_alerts(db, [Alert("sign", "x", "2019-08-20", sign)], AT_MS)
            runs.record(db, Run("alerts", AT_MS, True, 5, "well"))
            run = misuse.add_look(db, Look(0, "1", "", "", 1, 1), [])
            open_cases(db, run, [Opening("sitting", "rsud-09", WEEK, SEEN["sitting"][0])])
    return tmp_path


class Clicks:
    """Counts them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.n = 0

    def follow(self, what: str) -> None:
        self.n += 1
        with self.page.expect_navigation():
            self.page.click(what)

    def press(self, what: str) -> None:
        self.n += 1
        self.page.click(what)


def enter(browser: Browser, address: str, name: str = NAME) -> Clicks:
    return Clicks(Visit(browser, address, DESKTOP).log_in(name, PASSWORD))


def test_three_clicks_from_the_morning_to_a_signature_and_one_to_its_report(
    browser: Browser, folder: Path
) -> None:
    with serving(app_in(folder)) as address:
        hand = enter(browser, address)
        hand.follow("text=Tanda tangani angka")
        hand.press("summary:has-text('Tanda tangani')")
        hand.follow("text=Tanda tangani dan terbitkan")
        assert hand.n == 3
        assert hand.page.is_visible("text=Ditandatangani: Triwulan II 2019 sudah terbit.")
        with hand.page.expect_download() as report:
            hand.press("tr:has-text('RSUD') >> text=PDF")
        assert report.value.suggested_filename == "laporan-2019-T2-opd-rsud.pdf"
        hand.page.context.close()


def test_five_clicks_from_the_morning_to_a_closed_case(browser: Browser, folder: Path) -> None:
    with serving(app_in(folder)) as address:
        hand = enter(browser, address)
        hand.follow("text=Integritas")
        hand.follow("text=Periksa kasusnya")
        hand.press("summary:has-text('Tutup')")
        hand.press("label:has-text('penyalahgunaan')")
        hand.page.fill("input[name=alasan]", "Petugas menekan sendiri")
        hand.follow("button:has-text('Tutup kasus')")
        assert hand.n == 5
        assert hand.page.is_visible("text=Kasus 1 ditutup.")
        hand.page.context.close()


def test_one_click_keeps_a_heads_remark(browser: Browser, folder: Path) -> None:
    with serving(app_in(folder, NOW - timedelta(days=8))) as address:
        hand = enter(browser, address, "kepala")
        hand.page.fill("textarea", "Loket pindah gedung.")
        hand.follow("text=Simpan tanggapan")
        assert hand.n == 1
        assert hand.page.is_visible("text=Tanggapan disimpan")
        assert hand.page.input_value("textarea") == "Loket pindah gedung."
        hand.page.context.close()


# ---------------------------------------------------------------- for everybody


def test_axe_finds_nothing_where_there_is_something_to_do(browser: Browser, folder: Path) -> None:
    with serving(app_in(folder)) as address:
        page = enter(browser, address).page
        for path in ("/terbitan", "/kasus", "/integritas"):
            page.goto(address + path)
            assert [(path, *each) for each in looked_at(page) if each[1]] == []
        page.context.close()
        page = enter(browser, address, "auditor").page
        page.goto(f"{address}/rincian?kiosk=rsud-09&hari=2019-08-13")
        page.fill("#alasan", "Kasus 1: lihat jarak antarsuara")
        with page.expect_navigation():
            page.click("text=Catat alasan dan buka")
        assert page.is_visible("text=Alasan yang dicatat")
        assert [each for each in looked_at(page) if each[1]] == []
        page.context.close()
    with serving(app_in(folder, NOW - timedelta(days=8))) as address:
        page = enter(browser, address, "kepala").page
        assert page.is_visible("text=menunggu tanda tangan")
        assert [each for each in looked_at(page) if each[1]] == []
        page.context.close()
