"""The ledger opens durably or not at all, and keeps votes as they came."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from collector.ledger.store import (
    CannotCommit,
    Damaged,
    LedgerError,
    open_ledger,
    read_ledger,
    writing,
)
from tests.fleet import TestCollector


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_ledger(tmp_path / "ledger.db") as db:
        yield db


def test_it_is_in_wal_mode_and_fully_synchronous(db: Database):
    assert db.conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.conn.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_file_system_without_wal_is_refused(tmp_path: Path, mocker):
    """As some network file systems answer: the journal stays as it was."""
    connect = sqlite3.connect

    class Stubborn(sqlite3.Connection):
        def execute(self, statement: str, *values: object) -> sqlite3.Cursor:
            return super().execute(statement.replace("=WAL", "=DELETE"), *values)

    mocker.patch(
        "sqlite3.connect", lambda *args, **kwargs: connect(*args, factory=Stubborn, **kwargs)
    )
    for _ in range(2):
        with pytest.raises(LedgerError, match="local disk"):
            open_ledger(tmp_path / "ledger.db")
    assert list(tmp_path.iterdir()) == []


def test_opening_again_changes_nothing(tmp_path: Path):
    collector = TestCollector(tmp_path)
    kiosk = collector.kiosk()
    kiosk.press("smile")
    collector.take(kiosk.votes())
    schema = collector.rows("SELECT sql FROM sqlite_master ORDER BY name")
    with open_ledger(collector.path) as db:
        assert db.conn.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == schema
        assert db.conn.execute("SELECT COUNT(*) FROM votes").fetchone() == (1,)


def test_a_reader_needs_a_ledger(tmp_path: Path):
    with pytest.raises(LedgerError, match=r"ledger\.db"):
        read_ledger(tmp_path / "ledger.db")


def test_a_reader_cannot_write(db: Database, tmp_path: Path):
    with (
        read_ledger(tmp_path / "ledger.db") as reader,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        reader.conn.execute("DELETE FROM kiosks")


def test_a_file_that_is_no_ledger_is_told(tmp_path: Path):
    file = tmp_path / "ledger.db"
    file.write_bytes(b"no database at all" * 1000)
    with pytest.raises(LedgerError, match=r"ledger\.db.*backup"):
        open_ledger(file)


def test_a_ledger_that_was_cut_to_nothing_is_not_begun_anew(tmp_path: Path):
    collector = TestCollector(tmp_path)
    collector.kiosk()
    remains = collector.path.with_name("ledger.db-wal").read_bytes()
    collector.db.close()
    collector.path.write_bytes(b"")
    collector.path.with_name("ledger.db-wal").write_bytes(remains)
    with pytest.raises(Damaged, match=r"ledger\.db: the file is empty.*backup"):
        open_ledger(collector.path)
    assert collector.path.with_name("ledger.db-wal").read_bytes() == remains


def test_a_wal_whose_ledger_is_gone_is_kept(tmp_path: Path):
    collector = TestCollector(tmp_path)
    wal = collector.path.with_name("ledger.db-wal")
    remains = wal.read_bytes()
    collector.db.close()
    collector.path.unlink()
    wal.write_bytes(remains)
    with pytest.raises(Damaged, match=r"the file is gone, and ledger\.db-wal is what is left"):
        open_ledger(collector.path)
    assert wal.read_bytes() == remains
    assert not collector.path.exists()


def test_a_new_ledger_leaves_nothing_beside_it(db: Database, tmp_path: Path):
    db.close()
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.db"]


def test_a_failed_transaction_leaves_nothing_and_a_usable_ledger(db: Database):
    def fail() -> None:
        with writing(db):
            db.conn.execute("INSERT INTO kiosks VALUES ('a', 1, NULL)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _kiosks(db) == 0
    with writing(db):
        db.conn.execute("INSERT INTO kiosks VALUES ('a', 1, NULL)")
    assert _kiosks(db) == 1


def test_a_second_writer_waits_and_then_gives_up(db: Database, tmp_path: Path):
    with open_ledger(tmp_path / "ledger.db") as other:
        other.conn.execute("PRAGMA busy_timeout = 20")
        with writing(db), pytest.raises(CannotCommit, match="locked"), writing(other):
            pass


@pytest.mark.parametrize("change", ["UPDATE votes SET face = 'smile'", "DELETE FROM votes"])
def test_a_stored_vote_cannot_be_changed_by_mistake(tmp_path: Path, change: str):
    collector = TestCollector(tmp_path)
    kiosk = collector.kiosk()
    kiosk.press("frown")
    collector.take(kiosk.votes())
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        collector.db.conn.execute(change)
    assert collector.stored(kiosk) == [(1, "frown")]


def _kiosks(db: Database) -> int:
    return int(db.conn.execute("SELECT COUNT(*) FROM kiosks").fetchone()[0])


@pytest.mark.parametrize("quality", ["", "E", "AB", "a", None])
def test_a_vote_has_one_of_four_qualities(tmp_path: Path, quality: str | None):
    collector = TestCollector(tmp_path)
    kiosk = collector.kiosk()
    kiosk.press("frown")
    collector.take(kiosk.votes())
    with pytest.raises(sqlite3.IntegrityError, match="quality"):
        collector.db.conn.execute(
            "INSERT INTO votes SELECT e, 2, face, question, replaces, origin_epoch, origin_seq,"
            " test, counted, quarter, salt, time, ?, lo, hi, corrects, received_ms FROM votes",
            (quality,),
        )
