"""A backup is whole or not there, is taken while others write, and goes when its time is over."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from collector.backup import shelf, stamp
from collector.backup.errors import BackupError, NotWhole
from collector.backup.shelf import DAY_MS
from collector.ledger.copying import census, read_copy
from tests.backups import back_up, collector_with, press_some, spoil
from tests.fleet import COLLECTOR_KEY, START_MS
from tests.mounts import tmpfs


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_backup_holds_what_the_ledger_held_and_says_what_that_was(tmp_path: Path) -> None:
    with collector_with(tmp_path, votes=12) as (collector, kiosk):
        backup, noted = back_up(collector.path, tmp_path / "b")
        held = census(collector.db)
    assert names(tmp_path / "b") == ["ledger-20251123T011500Z.db", "ledger-20251123T011500Z.json"]
    assert stamp.read(backup.file) == noted
    assert (noted.votes, noted.taken_at_ms) == (12, START_MS)
    assert [(head.epoch, head.seq, head.head) for head in noted.heads] == [
        (kiosk.epoch, 12, kiosk.heads[-1])
    ]
    assert noted.receipt_key == COLLECTOR_KEY.public
    assert noted.sha256 == sha256(backup.file.read_bytes()).hexdigest()
    copy = read_copy(backup.file)
    assert census(copy) == held
    copy.close()


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    with collector_with(tmp_path, votes=1) as (collector, _):
        backup, _ = back_up(collector.path, tmp_path / "b")
    assert backup.file.stat().st_mode & 0o077 == 0
    assert backup.file.parent.stat().st_mode & 0o077 == 0


def test_a_backup_is_read_from_a_medium_that_cannot_be_written(tmp_path: Path) -> None:
    with collector_with(tmp_path, votes=3) as (collector, _):
        backup, _ = back_up(collector.path, tmp_path / "b")
    copy = read_copy(backup.file)
    assert census(copy).votes == 3
    assert names(tmp_path / "b") == ["ledger-20251123T011500Z.db", "ledger-20251123T011500Z.json"]
    copy.close()


def test_what_is_written_meanwhile_is_no_part_of_it(tmp_path: Path) -> None:
    """And what is written does not make it begin again: all pages are of one moment."""
    with collector_with(tmp_path, votes=400) as (collector, kiosk):

        def press(_done: int, _total: int) -> None:
            before = len(kiosk.chain)
            press_some(kiosk, 1)
            collector.take(kiosk.votes(before))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("collector.ledger.copying.PAGES", 2)
            from collector.backup.taking import take

            _, noted = take(collector.path, tmp_path / "b", START_MS, "", press)
        assert len(kiosk.chain) > 410, "there were words of progress, and votes at each"
        assert noted.votes == 400
        assert census(collector.db).votes == len(kiosk.chain)


def test_a_damaged_ledger_gives_no_backup(tmp_path: Path) -> None:
    with collector_with(tmp_path, votes=400) as (collector, _):
        back_up(collector.path, tmp_path / "b")
    before = names(tmp_path / "b")
    spoil(collector.path, length=20_000)
    with pytest.raises(BackupError, match="Nothing was kept"):
        back_up(collector.path, tmp_path / "b", START_MS + DAY_MS)
    assert names(tmp_path / "b") == before


def test_where_there_is_no_ledger_there_is_no_backup_and_none_begins(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"ledger\.db: there is no ledger here"):
        back_up(tmp_path / "ledger.db", tmp_path / "b")
    assert not (tmp_path / "ledger.db").exists()


def test_a_full_disk_leaves_nothing_half_done(tmp_path: Path) -> None:
    with (
        collector_with(tmp_path, votes=400) as (collector, _),
        tmpfs(tmp_path / "small", "64k") as small,
    ):
        with pytest.raises(BackupError, match="full"):
            back_up(collector.path, small)
        assert names(small) == []


KILLED = """
import sys
from pathlib import Path
import collector.backup.taking as taking, os
taking.census = lambda db: os._exit(9)
taking.take(Path(sys.argv[1]), Path(sys.argv[2]), 1_763_860_500_000, "", lambda *_: None)
"""


def test_a_killed_backup_is_swept_by_the_next(tmp_path: Path) -> None:
    with collector_with(tmp_path, votes=5) as (collector, _):
        command = [sys.executable, "-c", KILLED, str(collector.path), str(tmp_path / "b")]
        assert subprocess.run(command, check=False).returncode == 9
        assert names(tmp_path / "b") == ["ledger-20251123T011500Z.partial"]
        assert shelf.backups(tmp_path / "b") == []
        back_up(collector.path, tmp_path / "b")
    assert [Path(name).suffix for name in names(tmp_path / "b")] == [".db", ".json"]


# ---------------------------------------------------------------- how long they are kept


def taken(folder: Path, days: list[int]) -> None:
    with collector_with(folder, votes=2) as (collector, _):
        for day in days:
            back_up(collector.path, folder / "b", START_MS + day * DAY_MS)


def days_left(folder: Path) -> list[int]:
    return [(one.taken_at_ms - START_MS) // DAY_MS for one in shelf.backups(folder / "b")]


def test_what_is_too_old_goes_and_its_stamp_with_it(tmp_path: Path) -> None:
    taken(tmp_path, [0, 1, 13, 14])
    gone = shelf.expire(tmp_path / "b", START_MS + 15 * DAY_MS, keep_days=13)
    assert [one.taken_at_ms for one in gone] == [START_MS, START_MS + DAY_MS]
    assert days_left(tmp_path) == [13, 14]
    assert len(names(tmp_path / "b")) == 4


def test_the_last_good_one_stays_however_old_it_is(tmp_path: Path) -> None:
    """A later one that was cut short takes the place of none."""
    taken(tmp_path, [0, 1, 2])
    os.truncate(shelf.newest(tmp_path / "b").file, 4096)
    shelf.expire(tmp_path / "b", START_MS + 99 * DAY_MS, keep_days=14)
    assert days_left(tmp_path) == [1]


def test_a_stamp_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    taken(tmp_path, [0])
    file = shelf.newest(tmp_path / "b").file
    stamp.stamp_beside(file).write_text("{")
    with pytest.raises(NotWhole, match=r"\.json: cannot be read"):
        stamp.read(file)


def test_files_of_other_names_are_left_alone(tmp_path: Path) -> None:
    taken(tmp_path, [0])
    (tmp_path / "b" / "ledger-mine.db").write_text("mine")
    (tmp_path / "b" / "notes.txt").write_text("mine")
    shelf.expire(tmp_path / "b", START_MS + 99 * DAY_MS, keep_days=14)
    assert names(tmp_path / "b")[1:] == [
        "ledger-20251123T011500Z.json",
        "ledger-mine.db",
        "notes.txt",
    ]
