"""`misuse run` over real ledgers: flags are set once, and outlive the exact times."""

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from collector.ledger import counts, erasing, misuse, registry, runs
from collector.ledger.cases import cases
from collector.misuse import running
from collector.misuse.ruleset import read_ruleset
from collector.misuse.running import Found
from collector.servicehours import read_calendar
from collector.tomlfile import FileError
from tests.fleet import START_MS, ZONE, TestCollector, TestKiosk, add_counters

MONDAY_MS = START_MS + 86_400_000  # 2025-11-24 09:15 WITA
FROM, TO = START_MS // 1000 - 30 * 86_400, START_MS // 1000 + 30 * 86_400


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    found = TestCollector(tmp_path)
    found.clock.ms = MONDAY_MS
    return found


def judge(collector: TestCollector, days: int = 1) -> Found:
    """As the timer does, so many days after the votes."""
    now = datetime.fromtimestamp(collector.clock.ms / 1000, ZONE) + timedelta(days=days)
    folder = collector.path.parent
    return running.run(collector.db, read_ruleset(folder), read_calendar(folder), now)


def mash(collector: TestCollector, kiosk: TestKiosk, face: str, times: int) -> None:
    for _ in range(times):
        kiosk.press(face)
        collector.clock.ms += 3_100


def left_out(collector: TestCollector) -> dict[str, dict[str, int]]:
    return {a: dict(faces) for a, faces in misuse.left_out(collector.db, FROM, TO).items()}


def flags(collector: TestCollector) -> list[tuple[int, str, int]]:
    return collector.rows("SELECT seq, rule, run FROM misuse_flags ORDER BY seq")


def test_a_burst_is_left_out_but_for_its_first_votes(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    mash(collector, kiosk, "smile", 5)
    kiosk.press("frown")
    collector.take(kiosk.votes())
    found = judge(collector)
    assert (found.kiosks, found.votes) == (1, 6)
    assert flags(collector) == [(4, "burst", 1), (5, "burst", 1)]
    assert left_out(collector) == {"dukcapil": {"smile": 2}}
    assert collector.counted() == {("loket-1", "smile"): 5, ("loket-1", "frown"): 1}, "raw stays"


def test_a_second_run_finds_nothing_and_flags_stay_what_they_were(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    mash(collector, kiosk, "smile", 5)
    collector.take(kiosk.votes())
    judge(collector)
    assert judge(collector, days=2).flags == []
    assert flags(collector) == [(4, "burst", 1), (5, "burst", 1)]


def test_today_is_not_judged_before_it_is_closed(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    mash(collector, kiosk, "smile", 5)
    collector.take(kiosk.votes())
    assert judge(collector, days=0).votes == 0


def test_votes_of_a_sunday_are_left_out(collector: TestCollector) -> None:
    collector.clock.ms = START_MS
    kiosk = collector.kiosk()
    kiosk.press("smile")
    collector.take(kiosk.votes())
    judge(collector)
    assert flags(collector) == [(1, "hours", 1)]


def test_a_kiosk_without_a_place_has_no_hours(collector: TestCollector) -> None:
    collector.clock.ms = START_MS
    kiosk = collector.add(TestKiosk("baru-01", collector.clock), from_at=START_MS // 1000 + 900)
    kiosk.press("smile")
    collector.take(kiosk.votes())
    assert judge(collector).flags == []


def test_an_earlier_boot_is_on_a_clock_of_its_own(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    mash(collector, kiosk, "smile", 3)
    kiosk.reboot()
    mash(collector, kiosk, "smile", 3)
    collector.take(kiosk.votes())
    assert judge(collector).flags == []


def test_what_is_left_out_survives_the_erasure_of_exact_times(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    mash(collector, kiosk, "smile", 5)
    collector.take(kiosk.votes())
    judge(collector)
    before = left_out(collector)
    erased = erasing.erase(collector.db, collector.clock.ms + 40 * 86_400_000, lambda: None)
    assert erased.times == 5
    assert judge(collector, days=41).votes == 0
    assert left_out(collector) == before == {"dukcapil": {"smile": 2}}


def test_what_is_left_out_follows_a_kiosk_that_was_moved(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    mash(collector, kiosk, "smile", 5)
    collector.take(kiosk.votes())
    judge(collector)
    registry.retire_kiosk(collector.db, kiosk.name, collector.day, MONDAY_MS // 1000 - 900)
    assert left_out(collector) == {}
    assert collector.counted() == {("", "smile"): 5}


def test_a_vote_that_is_corrected_later_is_no_longer_left_out(collector: TestCollector) -> None:
    """It counts no more, so that it cannot be taken away twice."""
    kiosk = collector.kiosk()
    mash(collector, kiosk, "smile", 5)
    collector.take(kiosk.votes())
    judge(collector)
    collector.clock.ms -= 3_000
    kiosk.press("frown", replaces=5)
    collector.clock.ms += 3_000
    collector.take(kiosk.votes(5))
    assert left_out(collector) == {"dukcapil": {"smile": 1}}
    assert collector.counted() == {("loket-1", "smile"): 4, ("loket-1", "frown"): 1}


def test_the_ledger_refuses_to_change_what_a_rule_found(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    mash(collector, kiosk, "smile", 5)
    collector.take(kiosk.votes())
    judge(collector)
    for statement in (
        "UPDATE misuse_flags SET rule = 'hours'",
        "DELETE FROM misuse_flags",
        "INSERT OR REPLACE INTO misuse_flags SELECT e, seq, 'hours', run, lo FROM misuse_flags",
        "DELETE FROM misuse_runs",
        "UPDATE misuse_runs SET ruleset = ''",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="what a rule found"):
            collector.db.conn.execute(statement)


def test_counts_and_votes_are_as_before(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    mash(collector, kiosk, "smile", 5)
    collector.take(kiosk.votes())
    judge(collector)
    assert counts.rebuild(collector.db, collector.day) == (0, 0, 0, 0)


def test_a_run_reads_the_votes_of_a_month_and_not_of_all_years(collector: TestCollector) -> None:
    plan: list[str] = []
    collector.db.conn.set_trace_callback(plan.append)
    judge(collector)
    collector.db.conn.set_trace_callback(None)
    reads = [sql for sql in plan if "FROM fine" in sql]
    steps = [row[3] for sql in reads for row in collector.rows(f"EXPLAIN QUERY PLAN {sql}")]
    assert "SCAN fine" in steps
    assert not [step for step in steps if step.startswith("SCAN v")]


# ---------------------------------------------------------------- the command and its ruleset


def command(collector: TestCollector, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(collector.path.parent), "misuse", *words])


def test_the_command_names_its_ruleset_and_notes_its_run(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    mash(collector, kiosk, "smile", 5)
    collector.take(kiosk.votes())
    result = command(collector, "run")
    assert result.exit_code == 0, result.output
    digest = read_ruleset(collector.path.parent).digest[:12]
    assert f"ruleset 2026-1 ({digest}): 5 votes of 1 kiosks; left out: burst 2" in result.output
    noted = runs.latest(collector.db)["misuse"]
    assert noted.ok
    assert noted.said == result.output.strip()
    look = misuse.last_look(collector.db)
    assert look is not None
    assert (look.ruleset, look.votes) == ("2026-1", 5)


OWN = Path("collector/data/misuse.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("share = 3.0", "share = 3.1", "budget: 10.1 expected false cases a month; at most 10"),
        ("votes = 3, seconds = 15", "votes = 0, seconds = 15", "burst.limits"),
        ("margin_minutes = 15", "margin = 15", "margin"),
        ("least_weeks = 6", "least_weeks = 13", "is more than baseline.weeks"),
        ('version = "2026-1"', 'version = ""', "version: it is empty"),
    ],
)
def test_a_ruleset_that_makes_no_sense_is_refused(
    collector: TestCollector, old: str, new: str, words: str
) -> None:
    file = collector.path.parent / "misuse.toml"
    file.write_text(OWN.replace(old, new), encoding="utf-8")
    result = command(collector, "run")
    assert result.exit_code == 1
    assert f"{file}, line " in result.output
    assert words in result.output
    assert not runs.latest(collector.db)["misuse"].ok


def test_a_ruleset_of_ones_own_has_a_hash_of_its_own(tmp_path: Path) -> None:
    packaged = read_ruleset(tmp_path)
    (tmp_path / "misuse.toml").write_text(OWN.replace("2026-1", "banjar-2"), encoding="utf-8")
    own = read_ruleset(tmp_path)
    assert own.rules.version == "banjar-2"
    assert own.digest != packaged.digest
    assert own.hours == packaged.hours
    (tmp_path / "holidays.csv").write_text("date,name,kind\n", encoding="utf-8")
    assert read_ruleset(tmp_path).hours != own.hours


def test_a_ruleset_that_is_no_toml_is_told(tmp_path: Path) -> None:
    (tmp_path / "misuse.toml").write_text("version =", encoding="utf-8")
    with pytest.raises(FileError, match="is not TOML"):
        read_ruleset(tmp_path)


# ---------------------------------------------------------------- corrections


def correct(collector: TestCollector, kiosk: TestKiosk, first: str, then: str) -> None:
    seq = kiosk.press(first).seq
    collector.clock.ms += 1_000
    kiosk.press(then, replaces=seq)
    collector.clock.ms += 60_000


def test_corrections_are_told_by_direction(collector: TestCollector) -> None:
    kiosk, quiet = collector.kiosk(), collector.kiosk("dukcapil-02", seed=2)
    for first, then in (("smile", "frown"), ("smile", "frown"), ("neutral", "frown")):
        correct(collector, kiosk, first, then)
    collector.take(kiosk.votes(), kiosk.health())
    day = ["--from", "2025-11-24", "--to", "2025-11-24"]
    assert command(collector, "corrections", *day).output.splitlines() == [
        "dukcapil-01: neutral to frown 1, smile to frown 2; contested 0",
        f"{quiet.name}: none; has not reported",
    ]
    found = json.loads(command(collector, "corrections", *day, "--json").output)
    assert found[0]["corrections"] == [
        {"from": "neutral", "to": "frown", "n": 1},
        {"from": "smile", "to": "frown", "n": 2},
    ]
    other = ["--from", "2025-11-25", "--to", "2025-11-30"]
    assert command(collector, "corrections", *other).output.startswith("dukcapil-01: none;")


def test_the_rules_see_the_corrections_of_the_ledger(collector: TestCollector) -> None:
    """Here every second vote was a smile before it was a frown; at three others none was."""
    add_counters(collector.db, (1, 2, 3, 4))
    kiosks = [
        collector.add(TestKiosk(f"dukcapil-{n:02}", collector.clock, seed=n), f"loket-{n}")
        for n in (1, 2, 3, 4)
    ]
    for _ in range(20):
        correct(collector, kiosks[0], "smile", "frown")
        kiosks[0].press("smile")
        for each in kiosks[1:]:
            for _ in range(2):
                collector.clock.ms += 30_000
                each.press("smile")
    collector.take(*(kiosk.votes() for kiosk in kiosks))
    judge(collector, days=7)
    (case,) = [case for case in cases(collector.db) if case.opening.rule == "corrections"]
    assert case.opening.evidence["uncorrected"] == "100.00"
    assert "20 of 40 votes correct another; index 62.50" in command(collector, "cases").output
