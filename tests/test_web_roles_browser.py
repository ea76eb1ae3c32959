"""The pages of roles in a real browser, wide and as narrow as a page may be."""

import base64
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from collector.ledger import invites
from collector.ledger.deeds import By
from collector.ledger.roles import Standing
from collector.ledger.store import open_ledger
from collector.web import totp
from tests.axe import findings
from tests.browser import Visit, chromium, serving
from tests.test_web_browser import CONTRAST, OVERFLOW, SMALL_TARGETS, STRUCTURE
from tests.test_web_roles import make
from tests.web import NOW, PASSWORD, app_in

pytestmark = pytest.mark.slow

SIZES: Final = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 320, "height": 640}}
HOMES: Final = {"agency-head": "/perangkat/rsud", "technician": "/kiosk"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("roles"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    with serving(app_in(folder, second_step=True)) as address:
        yield address


@pytest.fixture(params=SIZES)
def visit(request: pytest.FixtureRequest, browser: Browser, address: str) -> Visit:
    return Visit(browser, address, SIZES[request.param])


def fine(visit: Visit, name: str) -> None:
    """The page as it is open: seen, readable, within its width, without a complaint."""
    visit.shoot(f"roles-{name}")
    page = visit.page
    assert page.evaluate(STRUCTURE) == []
    looked, faint = page.evaluate(CONTRAST)
    assert looked
    assert faint == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(OVERFLOW) <= 0
    assert findings(page) == []
    assert (visit.console, visit.outside, visit.failed) == ([], [], [])
    visit.forget()


def enter(visit: Visit, name: str) -> Page:
    page = visit.open("/masuk")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    submit(page)
    return page


def submit(page: Page) -> None:
    page.click("main button[type=submit]")
    page.wait_for_load_state()


def test_a_phone_is_set_up_and_asked(folder: Path, visit: Visit) -> None:
    with closing(open_ledger(folder / "ledger.db")) as db:
        db.conn.execute("UPDATE users SET totp = NULL, totp_step = 0")
        db.conn.commit()
    page = enter(visit, "auditor")
    page.wait_for_selector("h1:has-text('Pasang kode di ponsel')")
    page.click("summary")
    fine(visit, "code-new")
    secret = base64.b32decode((page.text_content(".steps code") or "").replace(" ", ""))
    page.fill("#code", totp.code_at(secret, NOW.timestamp()))
    submit(page)
    page.wait_for_selector("h1:has-text('Pagi ini')")
    fine(visit, "overview")
    page.click("text=Keluar")
    enter(visit, "auditor")
    page.wait_for_selector("h1:has-text('Kode dari ponsel')")
    fine(visit, "code")
    page.fill("#code", totp.code_at(secret, NOW.timestamp()))
    submit(page)
    assert page.is_visible("text=Kode ini sudah dipakai")
    page.fill("#code", totp.code_at(secret, NOW.timestamp() + 30))
    submit(page)
    page.wait_for_selector("h1:has-text('Pagi ini')")


@pytest.mark.parametrize("role", HOMES)
def test_each_role_begins_at_its_own_page(visit: Visit, role: str) -> None:
    page = enter(visit, role)
    assert page.url == visit.address + HOMES[role]
    fine(visit, role)
    page.click(f"header >> text={role}")
    page.wait_for_selector("h1:has-text('Akun saya')")
    fine(visit, f"{role}-own")
    page.click("text=English")
    page.wait_for_selector("h1:has-text('My account')")
    fine(visit, f"{role}-own-english")


def test_an_invitation_is_taken_and_over(folder: Path, visit: Visit) -> None:
    name = f"budi-{visit.size['width']}"
    by = By("cli:sari", int(NOW.timestamp() * 1000))
    with closing(open_ledger(folder / "ledger.db")) as db:
        word = invites.invite(db, by, name, Standing("agency-staff", "rsud"))
    page = visit.open(f"/undangan/{word}")
    fine(visit, "invitation")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    submit(page)
    assert page.url == visit.address + "/perangkat/rsud"
    visit.open(f"/undangan/{word}")
    visit.forget()
    fine(visit, "invitation-over")
