"""What people did stays as it was noted; what jobs said last can be asked."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from collector.ledger import journal, runs
from collector.ledger.runs import Run
from collector.ledger.store import open_ledger, writing


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    ledger = open_ledger(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def test_each_entry_is_chained_to_the_one_before(db: Database) -> None:
    with writing(db):
        first = journal.note(db, 1000, "cli:sari", "kiosk-added", kiosk="dukcapil-01")
        second = journal.note(db, 2000, "web:budi", "login", note="two\nlines")
    assert list(journal.entries(db)) == [first, second]
    assert list(journal.entries(db, after=1)) == [second]
    assert first.head == journal.next_head(journal.BEGIN, first[:-1])
    assert second.head == journal.next_head(first.head, second[:-1])
    assert journal.last(db) == (2, second.head)
    assert "\n" not in second.detail


@pytest.mark.parametrize("table", ["journal", "runs"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at_ms = 0", "DELETE FROM {}"])
def test_what_was_noted_is_never_changed(db: Database, table: str, change: str) -> None:
    with writing(db):
        journal.note(db, 1000, "cli:sari", "kiosk-added")
        runs.record(db, Run("backup", 1000, True, 5, "fine"))
    with pytest.raises(sqlite3.IntegrityError, match="never changed or removed"), writing(db):
        db.conn.execute(change.format(table))


def test_the_latest_run_of_each_job(db: Database) -> None:
    backup, worse = Run("backup", 1000, True, 5, "fine"), Run("backup", 2000, False, 9, "full")
    drill = Run("drill", 1500, True, 700, "fine")
    with writing(db):
        for run in (backup, drill, worse):
            runs.record(db, run)
    assert runs.latest(db) == {"backup": worse, "drill": drill}
