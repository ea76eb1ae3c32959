"""No commit, no receipt; one message that breaks ours breaks only itself."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from collector.commands.ingest import status_of
from collector.config import QuarantineSection
from collector.crash import CRASH_POINTS, EXIT_CODE, CrashError, crash_at, never
from collector.ingest import drain
from collector.ingest.inbox import Arrival
from collector.ingest.step import Ingest
from collector.ledger import receipts, registry
from collector.ledger.store import Damaged, open_ledger, writing
from kiosk.keys import signed_by
from tests.fleet import COLLECTOR_KEY, ZONE, TestCollector, TestKiosk


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    kiosk = collector.kiosk()
    for _ in range(400):
        kiosk.press("smile")
    return kiosk


def fill_disk(collector: TestCollector) -> None:
    """No page more: SQLite then says what it says on a full disk."""
    pages = collector.value("PRAGMA page_count")
    collector.db.conn.execute(f"PRAGMA max_page_count = {pages}")


@pytest.mark.fault(17, how="SQLite may grow by no page; in-process")
def test_a_full_disk_gets_no_receipt_and_stores_nothing_until_there_is_room(
    collector: TestCollector, kiosk: TestKiosk
):
    fill_disk(collector)
    assert collector.take(kiosk.hello(), kiosk.votes()) == []
    assert collector.take(kiosk.votes()) == []
    assert collector.stored(kiosk) == []
    collector.db.conn.execute("PRAGMA max_page_count = 1000000")
    assert [receipt.through for receipt in collector.take(kiosk.votes())] == [400]


@pytest.mark.fault(17, how="likewise, in mid-chain")
def test_what_was_receipted_before_the_disk_was_full_stays(
    collector: TestCollector, kiosk: TestKiosk
):
    collector.take(kiosk.votes(0, 100))
    fill_disk(collector)
    assert collector.take(kiosk.votes(100)) == []
    assert len(collector.stored(kiosk)) == 100
    assert [receipt.through for receipt in collector.take(kiosk.votes(0, 100))] == [100]


def test_a_writer_that_does_not_end_gets_no_receipt(
    collector: TestCollector, kiosk: TestKiosk, tmp_path: Path
):
    collector.db.conn.execute("PRAGMA busy_timeout = 50")
    other = TestCollector(tmp_path)
    with writing(other.db):
        assert collector.take(kiosk.votes()) == []
    assert [receipt.through for receipt in collector.take(kiosk.votes())] == [400]


def test_trouble_is_told_once_and_its_end_too(
    collector: TestCollector, kiosk: TestKiosk, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO", "senyum.collector.ingest")
    fill_disk(collector)
    for _ in range(5):
        collector.take(kiosk.votes())
    assert caplog.text.count("cannot_commit") == 1
    assert "full" in collector.ingest.trouble
    assert status_of(collector.ingest.trouble).startswith("Cannot store votes, kiosks keep them: ")
    collector.db.conn.execute("PRAGMA max_page_count = 1000000")
    for _ in range(2):
        collector.take(kiosk.votes())
    assert caplog.text.count("commits_again") == 1
    assert status_of(collector.ingest.trouble) == "Storing votes."


def test_a_damaged_page_that_is_only_read_is_no_poisoned_message(
    collector: TestCollector, kiosk: TestKiosk
):
    """The epochs cannot be read: nothing is put into quarantine, ingest ends."""
    collector.take(kiosk.votes(0, 100))
    page = collector.value("SELECT rootpage FROM sqlite_master WHERE name = 'epochs'")
    collector.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    collector.db.close()
    with collector.path.open("r+b") as file:
        file.seek((int(str(page)) - 1) * 4096)
        file.write(b"\xff" * 4096)
    again = Ingest(open_ledger(collector.path), COLLECTOR_KEY, ZONE, crash=never, now=kiosk.clock)
    with pytest.raises(Damaged, match=r"ledger\.db.*backup"):
        again.take([Arrival(*kiosk.votes(100), kiosk.clock.ms)])
    with closing(open_ledger(collector.path)) as db:
        assert db.conn.execute("SELECT COUNT(*) FROM quarantine").fetchone() == (0,)


@pytest.mark.fault(20, how="a page of the ledger overwritten")
def test_a_damaged_ledger_stops_ingest_loudly(collector: TestCollector, kiosk: TestKiosk):
    collector.take(kiosk.votes(0, 300))
    collector.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    collector.db.close()
    with collector.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (collector.path.stat().st_size - 4096))
    with pytest.raises(Damaged, match="backup"):
        TestCollector(collector.path.parent).take(kiosk.votes())


@pytest.mark.fault(27, how="a message that breaks our own code; in-process")
def test_a_message_that_breaks_ours_is_set_aside_and_all_others_stored(
    collector: TestCollector, kiosk: TestKiosk, mocker: MockerFixture, caplog
):
    others = [collector.kiosk(f"other-{number}", seed=number + 10) for number in range(9)]
    for other in others:
        other.press("frown")
    kiosk.press("poison")
    really = drain.Batch.store

    def store(batch: drain.Batch, settle_ms: int):
        if any(vote.face == "poison" for vote in batch._votes):
            raise ZeroDivisionError("an error that nobody has thought of")
        return really(batch, settle_ms)

    mocker.patch.object(drain.Batch, "store", store)
    sealed = [other.votes() for other in others]
    receipts = collector.take(*sealed[:4], kiosk.votes(), *sealed[4:])
    assert len(receipts) == 9
    assert all(collector.stored(other) == [(1, "frown")] for other in others)
    assert collector.stored(kiosk) == []
    ours = "ZeroDivisionError('an error that nobody has thought of')"
    assert collector.rows("SELECT reason, topic, kiosk, detail FROM quarantine") == [
        ("internal", "senyum/1/dukcapil-01/votes", "", ours)
    ]
    assert "ZeroDivisionError" in caplog.text
    assert "internal topic=senyum/1/dukcapil-01/votes" in caplog.text
    ingest = collector.bounded(QuarantineSection(total_per_hour=1))
    topic, payload = kiosk.votes()
    assert ingest.take([Arrival(topic, payload, collector.clock.ms)]) == []
    assert collector.rows("SELECT kiosk, day, n FROM quarantine_overflow") == [
        ("", "2025-11-23", 1)
    ]


# ---------------------------------------------------------------- crash points


CRASHING = """
import os, sys
from pathlib import Path
from collector.crash import crash_at
from tests.fleet import TestCollector, TestKiosk
collector = TestCollector(Path(sys.argv[1]), crash=crash_at(os.environ))
kiosk = collector.kiosk()
kiosk.press("smile")
collector.take(kiosk.votes())
kiosk.press("frown")
print(len(collector.take(kiosk.votes(1))), flush=True)
"""


@pytest.mark.parametrize(
    ("point", "stored", "code"),
    [
        ("batch_drained:2", 1, EXIT_CODE),
        ("before_commit:2", 1, EXIT_CODE),
        ("after_commit:2", 2, EXIT_CODE),
        ("after_receipts", 2, 0),  # lies in the loop, not in the step
    ],
)
def test_a_crash_before_the_commit_stores_nothing_and_after_it_everything(
    tmp_path: Path, point: str, stored: int, code: int
):
    ended = subprocess.run(
        [sys.executable, "-c", CRASHING, str(tmp_path)],
        env=os.environ | {"SENYUM_CRASH_AT": point},
        check=False,
        capture_output=True,
        cwd=Path(__file__).parents[1],
    )
    assert ended.returncode == code, ended.stderr
    assert ended.stdout == (b"" if code else b"1\n")
    collector = TestCollector(tmp_path)
    kiosk = TestKiosk("dukcapil-01", collector.clock)
    assert len(collector.stored(kiosk)) == stored
    for _ in range(2):
        kiosk.press("smile")
    assert len(collector.take(kiosk.hello())) == 1


def test_only_a_point_that_is_there_can_be_asked_for():
    for point in CRASH_POINTS:
        crash_at({"SENYUM_CRASH_AT": f"{point}:1000"})(point)
    crash_at({})("batch_drained")
    for wrong in ("after_comit", "after_commit:x", "after_commit:-1"):
        with pytest.raises(CrashError, match="batch_drained, before_commit"):
            crash_at({"SENYUM_CRASH_AT": wrong})


# ---------------------------------------------------------------- receipts that are kept


def kept(collector: TestCollector) -> receipts.Kept | None:
    return receipts.of_epoch(collector.db, collector.rows("SELECT e FROM epochs")[0][0])


def signed_text(kiosk: TestKiosk, row: receipts.Kept) -> bytes:
    """As docs/wire.md tells it."""
    lines = ["senyum/1 receipt", f"senyum/1/{kiosk.name}/receipt", kiosk.epoch]
    return "\n".join([*lines, str(row.through), row.head, row.digest, ""]).encode()


def test_the_latest_receipt_is_kept_as_it_was_signed(collector: TestCollector, kiosk: TestKiosk):
    for last in (100, 300, 400):
        (receipt,) = collector.take(kiosk.votes(0, last))
        row = kept(collector)
        assert row is not None
        assert (row.through, row.head, row.nonce, row.time_ms) == (
            last,
            kiosk.heads[last],
            receipt.nonce,
            receipt.time,
        )
        assert signed_by(COLLECTOR_KEY.public, row.signature, signed_text(kiosk, row))


def test_only_what_says_ok_is_kept(collector: TestCollector, kiosk: TestKiosk):
    collector.take(kiosk.votes(0, 100))
    before = kept(collector)
    clone = kiosk.clone(50)
    clone.press("frown")
    assert collector.take(clone.votes(50))[0].status == "fork"
    registry.revoke(collector.db, kiosk.epoch)
    assert collector.take(kiosk.votes(100))[0].status == "revoked"
    assert kept(collector) == before


def test_a_receipt_that_is_not_committed_is_not_kept_and_leaves_nobody(
    collector: TestCollector, kiosk: TestKiosk
):
    fill_disk(collector)
    assert collector.take(kiosk.votes()) == []
    assert kept(collector) is None
