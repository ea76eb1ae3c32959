"""What is not the district's own has its figures from releases alone: pages, files, answers.

Each is read before and after many votes more. Not a byte of it may tell of them.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from collector.cli import main
from collector.index.periods import Days
from collector.ledger import tokens, users
from collector.ledger.deeds import By
from collector.ledger.releases import add_release, published
from collector.ledger.store import open_ledger, writing
from collector.web.api.problems import METRICS
from collector.web.api.routes import BASE, ROUTES
from tests.releasing import give_out
from tests.web import NAME, NOW, PASSWORD, app_in, log_in
from tests.webhook import webhook

BY = By("cli:a-test", round(NOW.timestamp() * 1000))
MORNING_MS = round(NOW.replace(hour=9, minute=0).timestamp() * 1000)
REACHES = {"district": None, "agency": "rsud", "technician": None}
WORKING = ("/", "/perangkat/rsud", "/banding")
PUBLIC = {
    "/publik", "/data/datapackage.json", "/data/indeks.csv", "/data/indeks.json",
    "/data/kamus.csv", "/masuk", "/api/v1/openapi.json", "/health",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return give_out(tmp_path)


def more_votes(folder: Path) -> None:
    with closing(open_ledger(folder / "ledger.db")) as db, writing(db):
        db.conn.execute("UPDATE counts_day SET n = n + 50")


def open_pages(app: Flask) -> Iterator[str]:
    """Every address without a blank in it that answers whoever comes."""
    for rule in app.url_map.iter_rules():
        asked = not rule.arguments and "GET" in (rule.methods or ())
        if asked and app.test_client().get(rule.rule).status_code == 200:
            yield rule.rule


def test_no_page_for_everybody_tells_of_votes_that_were_not_given_out(folder: Path) -> None:
    app = app_in(folder)
    pages = set(open_pages(app))
    assert pages == PUBLIC
    pages -= {"/masuk"}  # has a token of its own in each form
    before = {page: app.test_client().get(page).data for page in pages}
    more_votes(folder)
    assert {page: app.test_client().get(page).data for page in pages} == before


def test_nor_does_any_answer_to_a_program(folder: Path) -> None:
    with closing(open_ledger(folder / "ledger.db")) as db:
        words = {
            reach: tokens.add(db, BY, reach, (reach, agency), 30)
            for reach, agency in REACHES.items()
        }
    before = answers(folder, words)
    assert sum(status == 200 for status, _ in before.values()) >= len(ROUTES)
    assert b'"index"' in before["agency", "/figures"][1]
    assert b"senyum_kiosks" in before["technician", METRICS][1]
    more_votes(folder)
    assert answers(folder, words) == before


def answers(folder: Path, words: dict[str, str]) -> dict[tuple[str, str], tuple[int, bytes]]:
    client, found = app_in(folder).test_client(), {}
    for reach, word in words.items():
        for route in ROUTES:
            period = "?period=2019-07" if "period" in route.form.__struct_fields__ else ""
            answer = client.get(
                BASE + route.path + period, headers={"Authorization": f"Bearer {word}"}
            )
            found[reach, route.path] = (answer.status_code, answer.data)
        metrics = client.get(METRICS, headers={"Authorization": f"Bearer {word}"})
        # What is last is the room on this machine's disk, which others write to.
        told = metrics.data.partition(b"# HELP senyum_disk_free_bytes")[0]
        found[reach, METRICS] = (metrics.status_code, told)
    return found


@pytest.mark.parametrize("whose", ["public", "agency --agency rsud", "district"])
def test_nor_does_a_report(whose: str, folder: Path, tmp_path: Path) -> None:
    before = report(folder, whose, tmp_path / "before")
    more_votes(folder)
    assert report(folder, whose, tmp_path / "after") == before


def report(folder: Path, whose: str, to: Path) -> dict[str, bytes]:
    asked = ["2019-07", "--format", "xlsx", "--format", "pdf", "--audience", *whose.split()]
    words = ["--data", str(folder), "report", *asked, "--to", str(to)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    files = {file.name: file.read_bytes() for file in to.iterdir()}
    assert len(files) == 2
    return files


@pytest.mark.parametrize("whose", ["district", "agency"])
def test_nor_does_an_alert(whose: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a threshold that every fall passes, and an agency that fell far."""
    fallen_since_june(folder)
    monkeypatch.setattr("collector.commands.alerts.now_ms", lambda: MORNING_MS)
    before = letters(folder, whose)
    assert any("rsud: indeks kiosk (bukan SKM) Juli 2019 turun" in each for each in before)
    more_votes(folder)
    assert letters(folder, whose) == before


def fallen_since_june(folder: Path) -> None:
    june = Days(date(2019, 6, 1), date(2019, 7, 1))
    with closing(open_ledger(folder / "ledger.db")) as db, writing(db):
        (was,) = [each for each in published(db, "agency", june) if each.place == "rsud"]
        raised = {name: getattr(was, name) + 15 for name in ("index", "low", "high")}
        add_release(db, replace(was, version=was.version + 1, **raised))


def letters(folder: Path, whose: str) -> list[str]:
    """What a first round tells, in a copy of the ledger."""
    with tempfile.TemporaryDirectory() as copy, webhook() as hook:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        own = 'agency = "rsud"' if whose == "agency" else ""
        file = Path(copy, "alerts.toml")
        file.touch(mode=0o600)
        file.write_text(f'[[recipient]]\nname = "a"\nrole = "{whose}"\n{own}\nurl = "{hook.url}"\n')
        for words in (["threshold", "--drop", "0.01", "--set"], ["run"]):
            result = CliRunner().invoke(main, ["--data", copy, "alerts", *words])
            assert result.exit_code == 0, result.output
        return hook.texts


@pytest.mark.parametrize("page", WORKING)
def test_what_counts_anew_says_that_it_was_not_given_out(page: str, folder: Path) -> None:
    with closing(open_ledger(folder / "ledger.db")) as db:
        users.add(db, NAME, PASSWORD, at=1)
    client = app_in(folder).test_client()
    log_in(client)
    before = client.get(page).text
    assert "Angka kerja, belum diterbitkan" in before
    more_votes(folder)
    assert client.get(page).text != before
