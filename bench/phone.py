"""How soon a poor phone shows the public page with 60 agencies: `python -m bench.phone`.

A real Chromium with a slowed processor and network, its cache empty each time.
"""

import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from playwright.sync_api import Browser

from bench.index_cost import make
from collector.config import CollectorSection, Config
from collector.ledger.deeds import By
from collector.ledger.store import open_ledger
from collector.release.signing import publish_due
from collector.web.app import create_app
from tests.browser import chromium, serving

PHONE: Final[Any] = {"width": 360, "height": 640}
PROCESSOR: Final = 6  # times slower than this machine's
TIMES: Final = 5
# Kilobits a second and milliseconds, as browsers' tools name them.
NETWORKS: Final = {"slow 4G": (1600, 150), "3G": (400, 400)}
PAINTED: Final = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
WHOLE: Final = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"


class Shown(NamedTuple):
    """Milliseconds after the address was asked for, medians of five."""

    painted: float
    whole: float


def measure(folder: Path) -> dict[str, Shown]:
    make(folder / "ledger.db", 10**6)
    with closing(open_ledger(folder / "ledger.db")) as db:
        publish_due(db, By("cli:bench", 0), date(2026, 3, 15))
    app = create_app(Config(collector=CollectorSection(data_dir=str(folder))))
    with serving(app) as address, chromium() as browser:
        return {name: _of(browser, address, *each) for name, each in NETWORKS.items()}


def _of(browser: Browser, address: str, kilobits: int, latency: int) -> Shown:
    shown = [_once(browser, address, kilobits, latency) for _ in range(TIMES)]
    return Shown(*(median(each) for each in zip(*shown, strict=True)))


def _once(browser: Browser, address: str, kilobits: int, latency: int) -> Shown:
    page = browser.new_context(viewport=PHONE).new_page()
    tools = page.context.new_cdp_session(page)
    speed = kilobits * 1000 / 8
    slow = {"downloadThroughput": speed, "uploadThroughput": speed, "latency": latency}
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    tools.send("Emulation.setCPUThrottlingRate", {"rate": PROCESSOR})
    page.goto(f"{address}/publik", wait_until="load")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    page.wait_for_function("performance.getEntriesByType('navigation')[0].loadEventEnd > 0")
    found = Shown(page.evaluate(PAINTED), page.evaluate(WHOLE))
    page.context.close()
    return found


def show(phones: Mapping[str, Shown]) -> None:
    for network, found in phones.items():
        print(f"{network:<8} painted {found.painted:6.0f} ms   whole {found.whole:6.0f} ms")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        show(measure(Path(made)))
