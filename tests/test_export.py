"""senyum-collector export: every count of a period, once, for an admin's own arithmetic."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from collector.ledger.places import Agency, Counter, Unit, put_agencies, put_counters, put_units
from collector.ledger.store import open_ledger, writing

HEADER = ["agency", "first_day", "last_day", "question", "face", "quality", "n"]
COUNTS = [
    ("kec-gambut-1", "2026-08-01", "2026-08-01", "pelayanan", "smile", "A", 5),
    ("kec-gambut-2", "2026-08-01", "2026-08-01", "pelayanan", "smile", "A", 3),
    ("kec-gambut-1", "2026-08-01", "2026-08-01", "pelayanan", "frown", "B", 1),
    ("kec-gambut-1", "2026-08-30", "2026-08-31", "pelayanan", "smile", "C", 2),
    ("kec-gambut-1", "2026-07-31", "2026-08-01", "pelayanan", "smile", "C", 4),
    ("kec-gambut-1", "2026-09-01", "2026-09-01", "pelayanan", "smile", "A", 8),
    ("kec-gambut-1", "", "2026-08-10", "pelayanan", "smile", "D", 16),
    ("kec-gambut-1", "2026-08-02", "2026-08-02", "unheard-of", "smile", "A", 32),
    ("", "2026-08-02", "2026-08-02", "pelayanan", "smile", "A", 64),
]
EXPECTED = [
    ["kec-gambut", "2026-08-01", "2026-08-01", "pelayanan", "frown", "B", 1],
    ["kec-gambut", "2026-08-01", "2026-08-01", "pelayanan", "smile", "A", 8],
    ["kec-gambut", "2026-08-30", "2026-08-31", "pelayanan", "smile", "C", 2],
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    db = open_ledger(folder / "ledger.db")
    with writing(db):
        put_agencies(db, [Agency("kec-gambut", "Gambut", "Gambut", "Kecamatan", "test", True)])
        put_units(db, [Unit("kec-gambut-kantor", "kec-gambut", "Kantor")])
        counters = [Counter(f"kec-gambut-{i}", "kec-gambut-kantor", "Loket") for i in (1, 2)]
        put_counters(db, counters)
        db.conn.executemany("INSERT INTO counts_day VALUES (?, ?, ?, ?, ?, ?, ?)", COUNTS)
    db.close()
    return folder


def export(data: Path, *words: str) -> Result:
    period = ["--from", "2026-08-01", "--to", "2026-08-31"]
    result = CliRunner().invoke(main, ["--data", str(data), "export", *period, *words])
    assert result.exit_code == 0, result.output
    return result


def test_the_counts_of_the_period_and_no_others(data: Path) -> None:
    rows: list[list[Any]] = list(csv.reader(io.StringIO(export(data).stdout)))
    assert rows[0] == HEADER
    assert [[*row[:-1], int(row[-1])] for row in rows[1:]] == EXPECTED


def test_json_says_the_same(data: Path) -> None:
    rows = json.loads(export(data, "--format", "json").stdout)
    assert [list(row) for row in rows] == [HEADER] * 3
    assert [list(row.values()) for row in rows] == EXPECTED


def test_nothing_to_export_is_still_a_table(tmp_path: Path) -> None:
    open_ledger(tmp_path / "ledger.db").close()
    assert export(tmp_path).stdout == ",".join(HEADER) + "\n"
    assert json.loads(export(tmp_path, "--format", "json").stdout) == []


def test_each_column_is_explained(data: Path) -> None:
    told = export(data, "--help").output
    for column in HEADER:
        assert f"\n  {column} " in told
