"""The fleet page is told anew by server-sent events; however many are open, others are served."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Final

import pytest
from flask import Flask, Response
from playwright.sync_api import Browser
from pytest_mock import MockerFixture

from collector.ledger.store import open_ledger, writing
from collector.web import fleet
from collector.web.server import THREADS
from tests.browser import DESKTOP, Visit, chromium, serving
from tests.web import NAME, PASSWORD, app_in, log_in, make_ledger, report

OPEN: Final = 5 * THREADS  # pages at once
WAIT: Final = 2  # seconds, for an answer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_ledger(tmp_path_factory.mktemp("events"))


@pytest.fixture(scope="module")
def app(folder: Path) -> Flask:
    return app_in(folder)


@pytest.fixture(scope="module")
def cookie(app: Flask) -> str:
    client = app.test_client()
    log_in(client)
    kept = client.get_cookie("senyum")
    assert kept
    return f"senyum={kept.value}"


def ask(address: str, path: str, cookie: str = "") -> tuple[HTTPConnection, HTTPResponse]:
    line = HTTPConnection("127.0.0.1", int(address.rpartition(":")[2]), timeout=WAIT)
    try:
        line.request("GET", path, headers={"Cookie": cookie})
        return line, line.getresponse()
    except TimeoutError:
        line.close()
        raise


def test_an_answer_is_one_event_and_the_time_to_ask_again(app: Flask) -> None:
    client = app.test_client()
    log_in(client)
    answer = client.get("/kiosk/kabar")
    assert answer.mimetype == "text/event-stream"
    first, *data, end, last = answer.text.split("\n")
    assert (first, end, last) == ("retry: 10000", "", "")
    assert all(line.startswith("data: ") for line in data)
    part = "\n".join(line.removeprefix("data: ") for line in data)
    assert part == "\n".join(client.get("/kiosk/isi").text.splitlines())


def test_what_was_asked_before_a_language_was_chosen_does_not_take_it_back(app: Flask) -> None:
    client = app.test_client()
    log_in(client)
    before = client.get("/kiosk/isi").headers["Set-Cookie"]
    client.get("/bahasa/en")
    client.set_cookie("senyum", before.partition(";")[0].partition("=")[2])
    assert '<html lang="en"' in client.get("/kiosk").text


@pytest.mark.slow
def test_beside_more_open_pages_than_threads_others_are_served(app: Flask, cookie: str) -> None:
    with serving(app) as address, ThreadPoolExecutor(OPEN) as pool:
        asked = [pool.submit(ask, address, "/kiosk/kabar", cookie) for _ in range(OPEN)]
        lines = [each.result() for each in asked]
        assert {answer.status for _, answer in lines} == {200}  # and not one has hung up
        begun = time.monotonic()
        for _ in range(10):
            line, answer = ask(address, "/health")
            assert answer.status == 200
            line.close()
        took = time.monotonic() - begun
        for line, _ in lines:
            line.close()
    assert took < WAIT


@pytest.mark.slow
def test_streams_that_stay_would_take_every_thread(folder: Path, mocker: MockerFixture) -> None:
    """Why they do not: Waitress gives a thread to each answer until it ends."""
    app, ended = app_in(folder), []

    def stay() -> Iterator[str]:
        yield "data: x\n\n"
        while not ended:
            time.sleep(0.05)
            yield ":\n\n"

    view = {"health.health": lambda: Response(stay(), content_type="text/event-stream")}
    mocker.patch.dict(app.view_functions, view)
    with serving(app) as address:
        lines = [ask(address, "/health") for _ in range(THREADS)]
        with pytest.raises(TimeoutError):
            ask(address, "/publik")
        ended.append(True)
        for line, answer in lines:
            answer.close()
            line.close()


# ---------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.slow
def test_the_page_hears_what_changes_and_keeps_what_is_open(
    browser: Browser, tmp_path: Path, mocker: MockerFixture
) -> None:
    mocker.patch.object(fleet, "AGAIN_MS", 300)
    make_ledger(tmp_path)
    with (
        closing(open_ledger(tmp_path / "ledger.db")) as db,
        serving(app_in(tmp_path)) as address,
    ):
        with writing(db):
            moved = "UPDATE placements SET from_at = 1560000000 WHERE kiosk = 'disnakertrans-01'"
            db.conn.execute(moved)
            row = ("disnakertrans-01", 1, 1560000000, "rsud-1")
            db.conn.execute("INSERT INTO placements VALUES (?, ?, ?, ?)", row)
        visit = Visit(browser, address, DESKTOP)
        page = visit.log_in(NAME, PASSWORD)
        visit.open("/kiosk")
        line = page.locator("tr:has-text('disnakertrans-01')")
        assert "terlambat melapor" in line.inner_text()
        line.locator("summary").click()
        report(db, "disnakertrans-01", age=5)
        page.wait_for_selector("tr:has-text('disnakertrans-01') >> text=kurang dari semenit")
        assert "8 Juni 2019: RSUD Ratu Zalecha" in line.inner_text()
        visit.shoot("fleet-events")
        page.click("text=Hentikan pembaruan")
        page.wait_for_timeout(400)
        visit.requests.clear()
        page.wait_for_timeout(800)
        assert visit.requests == []
        page.click("text=Perbarui lagi")
        with page.expect_request("**/kiosk/kabar"):
            pass
        page.context.close()


@pytest.mark.slow
def test_when_the_server_is_gone_it_says_so_until_it_is_back(
    browser: Browser, folder: Path, mocker: MockerFixture
) -> None:
    mocker.patch.object(fleet, "AGAIN_MS", 300)
    with serving(app_in(folder)) as address:
        visit = Visit(browser, address, DESKTOP)
        page = visit.log_in(NAME, PASSWORD)
        visit.open("/kiosk")
        page.wait_for_timeout(900)
        assert not page.is_visible("text=Server tidak menjawab")
        for address_of in ("**/kiosk/kabar", "**/kiosk/isi"):
            page.route(address_of, lambda route: route.abort())
        page.wait_for_selector("text=Server tidak menjawab")
        page.unroute_all()
        page.wait_for_selector("text=Server tidak menjawab", state="hidden")
        page.context.close()


@pytest.mark.slow
def test_whose_session_has_ended_is_led_to_the_login(
    browser: Browser, folder: Path, mocker: MockerFixture
) -> None:
    mocker.patch.object(fleet, "AGAIN_MS", 300)
    with serving(app_in(folder)) as address:
        visit = Visit(browser, address, DESKTOP)
        page = visit.log_in(NAME, PASSWORD)
        with page.expect_response("**/kiosk/kabar"):  # which brings the cookie once more
            visit.open("/kiosk")
        page.context.clear_cookies()
        page.wait_for_selector("#password")
        page.context.close()
