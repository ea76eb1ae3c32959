"""Pictures that say their figures when they are pointed at, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import DESKTOP, PHONE, chromium, serving
from tests.web import NAME, PASSWORD, app_in, log_in, make_ledger

AGENCY = "/perangkat/disdukcapil?periode=30h"
OFFER = "Tunjuk titik untuk membaca angkanya"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ledger(tmp_path_factory.mktemp("live"))


@pytest.fixture(scope="module")
def base(folder: Path) -> Iterator[str]:
    with serving(app_in(folder)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def opened(browser: Browser, base: str, screen: dict[str, int]) -> tuple[Page, list[str]]:
    page, said = browser.new_page(viewport=screen), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{base}/masuk")
    page.fill("[name=name]", NAME)
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    page.goto(base + AGENCY)
    return page, said


def pointed_at(page: Page) -> str:
    """What the first mark says that is found from left to right."""
    chart = page.locator(".live canvas").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    tip = page.locator("#vg-tooltip-element.visible")
    for across in range(40, int(box["width"]), 3):
        for down in range(10, 200, 6):
            page.mouse.move(box["x"] + across, box["y"] + down)
            if tip.count():
                return tip.inner_text()
    return ""


@pytest.mark.parametrize("screen", [DESKTOP, PHONE])
def test_a_mark_says_its_figures(browser: Browser, base: str, screen: dict[str, int]) -> None:
    page, said = opened(browser, base, screen)
    page.get_by_role("button", name=OFFER).first.click()
    page.wait_for_selector(".live canvas")
    told = pointed_at(page)
    week, _, figures = told.partition(": ")
    page.get_by_text("Angka dalam tabel").first.click()
    row = page.locator("table", has_text=week).first.locator("tr", has_text=week).inner_text()
    assert figures.split(" ")[0] in row
    assert figures.endswith(" suara")
    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    assert said == []
    page.close()


def test_without_what_draws_it_the_picture_stays(browser: Browser, base: str) -> None:
    page, _ = opened(browser, base, DESKTOP)
    page.route("**/grafik.js*", lambda route: route.abort())
    page.get_by_role("button", name=OFFER).first.click()
    page.get_by_text("Grafik tidak dapat disiapkan").wait_for()
    assert page.locator("img.course").first.is_visible()
    assert page.get_by_role("button", name=OFFER).first.is_enabled()
    page.close()


def test_the_script_is_kept_by_browsers_and_sent_small(folder: Path) -> None:
    client = app_in(folder).test_client()
    log_in(client)
    answer = client.get("/grafik.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.cache_control.max_age == 365 * 24 * 3600
    assert len(answer.data) < 350_000
