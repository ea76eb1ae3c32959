"""Whoever changes a figure that was given out, or what was decided, is found by the next audit."""

from datetime import UTC, date

import pytest
from sqlite_utils import Database

from collector.index.periods import Days
from collector.integrity.audit import Wishes, verify
from collector.ledger.cases import Opening, close_case, open_cases
from collector.ledger.deeds import By
from collector.ledger.store import writing
from collector.release.signing import propose, publish_due, reply, revise, sign
from tests.test_release_command import FIRST, JANUARY, db, folder, vote

__all__ = ["db", "folder"]

BEGIN = By("web:sari", 1_744_339_500_000)
WISHES = Wishes("00" * 32, UTC, BEGIN.at_ms // 1000)


def on(day: int) -> By:
    return BEGIN._replace(at_ms=BEGIN.at_ms + day * 86_400_000)


@pytest.fixture
def decided(db: Database) -> Database:
    """Months, one of them revised; a triwulan with a remark and a signature; a closed case."""
    publish_due(db, BEGIN, date(2025, 4, 11))
    vote(db, "dukcapil-a", "2025-01-20", (12, 12, 60))
    revise(db, on(1), JANUARY, "late votes of a kiosk")
    propose(db, on(2), FIRST, date(2025, 4, 12), "")
    reply(db, on(3), FIRST, agency="gambut", text="Loket pindah.", today=date(2025, 4, 13))
    sign(db, on(9), FIRST, date(2025, 4, 20))
    with writing(db):
        db.conn.execute("INSERT INTO misuse_runs VALUES (1, 0, 'misuse/1', '', '', 1, 1)")
        days = Days.from_to("2025-03-01", "2025-03-01")
        open_cases(db, 1, [Opening("sitting", "gambut-01", days, {})])
    close_case(db, on(10), 1, "honest", "a school visited")
    return db


def found(db: Database) -> list[str]:
    return [each.found for each in verify(db, WISHES).failures if each.kind == "decided"]


def change(db: Database, *statements: str) -> None:
    """As somebody who drops what is in the way."""
    triggers = db.conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    db.conn.execute("PRAGMA foreign_keys=OFF")
    for (name,) in triggers:
        db.conn.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        db.conn.execute(statement)
    db.conn.commit()


def test_what_was_decided_stands_as_it_was_noted(decided: Database) -> None:
    assert found(decided) == []


def test_the_figures_of_the_day_are_in_no_entry(decided: Database) -> None:
    publish_due(decided, on(20), date(2025, 5, 1))
    assert found(decided) == []


TRIWULAN = "the figures of 2025-01-01 to 2025-03-31"
FEBRUARY = "the figures of 2025-02-01 to 2025-02-28"
CASE = "what was decided of case 1"
CHANGED = "is not what was noted in the journal"
GONE = "is noted in the journal, and is not there"
UNHEARD = "stands in no entry of the journal"
OF_FEBRUARY = "WHERE first_day = '2025-02-01' AND kind = 'month'"


@pytest.mark.parametrize(
    ("statement", "failures"),
    [
        (f"UPDATE releases SET idx = '99.9' {OF_FEBRUARY} AND place = 'gambut'",
         [f"{FEBRUARY} {CHANGED}"]),
        (f"UPDATE releases SET votes = '[0, 0, 9]' {OF_FEBRUARY} AND place = 'arsip'",
         [f"{FEBRUARY} {CHANGED}"]),
        (f"DELETE FROM releases {OF_FEBRUARY} AND place = 'gambut'", [f"{FEBRUARY} {CHANGED}"]),
        ("UPDATE pieces SET most = 1 WHERE agency = 'arsip'", [f"{TRIWULAN} {CHANGED}"]),
        ("UPDATE releases SET at_ms = 7 WHERE version = 2 AND audience = 'public'",
         ["the figures of 2025-01-01 to 2025-01-31 " + UNHEARD,
          "the figures of 2025-01-01 to 2025-01-31 " + CHANGED]),
        ("DELETE FROM signatures", [f"the signature under proposal 1 {GONE}"]),
        ("INSERT INTO signatures VALUES (2, 7)", [f"the signature under proposal 2 {UNHEARD}"]),
        ("UPDATE remarks SET text = 'Semua baik.'",
         [f"the remark of gambut on proposal 1 {CHANGED}"]),
        ("UPDATE misuse_closings SET verdict = 'misuse'", [f"{CASE} {CHANGED}"]),
        ("UPDATE misuse_closings SET who = 'web:adi'", [f"{CASE} {CHANGED}"]),
        ("DELETE FROM misuse_closings", [f"{CASE} {GONE}"]),
    ],
)  # fmt: skip
def test_a_change_is_found(statement: str, failures: list[str], decided: Database) -> None:
    change(decided, statement)
    assert found(decided) == failures


@pytest.mark.parametrize("detail", ["no JSON", "{}", "[]", "7", "[" * 100_000, '{"case": []}'])
def test_an_entry_that_cannot_be_read_is_told_by_the_chain(detail: str, decided: Database) -> None:
    change(decided, f"UPDATE journal SET detail = '{detail}' WHERE what = 'case-closed'")
    first, *others = verify(decided, WISHES).failures
    assert "(case-closed) is not the one that was noted" in first.found
    assert f"{CASE} {UNHEARD}" in [each.found for each in others]
