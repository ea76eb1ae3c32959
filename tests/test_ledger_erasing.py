"""What tells the exact second of a press is gone after 30 days, bytes and all; nothing else is."""

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collector.cli import main
from collector.commands import erase as command
from collector.ledger import counts, erasing, runs
from collector.ledger.counts import Differences
from collector.ledger.erasing import Erased
from kiosk import wire
from tests.fleet import Clock, TestCollector, TestKiosk

DAY_MS = 86_400_000
NOW_MS = time.time_ns() // 1_000_000
LONG_AGO = NOW_MS - 40 * DAY_MS


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path, Clock(LONG_AGO))


def filled(collector: TestCollector) -> tuple[list[wire.Vote], list[wire.Vote]]:
    """Votes of 40 days ago and of today, of several kiosks in turn: the old ones, the young."""
    kiosks = [collector.kiosk(f"kiosk-{n}", seed=n) for n in range(1, 7)]
    generations = []
    for moment in (LONG_AGO, NOW_MS - 60_000):
        collector.clock.ms = moment
        generations.append([_vote(collector, kiosk) for _ in range(15) for kiosk in kiosks])
    return generations[0], generations[1]


def _vote(collector: TestCollector, kiosk: TestKiosk) -> wire.Vote:
    collector.clock.ms += 100
    vote = kiosk.press("frown")
    collector.take(kiosk.hello(), kiosk.votes(len(kiosk.chain) - 1))
    return vote


def erase(collector: TestCollector) -> Erased:
    return erasing.erase(collector.db, NOW_MS, lambda: None)


def run(collector: TestCollector) -> Result:
    return CliRunner().invoke(main, ["--data", str(collector.path.parent), "erase"])


def found(collector: TestCollector, votes: list[wire.Vote]) -> int:
    """Votes of which the salt of the time can be read in the ledger's files, raw or as text."""
    files = [collector.path, collector.path.with_name("ledger.db-wal")]
    raw = b"".join(file.read_bytes() for file in files if file.exists())
    salts = [vote.fine.tsalt for vote in votes if vote.fine]
    return sum(bytes.fromhex(salt) in raw or salt.encode() in raw for salt in salts)


# ---------------------------------------------------------------- the bytes


def test_the_bytes_are_gone_from_the_file_and_the_wal(collector: TestCollector) -> None:
    old, young = filled(collector)
    assert found(collector, old) == len(old)
    result = run(collector)
    assert result.exit_code == 0, result.output
    assert f"erased: {len(old)} exact times" in result.output
    assert found(collector, old) == 0
    assert found(collector, young) == len(young)


def test_refused_and_held_messages_go_with_the_times_in_them(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    stranger = TestKiosk(kiosk.name, collector.clock, seed=2)
    forger = TestKiosk(kiosk.name, collector.clock, seed=3)
    for each in (stranger, forger):
        each.press("smile")
    collector.take(stranger.hello(), stranger.votes(), forger.votes())
    assert found(collector, [*stranger.chain, *forger.chain]) == 2
    assert run(collector).exit_code == 0
    assert found(collector, [*stranger.chain, *forger.chain]) == 0
    collector.clock.ms = NOW_MS
    assert collector.take(stranger.hello())[0].status == "held", "the kiosk may send it again"
    collector.take(stranger.votes(), forger.votes())
    assert erase(collector) == (0, 0, 0, 0), "what is young stays"
    assert found(collector, stranger.chain) == 1


def test_trap_what_sqlite_deletes_stays_readable_unless_it_is_told(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "trap.db")) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE fine (tsalt BLOB)")
        connection.execute("INSERT INTO fine VALUES (?)", (b"exactly this second",))
        connection.execute("DELETE FROM fine")
        connection.commit()
    assert b"exactly this second" in (tmp_path / "trap.db").read_bytes()


# ---------------------------------------------------------------- what stays


def heads(collector: TestCollector) -> dict[str, str]:
    """Epoch → the head that its stored rows give, from genesis on."""
    return {
        epoch: _head(collector, e, kiosk, epoch, key)
        for e, kiosk, epoch, key in collector.rows("SELECT e, kiosk, epoch, key FROM epochs")
    }


def _head(collector: TestCollector, e: int, kiosk: str, epoch: str, key: str) -> str:
    head = wire.genesis(kiosk, key)
    for seq, face, quarter, salt, time_ in collector.rows(
        "SELECT seq, face, quarter, salt, time FROM votes WHERE e = ? ORDER BY seq", e
    ):
        vote = wire.Vote(
            seq, face, "pelayanan", None, None, False, quarter, salt.hex(), time_.hex(), None
        )
        head = wire.next_head(head, wire.leaf(kiosk, epoch, vote))
    return head


def test_chains_still_verify_and_no_count_changes(collector: TestCollector) -> None:
    filled(collector)
    counted, days = collector.counted(), collector.rows("SELECT * FROM counts_quarter")
    erase(collector)
    stored = dict(collector.rows("SELECT epoch, head FROM epochs"))
    assert heads(collector) == stored
    assert collector.counted() == counted
    assert collector.rows("SELECT * FROM counts_quarter") == days
    assert counts.rebuild(collector.db, collector.day) == Differences(0, 0, 0, 0)


def test_a_second_run_finds_nothing(collector: TestCollector) -> None:
    old, _ = filled(collector)
    assert erase(collector).times == len(old)
    assert erase(collector) == (0, 0, 0, 0)


def test_a_kiosk_that_was_offline_for_weeks_can_still_date_what_it_sends(
    collector: TestCollector,
) -> None:
    """In one boot, its clock synced only while it was online."""
    kiosk = collector.kiosk()
    collector.take(kiosk.hello())
    kiosk.synced = False
    collector.clock.ms += 2 * DAY_MS
    pressed = collector.clock.ms
    kiosk.press("smile")
    collector.clock.ms = NOW_MS
    erase(collector)
    collector.take(kiosk.hello(), kiosk.votes())
    quarter = pressed // 900_000 * 900
    assert collector.rows("SELECT quality, lo FROM votes") == [("B", quarter)]


def test_of_earlier_boots_nothing_is_kept(collector: TestCollector) -> None:
    kiosk = collector.kiosk()
    for _ in range(3):
        kiosk.reboot()
        collector.clock.ms += 1000
        collector.take(kiosk.hello())
    assert erase(collector).boots == 4
    assert collector.rows("SELECT boot FROM hellos") == [(kiosk.boot,)]
    assert collector.rows("SELECT boot FROM anchors") == [(kiosk.boot,)]


def test_a_boot_that_was_heard_lately_is_kept(collector: TestCollector) -> None:
    """One connection for 40 days: no hello since, but health."""
    kiosk = collector.kiosk()
    collector.take(kiosk.hello())
    first = kiosk.boot
    collector.clock.ms = NOW_MS - DAY_MS
    collector.take(kiosk.health())
    kiosk.reboot()
    collector.take(kiosk.hello())
    assert erase(collector).boots == 0
    assert {boot for (boot,) in collector.rows("SELECT boot FROM hellos")} == {first, kiosk.boot}


# ---------------------------------------------------------------- beside others


def test_ingest_goes_on_meanwhile(collector: TestCollector, monkeypatch) -> None:
    monkeypatch.setattr(erasing, "SLICE", 10)
    filled(collector)
    done = threading.Event()
    receipts: list[str] = []

    def ingest() -> None:
        beside = TestCollector(collector.path.parent, Clock(NOW_MS))
        kiosk = beside.kiosk("beside-01", seed=50)
        while not done.is_set() or not receipts:
            kiosk.press("smile")
            receipts.extend(each.status for each in beside.take(kiosk.votes(len(kiosk.chain) - 1)))
        assert len(receipts) == len(kiosk.chain)
        beside.close()

    thread = threading.Thread(target=ingest)
    thread.start()
    try:
        erased = erasing.erase(collector.db, NOW_MS, lambda: time.sleep(0.005))
    finally:
        done.set()
        thread.join(30)
    assert erased.times == 90
    assert set(receipts) == {"ok"}


def test_it_ends_however_many_votes_come_meanwhile(collector: TestCollector, monkeypatch) -> None:
    monkeypatch.setattr(erasing, "SLICE", 10)
    filled(collector)
    kiosk = collector.kiosk("beside-01", seed=50)
    slices = 0

    def many_more() -> None:
        nonlocal slices
        slices += 1
        assert slices < 100
        for _ in range(10):
            kiosk.press("smile")
        collector.take(kiosk.votes(len(kiosk.chain) - 10))

    assert erasing.erase(collector.db, NOW_MS, many_more).times == 90


def test_a_reader_that_does_not_end_is_told_and_the_next_run_makes_it_good(
    collector: TestCollector, monkeypatch
) -> None:
    monkeypatch.setattr(command, "PAUSE", 0.01)
    monkeypatch.setattr(command, "TRIES", 2)
    old, _ = filled(collector)
    with closing(sqlite3.connect(collector.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM votes").fetchone()
        result = run(collector)
        assert result.exit_code == 1
        assert "still in the ledger's WAL" in result.output
        assert runs.latest(collector.db)["erase"].ok is False
    assert run(collector).exit_code == 0
    assert found(collector, old) == 0
    assert runs.latest(collector.db)["erase"].ok is True
