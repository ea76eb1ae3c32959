"""axe-core looks at every page that a role may open, in each language, light and dark, wide and
narrow: it finds nothing against WCAG 2.2 AA."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.axe import findings
from tests.browser import Visit, chromium, serving
from tests.test_web_browser import PAGES
from tests.test_web_roles import address_of, known, make, of_role
from tests.test_web_roles_browser import SIZES, enter
from tests.web import app_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

LANGUAGES: Final = ("id", "en")
COLOURS: Final = ("light", "dark")
PARTS: Final = {"fleet.fleet_part"}  # is put into a page, which is looked at with it
FIRST: Final = {
    "public": "/publik",
    "district-admin": "/",
    "auditor": "/",
    "agency-head": "/perangkat/rsud",
    "agency-staff": "/perangkat/rsud",
    "technician": "/kiosk",
}


class Here(NamedTuple):
    app: Flask
    address: str


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    folder: Path = make(tmp_path_factory.mktemp("axe"))
    app = app_in(folder)
    with serving(app) as address:
        yield Here(app, address)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def pages_of(app: Flask, role: str) -> list[str]:
    """Every address that answers the role with a whole page; and one that is not there."""
    client, found = of_role(app, role), ["/nope"]
    for endpoint, method, rule in known(app):
        if method == "GET" and endpoint not in PARTS:
            address = address_of(app, rule)
            with client.get(address) as answer:
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    found.append(address)
    return found + [page for page in PAGES.values() if "?" in page and role == "district-admin"]


def looked_at(page: Page) -> Iterator[tuple[str, list[str]]]:
    for details in page.query_selector_all("details"):
        details.evaluate("node => node.open = true")
    for size, box in SIZES.items():
        page.set_viewport_size(box)  # type: ignore[arg-type]
        for colour in COLOURS:
            page.emulate_media(color_scheme=colour)  # type: ignore[arg-type]
            yield f"{size} {colour}", findings(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", FIRST)
def test_axe_finds_nothing(here: Here, browser: Browser, role: str, language: str) -> None:
    visit = Visit(browser, here.address, SIZES["wide"])
    page = visit.page
    if role != "public":
        enter(visit, role)
    visit.open(f"/bahasa/{language}")
    found: dict[str, list[str]] = {}
    addresses = pages_of(here.app, role)
    assert FIRST[role] in addresses
    for address in addresses:
        visit.open(address)
        assert page.get_attribute("html", "lang") == language
        found |= {f"{address} {how}": wrong for how, wrong in looked_at(page) if wrong}
    page.context.close()
    assert found == {}


def test_axe_would_find_something(here: Here, browser: Browser) -> None:
    visit = Visit(browser, here.address, SIZES["wide"])
    page = visit.open("/masuk")
    page.evaluate("document.querySelector('label').remove()")
    page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    assert {each.split()[0] for each in findings(page)} == {"label", "color-contrast"}
    page.context.close()
