"""Cases over a real ledger: opened by a run, listed, closed with a reason, explained."""

import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from collector.ledger import journal, misuse
from collector.ledger.cases import cases
from collector.misuse import running
from collector.misuse.ruleset import read_ruleset
from collector.misuse.running import Found
from collector.servicehours import read_calendar
from tests.fleet import ZONE, TestCollector, TestKiosk

FIRST = datetime(2026, 4, 6, tzinfo=ZONE)  # a Monday, after Ramadan
WEEKS = 16


def ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def usual_day(kiosk: TestKiosk, day: datetime, chance: random.Random, votes: int = 12) -> None:
    for minute in sorted(chance.sample(range(480, 940), votes)):
        kiosk.clock.ms = ms(day + timedelta(minutes=minute))
        kiosk.press(chance.choice(["smile", "smile", "smile", "frown"]))


def sit(kiosk: TestKiosk, day: datetime, chance: random.Random) -> None:
    """Eighty smiles in a row, in the morning."""
    kiosk.clock.ms = ms(day + timedelta(hours=9))
    for _ in range(80):
        kiosk.clock.ms += chance.randint(11_000, 40_000)
        kiosk.press("smile")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestCollector]:
    """Sixteen usual weeks; on the Tuesday of the last, somebody sits at the kiosk."""
    collector, chance = TestCollector(tmp_path_factory.mktemp("cases")), random.Random(11)
    collector.clock.ms = ms(FIRST)
    kiosk = collector.kiosk()
    for n in range(WEEKS * 7):
        day = FIRST + timedelta(days=n)
        if day.weekday() < 5:
            told = len(kiosk.chain)
            if n == (WEEKS - 1) * 7 + 1:
                sit(kiosk, day, chance)
            else:
                usual_day(kiosk, day, chance)
            collector.take(kiosk.votes(told))
    yield collector
    collector.close()


TUESDAY = (FIRST + timedelta(days=(WEEKS - 1) * 7 + 1)).date()
NEXT_MONDAY = FIRST + timedelta(weeks=WEEKS, hours=1)


def judge(ledger: TestCollector, now: datetime = NEXT_MONDAY) -> Found:
    folder = ledger.path.parent
    return running.run(ledger.db, read_ruleset(folder), read_calendar(folder), now)


def command(ledger: TestCollector, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(ledger.path.parent), "misuse", *words])


def test_the_whole_way_of_a_case(ledger: TestCollector) -> None:
    before = judge(ledger, NEXT_MONDAY - timedelta(days=1))
    assert before.opened == 0, "the week is not over"
    assert command(ledger, "cases").output == "no case waits\n"
    opened = judge(ledger).opened
    assert opened >= 1
    assert judge(ledger).opened == 0, "it is there already"
    listed = command(ledger, "cases").output
    assert f"sitting  dukcapil-01  {TUESDAY}  80 smile in a row of 80, limit " in listed
    sat = next(case for case in cases(ledger.db) if case.opening.rule == "sitting")
    closed = command(ledger, "close", str(sat.id), "--verdict", "misuse", "--reason", "ditanya")
    assert closed.output == f"case {sat.id} is closed: misuse\n"
    assert "sitting" not in command(ledger, "cases").output
    assert "misuse, by cli:" in command(ledger, "cases", "--all").output
    assert judge(ledger).opened == 0, "a closed case stays closed"
    told = journal.entries_about(ledger.db, "case-closed")[-1]
    assert told.told() == {
        "case": sat.id, "verdict": "misuse", "reason": "ditanya", "rule": "sitting",
        "kiosk": "dukcapil-01",
    }  # fmt: skip
    again = command(ledger, "close", str(sat.id), "--verdict", "honest", "--reason", "bukan")
    assert again.exit_code == 1
    assert f"case {sat.id} was closed by cli:" in again.output
    assert len(journal.entries_about(ledger.db, "case-closed")) == 1, "what failed is not noted"


def test_cases_for_programs(ledger: TestCollector) -> None:
    judge(ledger)
    found = json.loads(command(ledger, "cases", "--all", "--json").output)
    assert {case["kiosk"] for case in found} == {"dukcapil-01"}
    assert all({"rule", "first_day", "last_day", "evidence", "closed"} <= set(c) for c in found)


@pytest.mark.parametrize("reason", ["", "   ", "two\nlines", "x" * 301])
def test_a_case_is_closed_with_a_reason(ledger: TestCollector, reason: str) -> None:
    judge(ledger)
    result = command(ledger, "close", "1", "--verdict", "unclear", "--reason", reason)
    assert result.exit_code == 1
    assert "a reason is one line of at most 300 characters, without names" in result.output


def test_a_case_that_there_is_not_cannot_be_closed(ledger: TestCollector) -> None:
    result = command(ledger, "close", "999", "--verdict", "unclear", "--reason", "x")
    assert result.exit_code == 1
    assert "there is no case 999; 'misuse cases' lists those that are open" in result.output


@pytest.mark.parametrize("table", ["misuse_cases", "misuse_closings"])
def test_cases_are_never_changed(ledger: TestCollector, table: str) -> None:
    judge(ledger)
    ledger.db.conn.execute(
        "INSERT OR IGNORE INTO misuse_closings SELECT MAX(id), 0, 'cli:x', 'unclear', 'x'"
        " FROM misuse_cases WHERE id NOT IN (SELECT id FROM misuse_closings) HAVING MAX(id) > 0"
    )
    ledger.db.conn.commit()
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 100"):
        with pytest.raises(sqlite3.IntegrityError, match="what a rule found"):
            ledger.db.conn.execute(statement)
    ledger.db.conn.rollback()


# ---------------------------------------------------------------- explain


def test_a_vote_is_explained_and_the_journal_knows(tmp_path: Path) -> None:
    collector = TestCollector(tmp_path)
    collector.clock.ms = ms(FIRST + timedelta(hours=9))
    kiosk = collector.kiosk()
    for _ in range(5):
        kiosk.press("smile")
        collector.clock.ms += 3_100
    kiosk.press("frown", test=True)
    collector.take(kiosk.votes())
    name = kiosk.epoch[:12]
    assert "the rules have never been run: 'misuse run'" in explained(collector, f"{name}/1")
    judge(collector, FIRST + timedelta(days=1))
    kept, out, test = (explained(collector, f"{name}/{seq}") for seq in (3, 4, 6))
    assert f"vote {name}/3: smile, asked pelayanan, at dukcapil-01, 2026-04-06 09:00" in kept
    assert "counts in the index" in kept
    assert "not left out of the filtered index; last run of 2026-04-07 00:00, rul" in kept
    assert "left out of the filtered index by rule burst, run of 2026-04-07" in out
    digest = read_ruleset(tmp_path).digest[:12]
    assert f"ruleset 2026-1 ({digest})" in out
    assert "does not count: a test" in test
    told = [entry.told()["vote"] for entry in journal.entries_about(collector.db, "vote-explained")]
    assert told == [f"{name}/{seq}" for seq in (1, 3, 4, 6)]


def test_the_cases_of_its_day_are_told_with_a_vote(ledger: TestCollector) -> None:
    judge(ledger)
    epoch, seq = ledger.rows(
        "SELECT epoch, votes.seq FROM votes JOIN epochs USING (e)"
        " WHERE DATE(lo + 8 * 3600, 'unixepoch') = ? LIMIT 1", str(TUESDAY),
    )[0]  # fmt: skip
    assert "case of its kiosk and day: " in explained(ledger, f"{epoch[:12]}/{seq}")


def explained(collector: TestCollector, vote: str) -> str:
    result = command(collector, "explain", vote)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize(
    ("vote", "words"),
    [
        ("17", "'17' is no vote; it is named by its epoch and seq, such as 3f9a2c/17"),
        ("abc/x", "is no vote"),
        ("zz/1", "no epoch begins with 'zz'"),
    ],
)
def test_what_is_no_vote_is_said_so(ledger: TestCollector, vote: str, words: str) -> None:
    result = command(ledger, "explain", vote)
    assert result.exit_code == 1
    assert words in result.output


def test_a_vote_beyond_the_last_is_said_so(ledger: TestCollector) -> None:
    epoch = str(ledger.value("SELECT epoch FROM epochs"))[:12]
    result = command(ledger, "explain", f"{epoch}/99999")
    assert result.exit_code == 1
    assert f"epoch {epoch} of dukcapil-01 has" in result.output


def test_a_vote_without_a_known_time_is_not_judged(tmp_path: Path) -> None:
    collector = TestCollector(tmp_path)
    kiosk = collector.kiosk()
    kiosk.synced = False
    kiosk.press("smile")
    kiosk.reboot()
    collector.take(kiosk.votes())
    judge(collector, FIRST)
    assert misuse.last_look(collector.db) is not None
    assert "not judged: its time is of quality" in explained(collector, f"{kiosk.epoch[:12]}/1")
