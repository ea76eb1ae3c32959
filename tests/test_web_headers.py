"""What the browser is told: nothing from elsewhere, pages not kept, files kept long."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web import app_in, log_in, make_ledger

PAGES = (
    "/", "/perangkat/rsud", "/banding", "/kiosk", "/kiosk/isi", "/masuk", "/publik", "/laporan",
    "/nope",
    "/?periode=x",
)  # fmt: skip
ADDRESS = re.compile(
    r"""(?:href|src|srcset|action|data-part|data-events)="([^"]*)"|url\(["']?([^"')]+)"""
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return app_in(make_ledger(tmp_path_factory.mktemp("headers")))


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    log_in(client)
    return client


def fetch(client: FlaskClient, path: str, encoding: str = "identity") -> TestResponse:
    """The whole answer, its file closed as a server closes it."""
    return client.get(path, headers={"Accept-Encoding": encoding}, buffered=True)


@pytest.mark.parametrize("path", [*PAGES, "/health", "/perangkat/rsud/tren.svg", "/static/app.css"])
def test_every_answer_forbids_what_is_not_its_own(client: FlaskClient, path: str) -> None:
    headers = fetch(client, path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", PAGES)
def test_no_page_refers_to_another_host_or_carries_inline_code(
    client: FlaskClient, path: str
) -> None:
    page = client.get(path).text
    for address in filter(None, (a or b for a, b in ADDRESS.findall(page))):
        assert address.startswith(("/", "#")), address
        assert not address.startswith("//"), address
    assert not re.search(r"\s(style|on[a-z]+)=", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style", page)


def test_pages_are_not_kept_and_files_are(client: FlaskClient) -> None:
    for path in (*PAGES, "/health", "/perangkat/rsud/tren.svg"):
        assert fetch(client, path).headers["Cache-Control"] == "no-store"
    assert "max-age=31536000" in fetch(client, "/static/app.css").headers["Cache-Control"]


def test_files_are_named_by_content_and_sent_compressed(client: FlaskClient) -> None:
    page = client.get("/masuk").text
    files = re.findall(r'(?:href|src)="(/[^"]*static/[^"]+)"', page)
    assert any("bootstrap.min.css" in file for file in files)
    for file in files:
        assert re.search(r"\?v=[0-9a-f]{12}$", file), file
        plain, small = fetch(client, file), fetch(client, file, "gzip")
        assert small.headers["Content-Encoding"] == "gzip"
        assert len(small.data) < len(plain.data)
        assert gzip.decompress(small.data) == plain.data


def test_pages_are_sent_as_they_are(client: FlaskClient) -> None:
    """Compressing what the reader sent together with what is secret would leak it by length."""
    answer = fetch(client, "/", "gzip")
    assert "Content-Encoding" not in answer.headers


def test_the_page_for_everybody_is_compressed_for_who_is_not_logged_in(
    app: Flask, client: FlaskClient
) -> None:
    """It has no secret in it then, and a poor phone waits for each kilobyte."""
    stranger = app.test_client()
    small = fetch(stranger, "/publik", "gzip")
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    page = gzip.decompress(small.data)
    assert page == fetch(stranger, "/publik").data
    assert b"csrf" not in page
    assert "Content-Encoding" not in fetch(client, "/publik", "gzip").headers


def test_our_own_files_refer_to_nothing_outside() -> None:
    static = Path(__file__).parent.parent / "collector" / "web" / "static"
    for file in static.iterdir():
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text, file.name
