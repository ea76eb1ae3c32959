"""What sqlite-utils and SQLite do that costs others their rows, shown; and what the ledger does."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from collector.ledger.store import open_ledger, writing
from tests.fleet import TestCollector


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with Database(sqlite3.connect(tmp_path / "trap.db")) as db:
        db["votes"].create({"seq": int, "face": str})
        yield db


def seen_by_others(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT COUNT(*) FROM votes").fetchone()[0])
    finally:
        connection.close()


def faulty_rows(good: int) -> Iterator[dict[str, object]]:
    for seq in range(good):
        yield {"seq": seq, "face": "smile"}
    raise ZeroDivisionError


# ---------------------------------------------------------------- sqlite-utils


def test_trap_execute_commits_at_once(db: Database, tmp_path: Path):
    db.execute("INSERT INTO votes VALUES (1, 'smile')")
    assert seen_by_others(tmp_path / "trap.db") == 1
    db.conn.rollback()
    assert seen_by_others(tmp_path / "trap.db") == 1


def test_ours_a_transaction_is_seen_by_nobody_before_its_end(tmp_path: Path):
    with open_ledger(tmp_path / "ledger.db") as db, open_ledger(tmp_path / "ledger.db") as other:
        with writing(db):
            db.conn.execute("INSERT INTO kiosks VALUES ('a', 1, NULL)")
            assert other.conn.execute("SELECT COUNT(*) FROM kiosks").fetchone() == (0,)
        assert other.conn.execute("SELECT COUNT(*) FROM kiosks").fetchone() == (1,)


def test_trap_insert_all_commits_in_parts(db: Database, tmp_path: Path):
    with pytest.raises(ZeroDivisionError):
        db["votes"].insert_all(faulty_rows(3000))
    assert 0 < seen_by_others(tmp_path / "trap.db") <= 3000


def test_ours_a_batch_is_stored_whole_or_not_at_all(tmp_path: Path):
    """500 votes of which the last breaks the table's rules: none is stored."""
    collector = TestCollector(tmp_path)
    kiosk = collector.kiosk()
    for _ in range(499):
        kiosk.press("smile")
    kiosk.press("break")
    with writing(collector.db):
        collector.db.conn.execute(
            "CREATE TRIGGER break BEFORE INSERT ON votes WHEN NEW.face = 'break'"
            " BEGIN SELECT RAISE(ABORT, 'broken'); END"
        )
    assert collector.take(kiosk.votes()) == []
    assert collector.value("SELECT COUNT(*) FROM votes") == 0
    assert collector.value("SELECT COUNT(*) FROM fine") == 0
    assert collector.counted() == {}
    assert collector.refusals() == ["internal"]


def test_trap_a_database_belongs_to_the_thread_that_opened_it(db: Database):
    """And paho calls back on a thread of its own, where the error would kill that thread."""
    errors: list[Exception] = []

    def insert() -> None:
        try:
            db["votes"].insert({"seq": 1, "face": "smile"})
        except sqlite3.ProgrammingError as error:
            errors.append(error)

    thread = threading.Thread(target=insert)
    thread.start()
    thread.join()
    assert "thread" in str(errors[0])


# ---------------------------------------------------------------- SQLite


def test_trap_foreign_keys_are_off_unless_asked_for(db: Database):
    assert db.conn.execute("PRAGMA foreign_keys").fetchone() == (0,)


def test_ours_a_vote_needs_its_epoch(tmp_path: Path):
    with open_ledger(tmp_path / "ledger.db") as db:
        assert db.conn.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert db.conn.execute("PRAGMA foreign_key_check").fetchall() == []


def test_trap_a_column_takes_what_it_is_not_declared_for(db: Database):
    db.execute("INSERT INTO votes VALUES ('not a number', 5)")
    assert db.execute("SELECT typeof(seq) FROM votes").fetchone() == ("text",)


def test_ours_every_table_is_strict(tmp_path: Path):
    with open_ledger(tmp_path / "ledger.db") as db:
        loose = db.conn.execute(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
            " AND NOT strict AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlite_%'"
        ).fetchall()
    assert loose == []


def test_trap_a_new_connection_has_its_own_synchronous(tmp_path: Path):
    """WAL stays with the file, FULL does not: each connection that writes must ask for it."""
    with open_ledger(tmp_path / "ledger.db"):
        connection = sqlite3.connect(tmp_path / "ledger.db")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.close()
        connection = sqlite3.connect(tmp_path / "ledger.db")
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        connection.close()
