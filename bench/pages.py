"""What the first page costs with 60 agencies, however many votes there are: bytes and time.

The server is the real one, in a process of its own; wrk asks it as a logged-in reader does. Needs
wrk (Debian's package of that name).
"""

import gzip
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from bench.index_cost import YEAR, make
from collector.ledger import users
from collector.ledger.store import open_ledger

NAME, PASSWORD = "bangku", "kerupuk haruan renyah"
PORT: Final = 18_611
PAGE: Final = f"/?periode={YEAR.first.year}-s1"  # a period that has ended, whenever this runs
TIMES: Final = 21
SECONDS: Final = 10
_ASSET: Final = re.compile(r'(?:href|src)="(/[^"]+\.(?:css|js|woff2|svg|png|ico)[^"]*)"')


class Weight(NamedTuple):
    """The first view: compressed bytes, and milliseconds of the server."""

    bytes: int  # the page with all that it loads
    page_bytes: int
    ms: float  # median of 21, one after another
    per_second: float  # by four readers at once
    p99_ms: float


def measure(folder: Path, votes: int) -> Weight:
    """Of a ledger with so many votes in a year; it is made in `folder`."""
    make(folder / "ledger.db", votes)
    with closing(open_ledger(folder / "ledger.db")) as db:
        users.add(db, NAME, PASSWORD, at=1)
    with _server(folder) as base:
        browser, cookie = _logged_in(base)
        page = _body(browser, base + PAGE)
        assets = sorted(set(_ASSET.findall(page.decode())))
        whole = _sent(page) + sum(_sent(_body(browser, urljoin(base, each))) for each in assets)
        return Weight(whole, _sent(page), _median_ms(browser, base), *_wrk(base, cookie))


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    settings = folder / "collector.toml"
    pages = f"[web]\nport = {PORT}\nsecond_step = false\n"
    settings.write_text(f'[collector]\ndata_dir = "{folder}"\n{pages}')
    command = [Path(sys.executable).parent / "senyum-collector", "--config", settings, "web"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{PORT}"
    try:
        _wait_for(base)
        yield base
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(base: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{base}/health").close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{base} does not answer")


def _logged_in(base: str) -> tuple[OpenerDirector, str]:
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    page = _body(browser, f"{base}/masuk").decode()
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert token
    form = {"name": NAME, "password": PASSWORD, "csrf_token": token[1]}
    browser.open(f"{base}/masuk", urlencode(form).encode()).close()
    return browser, "; ".join(f"{each.name}={each.value}" for each in jar)


def _body(browser: OpenerDirector, address: str) -> bytes:
    with browser.open(address) as answer:
        body: bytes = answer.read()
    return body


def _sent(body: bytes) -> int:
    return len(gzip.compress(body, mtime=0))


def _median_ms(browser: OpenerDirector, base: str) -> float:
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        _body(browser, base + PAGE)
        took.append(time.perf_counter() - begun)
    return median(took) * 1000


def _wrk(base: str, cookie: str) -> tuple[float, float]:
    """Requests a second, and the milliseconds within which 99 of 100 were answered."""
    if shutil.which("wrk") is None:
        raise FileNotFoundError("wrk is not installed; as root: apt-get install wrk")
    command = ["wrk", "-t1", "-c4", f"-d{SECONDS}s", "--latency", "-H", f"Cookie: {cookie}"]
    said = subprocess.run([*command, base + PAGE], capture_output=True, text=True, check=True)
    assert "Non-2xx" not in said.stdout, said.stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said.stdout)
    slow = re.search(r"99%\s+([\d.]+)(ms|s|us)", said.stdout)
    assert rate
    assert slow
    return float(rate[1]), float(slow[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[slow[2]]
