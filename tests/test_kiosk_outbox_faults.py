"""A disk that is full, a file that is damaged: told, never hidden, never made worse."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from kiosk import wire
from kiosk.outbox import CannotStoreError, DamagedError, Outbox, OutboxError
from tests.mounts import resize, tmpfs
from tests.outbox import DAY, START, fill, opened, vote

# ---------------------------------------------------------------- a full disk


def fill_up(box: Outbox) -> list[wire.Vote]:
    """Votes until the disk takes no more; the confirmed ones."""
    before = box.checkpoint.seq
    with pytest.raises(CannotStoreError, match="the disk is full; free some space"):
        fill(box, 100_000)
    return list(box.votes())[before:]


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 KiB."""
    with tmpfs(tmp_path / "tiny", "256k") as folder:
        yield folder


@pytest.mark.fault(16, how="a tmpfs of 256 KiB")
def test_a_full_disk_takes_nothing_and_loses_nothing(tiny: Path) -> None:
    box = opened(tiny)
    votes = fill_up(box)
    for _ in range(3):
        with pytest.raises(CannotStoreError):
            vote(box)
    assert list(box.votes()) == votes
    assert box.queue == len(votes) > 5
    box.close()
    box = opened(tiny)
    assert list(box.votes()) == votes
    box.close()


@pytest.mark.fault(16, how="the tmpfs grows again")
def test_when_space_returns_voting_goes_on(tiny: Path) -> None:
    box = opened(tiny)
    votes = fill_up(box)
    resize(tiny, "2m")
    votes += fill(box, 20)
    assert list(box.votes()) == votes
    box.close()


def test_a_small_disk_is_large_enough_while_votes_are_receipted(tiny: Path) -> None:
    """What the collector has makes room, the oldest first, long before 90 days."""
    box = opened(tiny)
    for day in range(100):
        fill(box, 20)
        box.mark_receipted(box.checkpoint.seq, START + day * DAY)
        box.prune()
    assert box.checkpoint.seq == 2000
    assert len(list(box.votes())) < 100
    box.close()


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Outbox]:
    """A database that may not grow by one page: as full as SQLite can pretend."""
    box = opened(tmp_path)
    fill(box, 1)
    box._db.execute("PRAGMA max_page_count = 1")
    yield box
    box.close()


def test_where_nobody_can_mount_the_same_holds(limited: Outbox) -> None:
    votes = fill_up(limited)
    assert [vote.seq for vote in votes] == list(range(2, len(votes) + 2))
    limited._db.execute("PRAGMA max_page_count = 100000")
    assert vote(limited).seq == len(votes) + 2


def test_on_a_full_disk_votes_can_still_be_read_and_sent(limited: Outbox) -> None:
    fill_up(limited)
    _, votes = limited.batch(0)
    assert len(votes) == limited.checkpoint.seq


# ---------------------------------------------------------------- a file that is gone


def test_a_file_that_was_moved_away_is_noticed(tmp_path: Path) -> None:
    box = opened(tmp_path)
    fill(box, 1)
    (tmp_path / "outbox.db").rename(tmp_path / "elsewhere.db")
    with pytest.raises(CannotStoreError, match="is gone"):
        box.probe()
    (tmp_path / "outbox.db").touch()
    with pytest.raises(CannotStoreError, match="is now another file"):
        box.probe()
    box.close()


# ---------------------------------------------------------------- a damaged file


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[wire.Vote]]:
    """A file with votes, and the votes."""
    folder = tmp_path_factory.mktemp("sound")
    box = opened(folder)
    votes = fill(box, 40)
    box.mark_receipted(20, START)
    box.close()
    return (folder / "outbox.db").read_bytes(), votes


def read(folder: Path) -> list[wire.Vote]:
    box = opened(folder)
    try:
        return list(box.votes())
    finally:
        box.close()


def without_time(votes: list[wire.Vote]) -> list[wire.Vote]:
    return [msgspec.structs.replace(vote, fine=None) for vote in votes]


@pytest.mark.fault(20, how="hypothesis damages an outbox's file")
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_is_refused_or_harmless_and_never_another_vote(
    sound: tuple[bytes, list[wire.Vote]], tmp_path: Path, data: st.DataObject
) -> None:
    file, votes = sound
    place = data.draw(st.integers(0, len(file) - 1))
    noise = data.draw(st.binary(min_size=1, max_size=20))
    damaged = (file[:place] + noise + file[place + len(noise) :])[: len(file)]
    for leftover in tmp_path.glob("outbox.db*"):
        leftover.unlink()
    (tmp_path / "outbox.db").write_bytes(damaged)
    try:
        found = read(tmp_path)
    except OutboxError:
        return
    # At worst the last votes are missing, which the collector will see, or an exact time is, as if
    # it had been erased.
    assert without_time(found) == without_time(votes[: len(found)])
    assert all(vote in (votes[vote.seq - 1], *without_time([vote])) for vote in found)


@pytest.mark.parametrize("column", ["after_signature", "pruned_day"])
def test_a_damaged_description_of_a_table_is_damage(
    sound: tuple[bytes, list[wire.Vote]], tmp_path: Path, column: str
) -> None:
    """One byte, and a column is a part of the comment before it: those after it move."""
    line = f"\n        {column} ".encode()
    assert line in sound[0]
    (tmp_path / "outbox.db").write_bytes(sound[0].replace(line, b" " + line[1:]))
    with pytest.raises(DamagedError, match="it does not say"):
        read(tmp_path)


@pytest.mark.fault(20, how="an outbox cut to its first bytes or pages")
@pytest.mark.parametrize("size", [100, 4096, 5000, 12_288])
def test_a_truncated_file_is_refused(
    sound: tuple[bytes, list[wire.Vote]], tmp_path: Path, size: int
) -> None:
    (tmp_path / "outbox.db").write_bytes(sound[0][:size])
    with pytest.raises(OutboxError, match=r"outbox\.db"):
        read(tmp_path)


def test_what_is_no_database_is_damaged_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "outbox.db").write_bytes(b"somebody's letter " * 300)
    with pytest.raises(DamagedError, match="left as it is for rescue: file is not a database"):
        opened(tmp_path)
    assert (tmp_path / "outbox.db").read_bytes() == b"somebody's letter " * 300


@pytest.mark.fault(20, how="an outbox's WAL cut")
def test_a_truncated_log_loses_whole_votes_only(tmp_path: Path) -> None:
    """What a card that lies about flushing may do: the collector will see a fork, not nonsense."""
    box = opened(tmp_path)
    votes = fill(box, 10)
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("outbox.db", "outbox.db-wal"):
        shutil.copy(tmp_path / name, copy)
    box.close()
    log = copy / "outbox.db-wal"
    os.truncate(log, log.stat().st_size * 2 // 3)
    found = read(copy)
    assert 0 < len(found) < 10
    assert found == votes[: len(found)]


def change(folder: Path, statement: str) -> None:
    db = sqlite3.connect(folder / "outbox.db", isolation_level=None)
    db.execute(statement)
    db.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE votes SET face = 'frown' WHERE seq = 3",
        "UPDATE votes SET replaces = 1 WHERE seq = 3",
        "UPDATE votes SET salt = zeroblob(16) WHERE seq = 3",
        "UPDATE votes SET test = 1 WHERE seq = 3",
        "UPDATE votes SET head = zeroblob(32) WHERE seq = 5",
        "UPDATE votes SET quarter = NULL WHERE seq = 5",
        "UPDATE fine SET wall = wall + 1 WHERE seq = 3",
        "DELETE FROM votes WHERE seq = 3",
        "DELETE FROM votes WHERE seq = 1",
        "DELETE FROM votes WHERE seq = 4",
        "UPDATE votes SET seq = 9 WHERE seq = 5",
        "UPDATE epoch SET base_head = zeroblob(32)",
        "UPDATE epoch SET base_seq = 2",
        "DELETE FROM epoch",
        "INSERT INTO receipts VALUES (6, 0)",
        "DROP TABLE fine",
    ],
)
def test_a_changed_row_is_found(tmp_path: Path, statement: str) -> None:
    box = opened(tmp_path)
    fill(box, 5)
    box.close()
    change(tmp_path, statement)
    with pytest.raises(DamagedError, match=r"outbox\.db"):
        read(tmp_path)


def test_what_the_disk_does_is_no_damage(tmp_path: Path) -> None:
    box = opened(tmp_path)
    fill(box, 1)
    other = sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    box.close()
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(
        OutboxError, match=r"outbox\.db: cannot be used as outbox.*database is locked$"
    ) as told:
        opened(tmp_path)
    assert not isinstance(told.value, DamagedError)
    other.close()


def test_damage_that_is_found_while_votes_are_stored_is_told_and_remembered(tmp_path: Path) -> None:
    box = opened(tmp_path)
    fill(box, 60)
    assert box._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
    overwrite_the_tables(tmp_path)
    box._db.execute("PRAGMA cache_size = 0")
    assert box.damage is None
    with pytest.raises(DamagedError, match="malformed"):
        fill(box, 100)
    assert box.damage is not None
    with pytest.raises(DamagedError, match="malformed"):
        box.batch(0)
    box.close()


def overwrite_the_tables(folder: Path) -> None:
    """Noise over everything but the first page, beneath an open outbox."""
    with (folder / "outbox.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * ((folder / "outbox.db").stat().st_size - 4096))


def test_a_wrong_last_vote_is_found_at_the_start(tmp_path: Path) -> None:
    box = opened(tmp_path)
    fill(box, 5)
    box.close()
    change(tmp_path, "UPDATE votes SET face = 'frown' WHERE seq = 5")
    with pytest.raises(OutboxError, match="the votes after 4 are not as they were stored"):
        opened(tmp_path)


def test_erased_times_are_no_damage(tmp_path: Path) -> None:
    box = opened(tmp_path)
    votes = fill(box, 5)
    box.close()
    change(tmp_path, "DELETE FROM fine WHERE seq <= 3")
    assert read(tmp_path) == without_time(votes[:3]) + votes[3:]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM votes WHERE seq = 4", "vote 5 follows nothing"),
        ("INSERT INTO receipts VALUES (6, 0)", "it has receipts to 6, votes to 5"),
    ],
)
def test_what_is_wrong_at_the_end_is_told(tmp_path: Path, statement: str, words: str) -> None:
    box = opened(tmp_path)
    fill(box, 5)
    box.close()
    change(tmp_path, statement)
    with pytest.raises(DamagedError, match=rf"outbox\.db: .*{words}$"):
        opened(tmp_path)
