"""`index --filtered` against a recomputation that shares nothing with it but the ledger's votes."""

import csv
import io
import json
import random
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import holidays
import pytest
from click.testing import CliRunner

from collector.cli import main
from collector.ledger import erasing, registry
from collector.ledger.store import read_snapshot
from collector.misuse import running
from collector.misuse.ruleset import read_ruleset
from collector.servicehours import read_calendar
from tests.fleet import ZONE, TestCollector, TestKiosk

FIRST = datetime(2025, 1, 6, tzinfo=ZONE)  # a Monday
MONTHS = 12
POINTS = {
    "smiley-3/linear": {"frown": Decimal(25), "neutral": Decimal("62.5"), "smile": Decimal(100)},
    "smiley-3/strict": {"frown": Decimal(25), "neutral": Decimal(50), "smile": Decimal(100)},
}


def press_a_month(kiosk: TestKiosk, begin: datetime, chance: random.Random) -> None:
    """Some days of votes at odd hours, some of them mashed."""
    kiosk.clock.ms = round(begin.timestamp() * 1000) + 6 * 3_600_000
    kiosk.reboot()
    for _ in range(150):
        kiosk.clock.ms += chance.choice([3_100, 3_100, 3_100, 9_000, 40_000, 4_000_000, 9_000_000])
        kiosk.press(chance.choice(["smile", "smile", "smile", "neutral", "frown"]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of two kiosks, one of which moves; judged each month, and erased."""
    folder, chance = tmp_path_factory.mktemp("year"), random.Random(7)
    collector = TestCollector(folder)
    collector.clock.ms = round(FIRST.timestamp() * 1000)
    kiosks = [collector.kiosk(f"dukcapil-{n:02}", seed=n) for n in (1, 2)]
    for month in range(MONTHS):
        begin = FIRST + timedelta(days=30 * month)
        for kiosk in kiosks:
            told = len(kiosk.chain)
            press_a_month(kiosk, begin, chance)
            collector.take(kiosk.votes(told))
        now = begin + timedelta(days=29)
        running.run(collector.db, read_ruleset(folder), read_calendar(folder), now)
        erasing.erase(collector.db, round(now.timestamp() * 1000), lambda: None)
    at = round((FIRST + timedelta(days=100)).timestamp())
    registry.move_kiosk(collector.db, "dukcapil-02", "loket-2", at, collector.day)
    collector.close()
    return folder


PERIODS = [("2025-01-01", "2025-12-31"), ("2025-03-01", "2025-03-31"), ("2025-06-15", "2025-08-02")]


def index(folder: Path, *words: str) -> str:
    result = CliRunner().invoke(main, ["--data", str(folder), "index", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def report(folder: Path, period: tuple[str, str], *words: str) -> Any:
    given = ["--from", period[0], "--to", period[1], "--json", *words]
    return json.loads(index(folder, *given), parse_float=Decimal)


def of_the_votes(folder: Path, period: tuple[str, str], *, filtered: bool) -> Counter[str]:
    """The votes themselves, in a few lines of SQL: none here was corrected, carried or a test."""
    sql = (
        "SELECT face, COUNT(*) FROM votes WHERE DATE(lo + 8 * 3600, 'unixepoch') BETWEEN ? AND ?"
        " AND NOT (? AND EXISTS (SELECT 1 FROM misuse_flags f"
        " WHERE f.e = votes.e AND f.seq = votes.seq)) GROUP BY face"
    )
    with closing(read_snapshot(folder / "ledger.db")) as db:
        return Counter(dict(db.conn.execute(sql, (*period, filtered)).fetchall()))


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("mapping", list(POINTS))
@pytest.mark.parametrize("filtered", [False, True])
def test_the_index_is_that_of_the_votes(
    folder: Path, period: tuple[str, str], mapping: str, *, filtered: bool
) -> None:
    points = POINTS[mapping]
    votes = of_the_votes(folder, period, filtered=filtered)
    words = ["--filtered"] if filtered else []
    given = report(folder, period, "--mapping", mapping, *words)["agencies"][0]
    assert {face: given[face] for face in points} == {face: votes[face] for face in points}
    mean = sum(points[face] * n for face, n in votes.items()) / votes.total()
    assert given["index"] == mean.quantize(Decimal("0.01"), ROUND_HALF_UP)
    raw = of_the_votes(folder, period, filtered=False)
    assert given["left_out"] == (raw.total() - votes.total() if filtered else 0)


def test_the_flags_are_those_of_rules_written_anew(folder: Path, tmp_path: Path) -> None:
    """Bursts and hours, from the votes as the kiosks made them, before anything was erased."""
    chance, clock = random.Random(7), TestCollector(tmp_path).clock
    clock.ms = round(FIRST.timestamp() * 1000)
    kiosks = [TestKiosk(f"dukcapil-{n:02}", clock, seed=n) for n in (1, 2)]
    for month in range(MONTHS):
        for kiosk in kiosks:
            press_a_month(kiosk, FIRST + timedelta(days=30 * month), chance)
    expected = {(kiosk.name, vote.seq): rule for kiosk in kiosks for vote, rule in judged(kiosk)}
    assert {"hours", "burst"} == set(expected.values())
    assert flags(folder) == expected


def judged(kiosk: TestKiosk) -> list[tuple[Any, str]]:
    out, kept = [], []
    for vote in kiosk.chain:
        at, face = vote.fine.wall / 1000, vote.face
        if is_closed(datetime.fromtimestamp(at // 900 * 900, ZONE)):
            out.append((vote, "hours"))
            continue
        own = [each for each, other in kept if other == face]
        if sum(at - each <= 15 for each in own) >= 3 or sum(at - each <= 60 for each in own) >= 6:
            out.append((vote, "burst"))
        else:
            kept.append((at, face))
    return out


def is_closed(quarter: datetime) -> bool:
    """By the file of hours as it comes, for an office that is no hospital."""
    national = holidays.country_holidays("ID", categories=("public", "government"))
    if quarter.weekday() == 4 and not is_ramadan(quarter):
        return False  # nobody has told us the hours
    if quarter.weekday() >= 5 or quarter.date() in national:
        return True
    minute = quarter.hour * 60 + quarter.minute
    first, last = (480, 900) if is_ramadan(quarter) else (450, 960)
    if is_ramadan(quarter) and quarter.weekday() == 4:
        last = 930
    return minute + 15 <= first - 15 or minute >= last + 15


def is_ramadan(quarter: datetime) -> bool:
    return "2025-03-01" <= quarter.date().isoformat() <= "2025-03-30"


def flags(folder: Path) -> dict[tuple[str, int], str]:
    with closing(read_snapshot(folder / "ledger.db")) as db:
        rows = db.conn.execute(
            "SELECT kiosk, m.seq, rule FROM misuse_flags m JOIN epochs USING (e)"
        ).fetchall()
    return {(kiosk, seq): rule for kiosk, seq, rule in rows}


def test_the_ruleset_stands_with_the_filtered_index(folder: Path) -> None:
    found = report(folder, PERIODS[0], "--filtered")
    ruleset = read_ruleset(folder)
    assert (found["filtered"], found["ruleset"]) == (True, ruleset.rules.version)
    assert found["ruleset_sha256"] == ruleset.digest
    raw = report(folder, PERIODS[0])
    assert (raw["filtered"], raw["ruleset"], raw["ruleset_sha256"]) == (False, None, None)


def test_the_table_says_how_many_were_left_out(folder: Path) -> None:
    period = ["--from", PERIODS[0][0], "--to", PERIODS[0][1]]
    out = report(folder, PERIODS[0], "--filtered")["agencies"][0]["left_out"]
    said = index(folder, *period, "--filtered")
    assert f"Tanpa {out:,}".replace(",", ".") + " suara yang disisihkan; aturan 2026-1" in said
    assert "disisihkan" not in index(folder, *period)
    rows = list(csv.DictReader(io.StringIO(index(folder, *period, "--filtered", "--csv"))))
    assert rows[0]["left_out"] == str(out)


def test_before_any_run_it_is_said_so(tmp_path: Path) -> None:
    TestCollector(tmp_path).close()
    said = index(tmp_path, "--from", "2025-01-01", "--to", "2025-01-31", "--filtered")
    assert "belum pernah dijalankan: 'misuse run'" in said
