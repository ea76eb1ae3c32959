"""This morning: what asks for an act, in at most seven lines, each with a page where it begins."""

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from sqlite_utils import Database

from collector.ledger import alerts, runs
from collector.ledger.alerts import Alert, Kind
from collector.ledger.deeds import By
from collector.ledger.runs import Run
from collector.ledger.store import open_ledger, writing
from collector.web.morning import CALLS
from tests.web import NAME, NOW, app_in, log_in, make_ledger

DAY = "2019-08-20"
AT_MS = round(NOW.timestamp() * 1000)
FACTS: dict[Kind, dict[str, str | int]] = {
    "disk": {"megabytes": 900},
    "box": {"kiosk": "rsud-01", "trouble": "stuck"},
    "held": {"kiosk": "rsud-01", "day": DAY},
    "complaints": {"agency": "rsud", "day": DAY},
    "near": {"agency": "rsud", "day": DAY},
    "case": {"kiosk": "rsud-01", "number": 3, "day": DAY},
    "sign": {"first": "2019-04-01", "last": "2019-06-30"},
    "plan": {"agency": "rsud", "number": 1, "day": DAY},
    "drop": {
        "agency": "rsud", "month": "2019-07-01", "before": "80", "now": "70", "n_before": 400,
        "n_now": 400, "fall": "10", "least": "6", "most": "14",
    },
}  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    make_ledger(tmp_path)
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        yield db


def wrong(db: Database, *found: tuple[Kind, str]) -> None:
    """A round that found this."""
    with writing(db):
        fresh = [Alert(kind, subject, DAY, FACTS[kind]) for kind, subject in found]
        alerts.open_alerts(db, fresh, AT_MS)
        runs.record(db, Run("alerts", AT_MS, True, 5, "well"))


def page(folder: Path) -> str:
    client = app_in(folder).test_client()
    assert log_in(client).location == "/pagi"
    return client.get("/pagi").text


def lines(folder: Path) -> list[str]:
    found = re.search(r"<ol.*</ol>", page(folder), re.S)
    each = re.findall(r"<h2>(.*?)</h2>", found[0] if found else "", re.S)
    return [unescape(re.sub(r"<[^>]+>", "", line)) for line in each]


def test_a_calm_morning_says_so(db: Database, tmp_path: Path) -> None:
    wrong(db)
    assert "Tidak ada yang menunggu" in page(tmp_path)
    assert lines(tmp_path) == []


def test_before_the_first_look_nothing_is_promised(db: Database, tmp_path: Path) -> None:
    assert "Belum pernah diperiksa" in page(tmp_path)
    assert "Tidak ada yang menunggu" not in page(tmp_path)


def test_never_more_than_seven_lines_and_the_most_urgent_first(
    db: Database, tmp_path: Path
) -> None:
    wrong(db, *((kind, "rsud") for kind in reversed(FACTS)))
    assert lines(tmp_path) == [str(call.words) for call in CALLS.values()][:7]
    assert "2 macam tugas lagi" in page(tmp_path)


def test_every_line_leads_to_a_page(db: Database, tmp_path: Path) -> None:
    client = app_in(tmp_path).test_client()
    log_in(client)
    with client.application.test_request_context():
        addresses = {client.application.url_for(call.endpoint) for call in CALLS.values()}
    assert {client.get(address).status_code for address in addresses} == {200}


def test_a_line_names_three_and_counts_the_others(db: Database, tmp_path: Path) -> None:
    wrong(db, *(("box", f"rsud-0{n}/stuck") for n in range(5)))
    assert lines(tmp_path) == ["Kunjungi kiosk"]
    assert page(tmp_path).count("ada tombol macet") == 3
    assert "dan 2 lagi" in page(tmp_path)


def test_what_somebody_handles_asks_nobody_else(db: Database, tmp_path: Path) -> None:
    wrong(db, ("box", "rsud-01/stuck"))
    alerts.acknowledge(db, By(f"web:{NAME}", AT_MS), 1)
    assert lines(tmp_path) == []
    assert "1 hal sedang ditangani" in page(tmp_path)
