"""What the ledger refuses to everybody: a plain connection of SQLite's tries, with its defaults."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.ledger import journal, runs
from collector.ledger.runs import Run
from collector.ledger.store import writing
from tests.fleet import Clock, TestCollector

NOW_MS = 4_000_000_000_000  # far ahead of every machine's clock: nothing is old
LONG_AGO_MS = 1_763_860_500_000


def filled(folder: Path, clock: Clock) -> TestCollector:
    """Three votes, one of them flagged; an entry of the journal; a run."""
    collector = TestCollector(folder, clock)
    kiosk = collector.kiosk()
    kiosk.press("frown")
    kiosk.press("smile")
    kiosk.press("smile", replaces=7)
    collector.take(kiosk.hello(), kiosk.votes())
    with writing(collector.db):
        journal.note(collector.db, 1000, "cli:sari", "kiosk-added")
        runs.record(collector.db, Run("backup", 1000, True, 5, "fine"))
    return collector


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that knows nothing of us, to a ledger whose votes are young."""
    filled(tmp_path, Clock(NOW_MS)).db.close()
    connection = sqlite3.connect(tmp_path / "ledger.db")
    yield connection
    connection.close()


def contents(connection: sqlite3.Connection) -> list[object]:
    tables = ("votes", "fine", "checkpoints", "flags", "journal", "runs", "epochs")
    return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]


FORBIDDEN = [
    "UPDATE votes SET face = 'smile'",
    "UPDATE OR REPLACE votes SET seq = 2 WHERE seq = 1",
    "DELETE FROM votes",
    "DELETE FROM votes WHERE seq = 3",
    "INSERT OR REPLACE INTO votes SELECT * FROM votes",
    "REPLACE INTO votes SELECT e, seq, 'smile', question, replaces, origin_epoch, origin_seq, test,"
    " counted, quarter, salt, time, quality, lo, hi, corrects, received_ms FROM votes",
    "INSERT INTO votes SELECT * FROM votes WHERE TRUE ON CONFLICT DO UPDATE SET face = 'smile'",
    "UPDATE fine SET wall_ms = 0",
    "DELETE FROM fine",
    "UPDATE checkpoints SET head = ''",
    "DELETE FROM checkpoints",
    "REPLACE INTO checkpoints SELECT e, seq, '', kind, digest, signature, 0 FROM checkpoints",
    "UPDATE flags SET flag = 'fork'",
    "DELETE FROM flags",
    "UPDATE journal SET who = 'web:nobody'",
    "DELETE FROM journal",
    "REPLACE INTO journal SELECT n, 0, who, what, detail, head FROM journal",
    "UPDATE runs SET ok = 0",
    "DELETE FROM runs",
    "REPLACE INTO runs SELECT id, job, at_ms, 0, took_ms, said FROM runs",
    "UPDATE epochs SET key = 'ab'",
    "UPDATE epochs SET kiosk = 'other-01'",
    "UPDATE epochs SET epoch = 'ab'",
    "UPDATE OR REPLACE epochs SET e = 9",
    "UPDATE epochs SET seq = seq - 1",
    "DELETE FROM epochs",
    "REPLACE INTO epochs (epoch, kiosk, key, state, added_at, head)"
    " SELECT epoch, kiosk, 'ab', state, added_at, head FROM epochs",
    "REPLACE INTO epochs (e, epoch, kiosk, key, state, added_at, head)"
    " SELECT e, 'ab', kiosk, key, state, added_at, head FROM epochs",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_a_forbidden_statement_changes_nothing(plain: sqlite3.Connection, statement: str) -> None:
    before = contents(plain)
    assert all(before), "there is something to lose in each table"
    with pytest.raises(sqlite3.IntegrityError, match=r"never|kept for 30 days"):
        plain.execute(statement)
    plain.commit()
    assert contents(plain) == before


def test_trap_replace_fires_no_trigger_for_what_it_removes(tmp_path: Path) -> None:
    """Why the rows that come are looked at, not only those that go."""
    connection = sqlite3.connect(tmp_path / "trap.db")
    connection.execute("CREATE TABLE votes (seq INTEGER PRIMARY KEY, face TEXT)")
    connection.execute(
        "CREATE TRIGGER no_delete BEFORE DELETE ON votes BEGIN SELECT RAISE(ABORT, 'never'); END"
    )
    connection.execute("INSERT INTO votes VALUES (1, 'frown')")
    connection.execute("REPLACE INTO votes VALUES (1, 'smile')")
    assert connection.execute("SELECT face FROM votes").fetchall() == [("smile",)]
    connection.close()


def test_the_time_of_a_vote_that_is_old_may_be_erased(tmp_path: Path) -> None:
    collector = filled(tmp_path, Clock(LONG_AGO_MS))
    assert collector.value("SELECT COUNT(*) FROM fine") == 3
    collector.db.conn.execute("DELETE FROM fine")
    assert collector.value("SELECT COUNT(*) FROM fine") == 0


def test_what_the_collector_does_itself_is_allowed(tmp_path: Path) -> None:
    """Two batches of one epoch in one transaction, and one more after it."""
    collector = TestCollector(tmp_path)
    kiosk = collector.kiosk()
    for _ in range(6):
        kiosk.press("smile")
    collector.take(kiosk.votes(0, 2), kiosk.votes(2, 4))
    collector.take(kiosk.votes(4, 6))
    assert len(collector.stored(kiosk)) == 6
