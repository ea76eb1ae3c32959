"""The pages in a real browser: nothing from outside, all reached by keys, legible, on a phone."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from collector.index.plans import Plan
from collector.ledger import plans
from collector.ledger.deeds import By
from collector.ledger.store import open_ledger, writing
from collector.release.signing import publish_due
from tests import laporfiles
from tests.browser import DESKTOP, PHONE, Visit, chromium, serving
from tests.web import NAME, PASSWORD, TODAY, app_in, make_ledger, report

pytestmark = pytest.mark.slow

PAGES = {
    "overview": "/",
    "overview-sorted": "/?urut=indeks&arah=turun&jenis=Loket+umum",
    "agency": "/perangkat/rsud",
    "agency-months": "/perangkat/dpmptsp?periode=90h&langkah=bulan",
    "agency-few": "/perangkat/disnakertrans",
    "compare": "/banding?jenis=Kecamatan&a=kec-gambut&b=kec-martapura",
    "complaints": "/lapor",
    "fleet": "/kiosk",
    "integrity": "/integritas",
    "morning": "/pagi",
    "alerts": "/peringatan",
    "thresholds": "/peringatan/ambang?poin=5",
    "public": "/publik",
    "reports": "/laporan",
    "releasing": "/terbitan",
    "cases": "/kasus",
    "not-found": "/nope",
    "bad-period": "/?periode=2019-08",
}
SIZES = {"desktop": DESKTOP, "phone": PHONE}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_ledger(tmp_path_factory.mktemp("browser"))
    rows = [[f"K{i}", "2019-08-05", "rsud", "Proses", "", ""] for i in range(12)]
    laporfiles.write(folder, rows)
    assert laporfiles.run(folder, as_of="2019-08-26").exit_code == 0
    with closing(open_ledger(folder / "ledger.db")) as db, writing(db):
        due = date(2019, 8, 9)
        told = ("waktu", "Antrean panjang", "Buka loket ketiga pada hari Senin", "Kepala Bidang")
        plans.add_version(db, 1, Plan("rsud", *told, due, due, due), due, 1)
    with closing(open_ledger(folder / "ledger.db")) as db:
        publish_due(db, By("cli:a-test", 1), TODAY)
    return folder


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(app_in(folder)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def visits(browser: Browser, address: str) -> dict[str, Visit]:
    """One window for each size, logged in."""
    found = {name: Visit(browser, address, size) for name, size in SIZES.items()}
    for visit in found.values():
        visit.log_in(NAME, PASSWORD)
    return found


@pytest.fixture(params=SIZES)
def visit(request: pytest.FixtureRequest, visits: dict[str, Visit]) -> Visit:
    visit: Visit = visits[request.param]
    visit.forget()
    return visit


STRUCTURE = """() => {
  const wrong = [];
  const say = (what, node) => wrong.push(what + ': ' + (node ? node.outerHTML.slice(0, 120) : ''));
  const seen = new Set();
  for (const node of document.querySelectorAll('[id]')) {
    if (seen.has(node.id)) say('id twice', node);
    seen.add(node.id);
  }
  let level = 0;
  const headings = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')];
  for (const heading of headings) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) say('heading level skipped', heading);
    level = next;
  }
  if (document.querySelectorAll('h1').length !== 1) say('not one h1');
  for (const field of document.querySelectorAll('input:not([type=hidden]),select,textarea'))
    if (!field.labels.length && !field.getAttribute('aria-label')) say('no label', field);
  for (const node of document.querySelectorAll('a,button'))
    if (!node.innerText.trim() && !node.textContent.trim() && !node.getAttribute('aria-label'))
      say('no name', node);
  for (const image of document.querySelectorAll('img'))
    if (!image.hasAttribute('alt')) say('no alt', image);
  for (const svg of document.querySelectorAll('body svg'))
    if (!svg.closest('[aria-hidden=true]') && !svg.getAttribute('aria-label')) say('svg', svg);
  for (const table of document.querySelectorAll('table')) {
    if (!table.caption) say('no caption', table);
    for (const cell of table.querySelectorAll('th'))
      if (!cell.scope) say('no scope', cell);
  }
  for (const tag of ['header', 'main', 'footer'])
    if (document.querySelectorAll(tag).length !== 1) say('not one ' + tag);
  for (const node of document.querySelectorAll('[aria-labelledby],[aria-describedby],label[for]'))
    for (const name of ['aria-labelledby', 'aria-describedby', 'for'])
      for (const id of (node.getAttribute(name) || '').split(' ').filter(Boolean))
        if (!document.getElementById(id)) say('leads nowhere', node);
  if (!document.documentElement.lang || !document.title.trim()) say('no lang or title');
  return wrong;
}"""

CONTRAST = """() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const channel = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = node => {
    for (let at = node; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length && color[3] !== 0) return color;
    }
    return [255, 255, 255];
  };
  const wrong = [];
  let looked = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest('svg,script'))
      continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(parse(style.color)), light(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    looked += 1;
    if (ratio < (large ? 3 : 4.5))
      wrong.push(ratio.toFixed(2) + ' ' + walker.currentNode.data.trim().slice(0, 40));
  }
  return [looked, wrong];
}"""

SMALL_TARGETS = """() => [
    ...document.querySelectorAll('button,select,input,header a,thead a,summary')]
  .filter(node => node.checkVisibility() && node.type !== 'hidden')
  .filter(node => { const box = node.getBoundingClientRect();
                    return box.height < 24 || box.width < 24; })
  .map(node => node.outerHTML.slice(0, 120))"""

OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

FOCUS = """() => {
  const node = document.activeElement;
  const style = getComputedStyle(node);
  const box = node.getBoundingClientRect();
  return {
    name: (node.labels?.[0]?.innerText || node.innerText || node.id || node.tagName).trim(),
    marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
      || style.boxShadow !== 'none',
    seen: box.width > 0 && box.left >= 0 && box.bottom > 0,
  };
}"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_legible_and_all_its_own(visit: Visit, name: str) -> None:
    page = visit.open(PAGES[name])
    for details in page.query_selector_all("details"):
        details.evaluate("node => node.open = true")
    visit.shoot(name)
    assert visit.outside == []
    expected = [] if name not in ("not-found", "bad-period") else [visit.address + PAGES[name]]
    assert [url for _status, url in visit.failed] == expected
    assert visit.console == [] or expected
    assert page.evaluate(STRUCTURE) == []
    looked, faint = page.evaluate(CONTRAST)
    assert looked > 8
    assert faint == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(OVERFLOW) <= 0
    assert_legible_in_the_dark(visit, name)


BACKGROUND = "() => getComputedStyle(document.body).backgroundColor"


def assert_legible_in_the_dark(visit: Visit, name: str) -> None:
    """Where the reader's device asks for it; on paper a page is white."""
    page = visit.page
    try:
        page.emulate_media(color_scheme="dark")
        visit.shoot(f"{name}-dark")
        looked, faint = page.evaluate(CONTRAST)
        assert looked > 8
        assert faint == []
        assert page.evaluate(BACKGROUND) == "rgb(16, 22, 28)"
        page.emulate_media(color_scheme="dark", media="print")
        assert page.evaluate(BACKGROUND) == "rgb(255, 255, 255)"
    finally:
        page.emulate_media(color_scheme="light", media="screen")


@pytest.mark.parametrize(
    "name",
    ["overview", "agency", "complaints", "fleet", "integrity", "reports", "releasing", "cases"],
)
def test_nothing_is_cut_off_at_320_pixels(visits: dict[str, Visit], name: str) -> None:
    """As on a desktop at 400 % zoom (WCAG 1.4.10)."""
    page = visits["phone"].open(PAGES[name])
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate(OVERFLOW) <= 0
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]


def test_the_login_page_too(browser: Browser, address: str) -> None:
    for size in SIZES.values():
        visit = Visit(browser, address, size)
        page = visit.open("/masuk")
        visit.shoot("login")
        assert (visit.console, visit.outside, visit.failed) == ([], [], [])
        assert page.evaluate(STRUCTURE) == []
        assert page.evaluate(CONTRAST)[1] == []


def follow(page: Page, link: str) -> None:
    """Click, and be there: a click on a page that is about to go leads nowhere."""
    with page.expect_navigation():
        page.click(link)


def test_one_walks_through_every_page_by_clicking(visit: Visit) -> None:
    page = visit.open("/")
    follow(page, "text=RSUD Ratu Zalecha")
    page.wait_for_selector("h1:has-text('RSUD Ratu Zalecha')")
    page.select_option("#periode", "90h")
    page.select_option("#langkah", "bulan")
    follow(page, "text=Tampilkan")
    page.wait_for_selector("h2:has-text('Tren per bulan')")
    page.wait_for_load_state()
    assert page.evaluate("document.querySelector('img.course').naturalWidth") > 0
    page.click("summary")
    assert page.is_visible("text=1–31 Juli 2019")
    follow(page, "text=English")
    page.wait_for_selector("h2:has-text('Trend by month')")
    assert "periode=90h" in page.url
    follow(page, "text=Bahasa Indonesia")
    page.wait_for_selector("h2:has-text('Tren per bulan')")
    follow(page, "nav >> text=Rumah sakit")
    page.wait_for_selector("h1:has-text('Kepuasan per perangkat daerah')")
    assert page.locator("tbody tr:not(.group)").count() == 1
    follow(page, "header >> text=Kiosk")
    page.wait_for_selector("h1:has-text('Kiosk')")
    follow(page, "header >> text=Integritas")
    page.wait_for_selector("h2:has-text('hal perlu tindakan')")
    follow(page, "header >> text=Ikhtisar")
    page.wait_for_selector("text=Kecamatan Gambut")
    assert (visit.console, visit.outside, visit.failed) == ([], [], [])


def test_a_column_sorts_by_a_click(visit: Visit) -> None:
    page = visit.open("/?jenis=Loket+umum")
    page.click("thead >> text=Jumlah suara")
    page.wait_for_selector("th[aria-sort=descending]")
    names = page.locator("tbody th[scope=row]").all_inner_texts()
    assert names[0].startswith("Dinas Kependudukan")


def test_the_main_controls_are_reached_by_keys_and_seen(visits: dict[str, Visit]) -> None:
    page = visits["desktop"].open("/")
    stops = [_tab(page) for _ in range(25)]
    assert stops[0]["name"] == "Langsung ke isi halaman"
    names = [stop["name"] for stop in stops]
    for name in (
        "Ikhtisar",
        "Kiosk",
        "Integritas",
        "Keluar",
        "Periode",
        "Nama",
        "Tampilkan",
        "Indeks",
    ):
        assert name in names, (name, names)
    assert "Kecamatan Gambut" in names
    assert [stop for stop in stops if not (stop["marked"] and stop["seen"])] == []


def test_the_skip_link_leads_past_the_bar(visits: dict[str, Visit]) -> None:
    page = visits["desktop"].open("/")
    _tab(page)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "isi"
    assert _tab(page)["name"] == "Periode"


def _tab(page: Page) -> dict[str, Any]:
    page.keyboard.press("Tab")
    found: dict[str, Any] = page.evaluate(FOCUS)
    return found


def test_without_scripts_everything_is_there(browser: Browser, address: str) -> None:
    visit = Visit(browser, address, DESKTOP, java_script_enabled=False)
    visit.log_in(NAME, PASSWORD)
    page = visit.open("/")
    page.select_option("#periode", "2019-07")
    page.click("text=Tampilkan")
    assert "1–31 Juli 2019" in page.inner_text("main")
    visit.open("/kiosk")
    assert page.locator("tbody tr").count() == 6
    assert page.locator("button:has-text('Hentikan')").count() == 0


WITHOUT_EVENTS = "delete window.EventSource"


def test_without_events_the_fleet_page_refreshes_itself_and_stops_when_told(
    browser: Browser, tmp_path: Path
) -> None:
    make_ledger(tmp_path)
    with serving(app_in(tmp_path)) as address:
        visit = Visit(browser, address, DESKTOP)
        visit.page.add_init_script(WITHOUT_EVENTS)
        visit.page.clock.install()
        page = visit.log_in(NAME, PASSWORD)
        visit.open("/kiosk")
        line = page.locator("tr:has-text('disnakertrans-01')")
        assert "terlambat melapor" in line.inner_text()
        db = open_ledger(tmp_path / "ledger.db")
        report(db, "disnakertrans-01", age=5)
        with page.expect_response("**/kiosk/isi"):
            page.clock.run_for(10_000)
        page.wait_for_selector("tr:has-text('disnakertrans-01') >> text=kurang dari semenit")
        page.click("text=Hentikan pembaruan")
        visit.requests.clear()
        page.clock.run_for(60_000)
        assert visit.requests == []
        db.close()


def test_when_the_server_is_gone_the_fleet_page_says_so(browser: Browser, tmp_path: Path) -> None:
    make_ledger(tmp_path)
    with serving(app_in(tmp_path)) as address:
        visit = Visit(browser, address, DESKTOP)
        visit.page.add_init_script(WITHOUT_EVENTS)
        visit.page.clock.install()
        page = visit.log_in(NAME, PASSWORD)
        visit.open("/kiosk")
        assert not page.is_visible("text=Server tidak menjawab")
    page.clock.run_for(10_000)
    page.wait_for_selector("text=Server tidak menjawab")


def test_when_the_session_has_ended_the_fleet_page_leads_to_the_login(
    browser: Browser, address: str
) -> None:
    visit = Visit(browser, address, DESKTOP)
    visit.page.add_init_script(WITHOUT_EVENTS)
    visit.page.clock.install()
    page = visit.log_in(NAME, PASSWORD)
    visit.open("/kiosk")
    page.context.clear_cookies()
    page.clock.run_for(10_000)
    page.wait_for_url("**/masuk?kembali=/kiosk")
