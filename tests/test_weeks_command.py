"""senyum-collector weeks: limits that stay, weeks that signal, for people and programs."""

import csv
import io
import json
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from collector.ledger.places import Agency, Counter, Unit, put_agencies, put_counters, put_units
from collector.ledger.store import open_ledger, writing

MONDAY = date(2024, 1, 1)
FALL = 22  # the week in which the smiles go


def votes(week: int) -> tuple[int, int]:
    """Smiles and frowns: 78 and 80 points by turns, then 40."""
    return (20, 80) if week == FALL else (72, 28) if week % 2 else (74, 26)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with closing(open_ledger(folder / "ledger.db")) as db, writing(db):
        for slug, weeks in (("lama", 25), ("baru", 8)):
            put_agencies(db, [Agency(slug, slug, slug.title(), "Loket", "test", True)])
            put_units(db, [Unit(f"{slug}-kantor", slug, "Kantor")])
            put_counters(db, [Counter(f"{slug}-1", f"{slug}-kantor", "Loket")])
            for week in range(weeks):
                day = (MONDAY + timedelta(weeks=week, days=2)).isoformat()
                for face, n in zip(("smile", "frown"), votes(week), strict=True):
                    db.conn.execute(
                        "INSERT INTO counts_day VALUES (?, ?, ?, 'pelayanan', ?, 'A', ?)",
                        (f"{slug}-1", day, day, face, n),
                    )
    return folder


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), "weeks", *words])


def report(data: Path, *words: str) -> dict[str, Any]:
    result = run(data, *words, "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout, parse_float=Decimal)
    return {chart["chart"]: chart for chart in found["charts"]}


def test_the_limits_are_those_of_the_first_twenty_weeks(data: Path) -> None:
    index = report(data, "lama")["index"]
    assert len(index["weeks"]) == 25
    assert (index["baseline_first_day"], index["baseline_last_day"]) == ("2024-01-01", "2024-05-19")
    # 80.5 and 79 points: the mean is 79.75, moving ranges are 1.5, and 3 / 1.128 of that is 3.99.
    for week in index["weeks"]:
        limits = [week[name] for name in ("low", "centre", "high")]
        assert limits == [Decimal("75.76"), Decimal("79.75"), Decimal("83.74")]


def test_a_fall_is_a_signal_on_each_chart_that_it_touches(data: Path) -> None:
    for name, touched in {"index": True, "frown": True, "smile": True, "neutral": False}.items():
        found = [w["first_day"] for w in report(data, "lama")[name]["weeks"] if w["signal"]]
        assert found == (["2024-06-03"] if touched else []), name


def test_a_young_agency_has_values_and_no_limits(data: Path) -> None:
    index = report(data, "baru")["index"]
    assert index["baseline_first_day"] is None
    assert [week["value"] for week in index["weeks"][:2]] == [Decimal("80.50"), Decimal("79.00")]
    assert all(week["low"] is None and week["signal"] is None for week in index["weeks"])
    assert "Garis dasar belum cukup: kurang 12 minggu dengan 30 suara." in run(data, "baru").output


def test_a_period_cuts_what_is_shown_and_moves_no_limit(data: Path) -> None:
    june = report(data, "lama", "--period", "2024-06")["index"]
    assert [week["first_day"] for week in june["weeks"]] == [
        "2024-06-03",
        "2024-06-10",
        "2024-06-17",
    ]
    assert june["weeks"][0]["signal"] == "beyond"
    assert june["weeks"][0]["low"] == Decimal("75.76")


def test_people_read_a_table(data: Path) -> None:
    output = run(data, "lama").output
    assert "Lama: indeks kiosk (bukan SKM)" in output
    fallen = next(line for line in output.splitlines() if "di luar batas" in line)
    values = ["40,00", "75,76", "79,75", "83,74"]
    assert fallen.split() == ["2024-06-03", *values, "di", "luar", "batas"]
    assert "Garis dasar: 2024-01-01 s.d. 2024-05-19, 20 minggu." in output
    assert "Lama: merengut, %" in run(data, "lama", "--chart", "frown").output


def test_a_spreadsheet_gets_every_chart(data: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(data, "lama", "--csv").stdout)))
    assert len(rows) == 4 * 25
    fallen = [row for row in rows if row["first_day"] == "2024-06-03" and row["chart"] == "frown"]
    assert (fallen[0]["value"], fallen[0]["signal"]) == ("80.00", "beyond")


def test_what_cannot_be_is_told(data: Path, tmp_path: Path) -> None:
    assert "there is no agency 'lma'; near it: lama" in run(data, "lma").output
    with closing(open_ledger(tmp_path / "ledger.db")) as db, writing(db):
        put_agencies(db, [Agency("x", "x", "x", "Loket", "test", True)])
    assert "kurang 20 minggu" in run(tmp_path, "x").output
