"""A backup is tried to the last hash, and only then takes the place of what is set aside."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.backup import keycopy, stamp
from collector.backup.errors import BackupError, NotWhole
from collector.backup.restoring import Restored, restore
from collector.cli import main
from collector.ledger import journal, runs
from collector.ledger.counts import local_day
from collector.ledger.runs import Run
from collector.ledger.store import open_ledger, writing
from kiosk import keys
from tests.backups import back_up, collector_with, press_some, spoil, stages
from tests.fleet import START_MS, ZONE
from tests.notrun import not_run

LATER_MS = START_MS + 86_400_000


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector.backup.restoring.PATIENCE_S", 0.2)


def put_back(backup: Path, ledger: Path) -> Restored:
    day = local_day(ZONE)
    return restore(backup, ledger, now_ms=LATER_MS, who="cli:uji", day=day, stages=stages)


def votes_in(ledger: Path) -> int:
    db = open_ledger(ledger)
    (n,) = db.conn.execute("SELECT COUNT(*) FROM votes").fetchone()
    db.close()
    return int(n)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.fixture
def aged(tmp_path: Path) -> tuple[Path, Path]:
    """A backup with 30 votes, and a ledger that has 50 by now."""
    with collector_with(tmp_path, votes=30) as (collector, kiosk):
        backup, _ = back_up(collector.path, tmp_path / "b")
        press_some(kiosk, 20)
        collector.take(kiosk.votes(30))
    return backup.file, collector.path


def test_the_ledger_is_set_aside_and_the_backup_stands_in_its_place(
    aged: tuple[Path, Path],
) -> None:
    backup, ledger = aged
    done = put_back(backup, ledger)
    assert done.aside == ledger.parent / "set-aside-20251124T011500Z"
    assert (votes_in(ledger), votes_in(done.aside / "ledger.db")) == (30, 50)
    assert done.proof.census.votes == 30
    assert done.proof.wrong_counts == 0
    assert names(ledger.parent) == ["b", "ledger.db", "set-aside-20251124T011500Z"]


def test_the_restored_ledger_says_in_its_journal_what_happened(aged: tuple[Path, Path]) -> None:
    backup, ledger = aged
    put_back(backup, ledger)
    db = open_ledger(ledger)
    (entry,) = journal.entries(db)
    db.close()
    assert (entry.who, entry.what, entry.at_ms) == ("cli:uji", "restored", LATER_MS)
    assert json.loads(entry.detail) == {
        "aside": "set-aside-20251124T011500Z", "backup": backup.name, "votes": 30,
    }  # fmt: skip


def test_exact_times_that_are_too_old_by_now_are_not_restored(aged: tuple[Path, Path]) -> None:
    backup, ledger = aged
    later, day = START_MS + 31 * 86_400_000, local_day(ZONE)
    restore(backup, ledger, now_ms=later, who="cli:uji", day=day, stages=stages)
    db = open_ledger(ledger)
    assert db.conn.execute("SELECT COUNT(*) FROM fine").fetchone() == (0,)
    assert db.conn.execute("SELECT COUNT(*) FROM votes").fetchone() == (30,)
    db.close()


def test_a_ledger_that_is_no_database_any_more_is_set_aside_as_it_is(
    aged: tuple[Path, Path],
) -> None:
    backup, ledger = aged
    ledger.write_bytes(b"\0" * 10_000)
    ledger.with_name("ledger.db-wal").write_bytes(b"of before")
    done = put_back(backup, ledger)
    assert votes_in(ledger) == 30
    assert done.aside is not None
    assert (done.aside / "ledger.db").read_bytes() == b"\0" * 10_000
    assert (done.aside / "ledger.db-wal").read_bytes() == b"of before"


def test_on_a_new_machine_there_is_nothing_to_set_aside(
    aged: tuple[Path, Path], tmp_path: Path
) -> None:
    backup, _ = aged
    done = put_back(backup, tmp_path / "new" / "ledger.db")
    assert done.aside is None
    assert names(tmp_path / "new") == ["ledger.db"]


# ---------------------------------------------------------------- while others have it open


HOLDING = """
import sys
from pathlib import Path
from collector.ledger.store import open_ledger
db = open_ledger(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_open(ledger: Path) -> Iterator[None]:
    """By another process that has it open and does nothing, as ingest does at night."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(ledger)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield
        process.communicate()


def test_it_refuses_while_ingest_has_the_ledger_open(aged: tuple[Path, Path]) -> None:
    backup, ledger = aged
    with (
        held_open(ledger),
        pytest.raises(BackupError, match=r"in use: stop ingest first.*Nothing was changed"),
    ):
        put_back(backup, ledger)
    assert votes_in(ledger) == 50
    assert put_back(backup, ledger).proof.census.votes == 30


def test_who_opens_it_while_the_backup_is_tried_is_noticed_too(
    aged: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, ledger = aged
    with held_open(ledger):
        answers = iter([False])
        monkeypatch.setattr("collector.backup.restoring.in_use", lambda _file: next(answers, True))
        with pytest.raises(BackupError, match="in use"):
            put_back(backup, ledger)
    assert names(ledger.parent) == ["b", "ledger.db"]
    assert votes_in(ledger) == 50


def test_who_opens_it_as_it_is_moved_away_gets_it_back(
    aged: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, ledger = aged
    monkeypatch.setattr("collector.backup.restoring.in_use", lambda file: "set-aside" in str(file))
    with pytest.raises(BackupError, match="in use"):
        put_back(backup, ledger)
    assert votes_in(ledger) == 50


def test_who_interrupts_while_it_is_moved_away_gets_it_back(
    aged: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, ledger = aged

    def interrupt(file: Path) -> bool:
        if "set-aside" in str(file):
            raise KeyboardInterrupt
        return False

    monkeypatch.setattr("collector.backup.restoring.in_use", interrupt)
    with pytest.raises(KeyboardInterrupt):
        put_back(backup, ledger)
    assert votes_in(ledger) == 50
    assert names(ledger.parent) == ["b", "ledger.db"]


def test_a_ledger_that_somebody_began_meanwhile_is_not_overwritten(
    aged: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, ledger = aged

    def begin(file: Path) -> bool:
        if "set-aside" in str(file):
            ledger.write_bytes(b"new")
        return False

    monkeypatch.setattr("collector.backup.restoring.in_use", begin)
    with pytest.raises(BackupError, match=r"somebody began a new ledger.*set-aside-2025"):
        put_back(backup, ledger)
    assert ledger.read_bytes() == b"new"
    assert votes_in(ledger.parent / "set-aside-20251124T011500Z" / "ledger.db") == 50


# ---------------------------------------------------------------- backups that would not help


def test_flipped_bytes_are_found_and_nothing_is_touched(aged: tuple[Path, Path]) -> None:
    backup, ledger = aged
    spoil(backup)
    with pytest.raises(NotWhole, match="not those that were written"):
        put_back(backup, ledger)
    assert votes_in(ledger) == 50
    assert names(ledger.parent) == ["b", "ledger.db"]


def test_flipped_bytes_are_found_without_a_stamp_too(aged: tuple[Path, Path]) -> None:
    backup, ledger = aged
    stamp.stamp_beside(backup).unlink()
    spoil(backup, at=0.2, length=8192)
    with pytest.raises(NotWhole, match="cannot be restored"):
        put_back(backup, ledger)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE votes SET face = 'smirk' WHERE seq = 7", "do not lead to the head"),
        ("DELETE FROM votes WHERE seq = 30", "30 votes are named, 29 follow without a hole"),
        ("DELETE FROM votes WHERE seq = 12", "30 votes are named, 11 follow without a hole"),
        ("UPDATE epochs SET seq = 29", "29 votes are named, 30 follow"),
    ],
)
def test_votes_that_do_not_lead_to_their_head_are_found(
    aged: tuple[Path, Path], change: str, words: str
) -> None:
    """Whoever changed the file and forged the stamp's SHA-256 has not forged the chain."""
    backup, ledger = aged
    stamp.stamp_beside(backup).unlink()
    with sqlite3.connect(backup) as db:
        triggers = db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (trigger,) in triggers:
            db.execute(f"DROP TRIGGER {trigger}")
        assert db.execute(change).rowcount == 1
    db.close()
    with pytest.raises(NotWhole, match=words):
        put_back(backup, ledger)


def test_a_whole_ledger_that_is_not_the_one_of_the_stamp_is_found(
    aged: tuple[Path, Path], tmp_path: Path
) -> None:
    """Another ledger under this name, and a stamp with its SHA-256: the heads tell."""
    backup, ledger = aged
    with collector_with(tmp_path / "other", votes=10) as (collector, _):
        other, noted = back_up(collector.path, tmp_path / "o")
    text = json.loads(stamp.stamp_beside(backup).read_bytes())
    stamp.stamp_beside(other.file).write_text(json.dumps({**text, "sha256": noted.sha256}))
    with pytest.raises(NotWhole, match=r"10 votes, and 30 were noted.*its head is not the one"):
        put_back(other.file, ledger)


def test_a_ledger_of_a_newer_program_is_refused(aged: tuple[Path, Path]) -> None:
    backup, ledger = aged
    stamp.stamp_beside(backup).unlink()
    with sqlite3.connect(backup) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('senyum-collector', '9999_future', 'x')"
        )
    db.close()
    with pytest.raises(NotWhole, match=r"newer version of this program.*9999_future"):
        put_back(backup, ledger)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"nowhere\.db: there is no such file"):
        put_back(tmp_path / "nowhere.db", tmp_path / "ledger.db")


def test_counts_that_were_wrong_are_put_right(aged: tuple[Path, Path]) -> None:
    backup, ledger = aged
    stamp.stamp_beside(backup).unlink()
    with sqlite3.connect(backup) as db:
        db.execute("UPDATE counts_day SET n = n + 1")
    db.close()
    assert put_back(backup, ledger).proof.wrong_counts > 0
    with sqlite3.connect(ledger) as db:
        assert db.execute("SELECT SUM(n) FROM counts_day").fetchone() == (30,)
    db.close()


def test_a_raw_copy_with_its_wal_is_taken_as_a_whole(
    tmp_path: Path, aged: tuple[Path, Path]
) -> None:
    """What a copy of the whole data folder holds: the votes that are only in the WAL as well."""
    _, ledger = aged
    raw = tmp_path / "raw"
    raw.mkdir()
    with collector_with(tmp_path / "live", votes=17) as (collector, _):
        for suffix in ("", "-wal"):
            copy = raw / f"ledger.db{suffix}"
            copy.write_bytes(collector.path.with_name(f"ledger.db{suffix}").read_bytes())
    assert put_back(raw / "ledger.db", ledger).proof.census.votes == 17


# ---------------------------------------------------------------- the commands


def command(folder: Path, *words: str, text: str | None = None) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--data", str(folder), *words], input=text)
    return done.exit_code, done.output


def last_run(ledger: Path, job: str) -> Run:
    db = open_ledger(ledger)
    run = runs.latest(db)[job]
    db.close()
    return run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with 30 votes and a key, as a collector leaves it."""
    with collector_with(tmp_path / "data", votes=30):
        keys.create(tmp_path / "data" / "collector.key")
    return tmp_path / "data"


def the_backup(data: Path) -> Path:
    (file,) = (data / "backups").glob("*.db")
    return file


def test_backup_and_drill_say_what_they_did_and_note_it(data: Path) -> None:
    status, said = command(data, "backup")
    assert (status, "30 votes of 1 epochs" in said, "checked" in said) == (0, True, True)
    assert last_run(data / "ledger.db", "backup").ok
    status, said = command(data, "backup", "verify")
    assert (status, "whole. 30 votes" in said, "counts as the votes say" in said) == (0, True, True)
    run = last_run(data / "ledger.db", "drill")
    assert (run.ok, run.said) == (True, " ".join(said.split()))
    assert names(data) == ["backups", "collector.key", "ledger.db"]


def test_a_backup_goes_to_another_folder_where_it_is_told_to(data: Path, tmp_path: Path) -> None:
    assert command(data, "backup", "--to", str(tmp_path / "stick"))[0] == 0
    assert len(names(tmp_path / "stick")) == 2
    assert not (data / "backups").exists()


def test_a_drill_fails_aloud_and_is_noted(data: Path) -> None:
    command(data, "backup")
    spoil(the_backup(data))
    status, said = command(data, "backup", "verify")
    assert (status, "not those that were written" in said) == (1, True)
    run = last_run(data / "ledger.db", "drill")
    assert (run.ok, "not those that were written" in run.said) == (False, True)


def test_a_drill_fails_on_an_old_backup_though_it_is_whole(data: Path) -> None:
    command(data, "backup")
    old = the_backup(data)
    for file in (old, stamp.stamp_beside(old)):
        file.rename(file.with_stem("ledger-20250101T000000Z"))
    status, said = command(data, "backup", "verify")
    assert (status, "the newest backup is" in said, "hours old" in said) == (1, True, True)
    assert command(data, "backup", "verify", str(the_backup(data)))[0] == 0


ENDLESS = """
import sys, time
import collector.backup.proving as proving
from collector.cli import main
def broken_chains(db, progress):
    print("begun", flush=True)
    time.sleep(60)
proving.broken_chains = broken_chains
main()
"""


@pytest.mark.parametrize("words", [("backup", "verify"), ("restore", "{backup}")])
def test_what_is_told_to_end_leaves_no_copy_behind(data: Path, words: tuple[str, ...]) -> None:
    command(data, "backup")
    before = names(data)
    said = [word.format(backup=the_backup(data)) for word in words]
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, "--data", str(data), *said], stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        assert len(names(data)) > len(before)
        process.terminate()
    assert process.returncode == 128 + signal.SIGTERM
    assert names(data) == before


def test_a_drill_without_a_backup_says_so(data: Path) -> None:
    status, said = command(data, "backup", "verify")
    assert (status, "there is no backup here" in said) == (1, True)


def test_a_drill_finds_counts_that_are_not_as_the_votes_say(data: Path) -> None:
    with sqlite3.connect(data / "ledger.db") as db:
        db.execute("UPDATE counts_day SET n = n + 1")
    db.close()
    command(data, "backup")
    status, said = command(data, "backup", "verify")
    assert (status, "counts are not as its votes say" in said) == (1, True)


def test_restore_says_what_happens_next(data: Path) -> None:
    command(data, "backup")
    status, said = command(data, "restore", str(the_backup(data)))
    assert status == 0, said
    assert "30 votes of 1 epochs" in said
    assert "the ledger of before is in" in said
    assert "start ingest" in said
    assert "believe" not in said


def test_restore_warns_when_kiosks_would_believe_nothing(data: Path) -> None:
    command(data, "backup")
    (data / "collector.key").unlink()
    assert "kiosks will believe no receipt" in command(data, "restore", str(the_backup(data)))[1]


def test_restore_warns_of_another_key(data: Path) -> None:
    command(data, "backup")
    (data / "collector.key").unlink()
    keys.create(data / "collector.key")
    said = command(data, "restore", str(the_backup(data)))[1]
    assert "not the key that kiosks believed" in said


def test_restore_needs_something_to_restore(data: Path) -> None:
    status, said = command(data, "restore")
    assert (status, "name a backup" in said) == (2, True)


# ---------------------------------------------------------------- the key


def code_in(said: str) -> str:
    lines = (line.strip() for line in said.splitlines())
    return next(line for line in lines if re.fullmatch(r"\w+(-\w+){4}", line))


def test_the_key_is_copied_locked_and_comes_back_with_the_code(data: Path) -> None:
    public = keys.load(data / "collector.key").public
    status, said = command(data, "backup", "key", str(data / "key.pem"))
    assert status == 0
    assert b"ENCRYPTED" in (data / "key.pem").read_bytes()
    assert (data / "key.pem").stat().st_mode & 0o077 == 0
    (data / "collector.key").unlink()
    code = code_in(said).lower().replace("-", " ").replace("0", "o").replace("1", "i")
    status, said = command(data, "restore", "--key", str(data / "key.pem"), text=f"{code}\n")
    assert (status, code in said) == (0, False)
    assert keys.load(data / "collector.key").public == public


def test_a_wrong_code_opens_nothing(data: Path) -> None:
    command(data, "backup", "key", str(data / "key.pem"))
    (data / "collector.key").unlink()
    status, said = command(data, "restore", "--key", str(data / "key.pem"), text="AAAAA\n")
    assert (status, "the code is not the one" in said) == (1, True)
    assert not (data / "collector.key").exists()


def test_a_key_takes_the_place_of_none(data: Path) -> None:
    said = command(data, "backup", "key", str(data / "key.pem"))[1]
    status, again = command(data, "backup", "key", str(data / "key.pem"))
    assert (status, "is there already" in again) == (1, True)
    with pytest.raises(BackupError, match=r"collector\.key: is there already"):
        keycopy.unlock(data / "key.pem", code_in(said), data / "collector.key")


def test_a_restored_ledger_opens_for_its_owner(aged: tuple[Path, Path]) -> None:
    """An admin restores as root, ingest runs as another user."""
    if os.geteuid() != 0:
        not_run("only root restores for somebody else")
    backup, ledger = aged
    os.chown(ledger.parent, 12345, 12345)
    done = put_back(backup, ledger)
    assert done.aside is not None
    assert [path.stat().st_uid for path in (ledger, done.aside)] == [12345, 12345]


def test_a_journal_that_was_begun_before_goes_on(aged: tuple[Path, Path]) -> None:
    _, ledger = aged
    db = open_ledger(ledger)
    with writing(db):
        journal.note(db, START_MS, "web:siti", "login")
    db.close()
    backup, _ = back_up(ledger, ledger.parent / "b2")
    put_back(backup.file, ledger)
    db = open_ledger(ledger)
    assert [entry.what for entry in journal.entries(db)] == ["login", "restored"]
    db.close()
