"""/metrics: what Prometheus reads, by whom, that it is documented, and that no vote moves it."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlite_utils import Database

from collector.ledger import tokens
from collector.ledger.deeds import By
from collector.ledger.store import open_ledger, writing
from collector.web import metrics as web_metrics
from tests.web import NOW, app_in, make_ledger, report

BY: Final = By("cli:a-test", round(NOW.timestamp() * 1000))
DOCUMENT: Final = (Path(__file__).parents[1] / "docs" / "metrics.md").read_text(encoding="utf-8")
HOUR: Final = 3600
REACHES: Final = {"district": None, "agency": "rsud", "technician": None}

Read = Callable[..., Any]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    make_ledger(tmp_path)
    with closing(open_ledger(tmp_path / "ledger.db")) as db:
        yield db


@pytest.fixture
def read(tmp_path: Path, db: Database) -> Read:
    words = {
        reach: tokens.add(db, BY, reach, (reach, agency), 30) for reach, agency in REACHES.items()
    }
    client = app_in(tmp_path).test_client()

    def read(reach: str = "technician") -> Any:
        return client.get("/metrics", headers={"Authorization": f"Bearer {words[reach]}"})

    return read


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Name and values of labels → value; read by Prometheus' own parser."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("reach", "status"), [("district", 200), ("technician", 200), ("agency", 403)]
)
def test_a_token_for_machines_reads_it(read: Read, reach: str, status: int) -> None:
    assert read(reach).status_code == status


def test_without_a_token_nobody_does(read: Read, tmp_path: Path) -> None:
    answer = app_in(tmp_path).test_client().get("/metrics")
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert "token add" in answer.json["detail"]


def test_it_tells_how_the_system_is(read: Read) -> None:
    answer = read()
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found, now = samples(answer.text), NOW.timestamp()
    assert found["senyum_build_info", version("kotak-senyum")] == 1
    states = {state: found["senyum_kiosks", state] for state in ("live", "late", "lost", "never")}
    assert states == {"live": 3, "late": 1, "lost": 1, "never": 1}
    assert found["senyum_waiting", "held"] == 0
    last = "senyum_job_last_success_timestamp_seconds"
    assert found[last, "backup"] == pytest.approx(now - 11 * HOUR, abs=1)
    assert found[last, "drill"] == pytest.approx(now - 200 * HOUR, abs=1)
    assert (found[last, "audit"], found["senyum_job_ok", "audit"]) == (0, 0)
    assert (found["senyum_job_ok", "backup"], found["senyum_job_ok", "drill"]) == (1, 0)
    assert found[("senyum_ledger_size_bytes",)] == web_metrics.STEP
    assert found[("senyum_disk_free_bytes",)] % web_metrics.STEP == 0


def test_a_key_that_waits_is_counted(read: Read, db: Database) -> None:
    with writing(db):
        db.conn.execute("UPDATE epochs SET state = 'held' WHERE kiosk = 'rsud-01'")
    assert samples(read().text)["senyum_waiting", "held"] == 1


def test_no_vote_moves_it(read: Read, db: Database) -> None:
    report(db, "rsud-01", 20, seq=4120, queue=3)
    before = without_the_disk(read().text)
    report(db, "rsud-01", 20, seq=4121, queue=1400)
    with writing(db):
        now_ms = round(NOW.timestamp() * 1000)
        db.conn.execute("UPDATE epochs SET seq = seq + 1, received_ms = ?", (now_ms,))
        db.conn.execute("UPDATE counts_day SET n = n + 50")
    assert without_the_disk(read().text) == before
    assert "rsud" not in before


def without_the_disk(text: str) -> str:
    """Others write to this machine's disk meanwhile."""
    return re.sub(r"^senyum_disk_free_bytes .*$", "", text, flags=re.MULTILINE)


def test_what_is_told_is_documented_and_nothing_else(read: Read) -> None:
    rows = re.findall(r"^\| `(senyum_\w+)` \| ([^|]*)\|", DOCUMENT, re.MULTILINE)
    told: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(read().text):
        assert family.documentation
        for sample in family.samples:
            told.setdefault(sample.name, set()).update(sample.labels)
    assert {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows} == told
    for values in samples(read().text):
        for value in values[1:]:
            assert value in DOCUMENT or value == version("kotak-senyum")


def test_a_ledger_that_is_not_there_is_told(tmp_path: Path) -> None:
    answer = app_in(tmp_path).test_client().get("/metrics", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
