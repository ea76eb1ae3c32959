"""A real browser: Chromium, driven through Playwright, against pages that Waitress serves."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from collector.config import WebSection
from collector.web.server import listen
from tests.notrun import not_run

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCREENSHOTS: Final = Path(__file__).parent.parent / "test-results"
DESKTOP: Final = {"width": 1366, "height": 768}
PHONE: Final = {"width": 390, "height": 844}


def require_chromium() -> str:
    """The browser's path. Without it a CI run fails, and another says what was not run."""
    found = shutil.which(CHROMIUM) or shutil.which("chromium")
    if found is None:
        not_run("no Chromium here (Debian: apt-get install chromium)")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    path = require_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of `app` on a free port of loopback, served as in earnest."""
    server = listen(app, WebSection(port=0))
    stopped = Event()
    thread = Thread(target=_serve, args=(server, stopped))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        stopped.set()
        thread.join()


def _serve(server: Any, stopped: Event) -> None:
    while not stopped.is_set():
        server.asyncore.loop(timeout=0.1, map=server._map, count=1)
    server.task_dispatcher.shutdown()
    for channel in list(server.active_channels.values()):
        channel.close()
    server.close()


class Visit:
    """A window that notes whatever a page should not do."""

    def __init__(
        self, browser: Browser, address: str, size: dict[str, int], **options: Any
    ) -> None:
        self.address = address
        self.size = size
        context = browser.new_context(viewport=size, locale="id-ID", **options)  # type: ignore[arg-type]
        self.page: Page = context.new_page()
        self.console: list[str] = []
        self.requests: list[str] = []
        self.failed: list[tuple[int, str]] = []
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("response", self._note_response)

    @property
    def outside(self) -> list[str]:
        """What was asked of any other address than that of the pages."""
        return [url for url in self.requests if not url.startswith(self.address + "/")]

    def forget(self) -> None:
        for notes in (self.console, self.requests, self.failed):
            notes.clear()

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def log_in(self, name: str, password: str) -> Page:
        self.open("/masuk")
        self.page.fill("#name", name)
        self.page.fill("#password", password)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "/masuk" not in url)
        return self.page

    def shoot(self, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        width = self.size["width"]
        self.page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)

    def _note_response(self, response: Any) -> None:
        if response.status >= 400:
            self.failed.append((response.status, response.url))
