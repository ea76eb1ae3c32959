"""Votes as rows: what is stored stays, in order, chained, until it is receipted and old."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk import outbox, outbox_file, wire
from kiosk.ballot import Ballot, NotAVote
from kiosk.carrying import carried
from kiosk.outbox import CannotStoreError, DamagedError, Outbox, OutboxError
from tests import golden
from tests.outbox import (
    DAY,
    EPOCH,
    GENESIS,
    KEY,
    KIOSK,
    SMILE,
    START,
    after_a_power_cut,
    fill,
    heads,
    opened,
    vote,
)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    outbox = opened(tmp_path)
    yield outbox
    outbox.close()


# ---------------------------------------------------------------- the file


def page_bytes(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "outbox.db")) as db:
        (size,) = db.execute("PRAGMA page_size").fetchone()
    return int(size)


def test_a_new_file_has_small_pages(box: Outbox, tmp_path: Path) -> None:
    """Each vote changes two of them, and they are written to the card."""
    assert page_bytes(tmp_path) == outbox_file.PAGE_BYTES < 4096


def test_a_file_of_an_earlier_version_keeps_its_pages_and_its_votes(tmp_path: Path) -> None:
    outbox_file.OutboxFile.open(tmp_path / "outbox.db", KIOSK, KEY, 4096).close()
    box = opened(tmp_path)
    votes = fill(box, 3)
    box.close()
    box = opened(tmp_path)
    more = fill(box, 2)
    assert list(box.votes()) == [*votes, *more]
    box.close()
    assert page_bytes(tmp_path) == 4096


# ---------------------------------------------------------------- votes


def test_an_empty_outbox_stands_at_the_genesis(box: Outbox) -> None:
    assert box.checkpoint == wire.Checkpoint(EPOCH, 0, GENESIS)
    assert (box.oldest, box.queue, box.through) == (0, 0, 0)
    assert box.head_at(0) == GENESIS
    assert box.batch(0) == (GENESIS, ())
    assert list(box.votes()) == []


def test_votes_form_a_chain_from_the_genesis(box: Outbox) -> None:
    votes = fill(box, 3)
    assert [vote.seq for vote in votes] == [1, 2, 3]
    assert [box.head_at(seq) for seq in (1, 2, 3)] == heads(votes)
    assert box.checkpoint == wire.Checkpoint(EPOCH, 3, heads(votes)[-1])
    assert (box.oldest, box.queue) == (1, 3)


def test_what_is_read_is_what_was_stored(box: Outbox) -> None:
    unsynced = wire.Moment(boot="0a" * 16, up=7, wall=86_400_000, clock="unsynced")
    first = vote(box, Ballot("smile", "pelayanan", replaces=None, test=False))
    second = box.append(Ballot("frown", "waktu", replaces=1, test=True), unsynced, os.urandom)
    assert list(box.votes()) == [first, second]
    assert box.batch(0) == (GENESIS, (first, second))


def test_a_batch_begins_after_any_vote_and_is_never_longer_than_asked(box: Outbox) -> None:
    votes = fill(box, 5)
    assert box.batch(2, limit=2) == (heads(votes)[1], tuple(votes[2:4]))
    assert box.batch(4) == (heads(votes)[3], (votes[4],))
    assert box.batch(5) == (heads(votes)[4], ())


def test_a_batch_after_a_vote_that_is_not_there_is_refused(box: Outbox) -> None:
    fill(box, 2)
    with pytest.raises(LookupError, match="vote 3 is not kept"):
        box.batch(3)
    assert box.head_at(3) is None


def test_what_the_wire_refuses_is_not_stored(box: Outbox) -> None:
    fill(box, 1)
    with pytest.raises(NotAVote):
        vote(box, SMILE._replace(face="SMILE"))
    assert box.checkpoint.seq == 1
    assert fill(box, 1)[0].seq == 2


# ---------------------------------------------------------------- power cuts


def test_the_next_start_continues_the_chain(tmp_path: Path) -> None:
    box = opened(tmp_path)
    votes = fill(box, 3)
    box.mark_receipted(2, START)
    box.close()
    box = opened(tmp_path)
    votes += fill(box, 2)
    assert list(box.votes()) == votes
    assert box.checkpoint.head == heads(votes)[-1]
    assert (box.through, box.queue) == (2, 3)
    box.close()


def test_a_vote_is_on_disk_before_it_is_confirmed_and_not_before_it_is_committed(
    tmp_path: Path,
) -> None:
    found: dict[str, int] = {}

    def look(point: str) -> None:
        copy = after_a_power_cut(tmp_path, tmp_path / f"{point}-{len(found)}")
        found[point] = copy.checkpoint.seq
        copy.close()

    box = opened(tmp_path, look)
    vote(box)
    assert found == {"before_commit": 0, "after_commit": 1}
    box.close()


def test_a_receipt_is_noted_in_one_piece(tmp_path: Path) -> None:
    found: dict[str, int] = {}

    def look(point: str) -> None:
        if "receipt" in point:
            copy = after_a_power_cut(tmp_path, tmp_path / point)
            found[point] = copy.through
            copy.close()

    box = opened(tmp_path, look)
    fill(box, 2)
    box.mark_receipted(2, START)
    assert found == {"before_receipt_mark": 0, "after_receipt_mark": 2}
    box.close()


def test_a_power_cut_while_the_file_is_made_leaves_one_that_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "outbox.db").touch()
    box = opened(tmp_path)
    assert fill(box, 1)[0].seq == 1
    box.close()


def test_nothing_is_written_while_nothing_happens(tmp_path: Path) -> None:
    box = opened(tmp_path)
    fill(box, 2)
    box.mark_receipted(2, START)
    box.prune()
    box.probe()
    before = {file: file.read_bytes() for file in tmp_path.glob("outbox.db*")}
    times = {file: file.stat().st_mtime_ns for file in before if not file.name.endswith("-shm")}
    for day in range(5):
        box.probe()
        box.mark_receipted(2, START + day * DAY)
        box.prune()
        box.erase()
        box.batch(0)
    assert {file: file.read_bytes() for file in tmp_path.glob("outbox.db*")} == before
    assert {file: file.stat().st_mtime_ns for file in times} == times
    box.close()


# ---------------------------------------------------------------- receipts


def test_a_receipt_moves_the_cursor_forward_and_back(box: Outbox) -> None:
    fill(box, 5)
    for through in (0, 3, 5, 2, 0, 5):
        box.mark_receipted(through, START)
        assert (box.through, box.queue) == (through, 5 - through)


def test_the_cursor_is_still_there_after_a_restart(tmp_path: Path) -> None:
    for through in (3, 5, 1, 0, 4):
        box = opened(tmp_path)
        fill(box, 5 if through == 3 else 0)
        box.mark_receipted(through, START)
        box.close()
        box = opened(tmp_path)
        assert box.through == through
        box.close()


@pytest.mark.parametrize("through", [-1, 3, 10**6])
def test_a_receipt_for_what_is_not_there_is_refused(box: Outbox, through: int) -> None:
    fill(box, 2)
    with pytest.raises(LookupError, match="kept: 0 to 2"):
        box.mark_receipted(through, START)
    assert box.through == 0


# ---------------------------------------------------------------- retention


@pytest.fixture
def roomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is not nearly full, whatever this machine's is."""
    monkeypatch.setattr(outbox, "SCARCE_BYTES", 0)
    monkeypatch.setattr(outbox, "TIGHT_BYTES", 0)


@pytest.fixture
def scarce(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SCARCE_BYTES", 2**60)
    monkeypatch.setattr(outbox, "TIGHT_BYTES", 0)


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SCARCE_BYTES", 2**60)
    monkeypatch.setattr(outbox, "TIGHT_BYTES", 2**60)


def a_vote_a_day(box: Outbox, days: int) -> list[wire.Vote]:
    votes = []
    for day in range(days):
        votes += fill(box, 1)
        box.mark_receipted(box.checkpoint.seq, START + day * DAY)
    return votes


@pytest.mark.usefixtures("roomy")
def test_a_vote_is_kept_for_90_days_after_its_receipt(box: Outbox) -> None:
    a_vote_a_day(box, 2)
    box.mark_receipted(2, START + 90 * DAY - 1)
    assert box.prune() == 0
    box.mark_receipted(2, START + 90 * DAY)
    assert box.prune() == 1
    assert box.oldest == 2


@pytest.mark.usefixtures("roomy")
def test_what_was_kept_still_continues_the_chain(tmp_path: Path) -> None:
    box = opened(tmp_path)
    votes = a_vote_a_day(box, 4)
    box.mark_receipted(4, START + 91 * DAY)
    assert box.prune() == 2
    for _ in range(2):
        assert (box.oldest, box.head_at(1), box.head_at(0)) == (3, None, None)
        assert box.batch(2) == (heads(votes)[1], tuple(votes[2:]))
        assert list(box.votes()) == votes[2:]
        with pytest.raises(LookupError):
            box.mark_receipted(1, START)
        box.close()
        box = opened(tmp_path)
    box.close()


@pytest.mark.usefixtures("roomy")
def test_a_kiosk_that_has_forgotten_all_its_votes_still_knows_its_head(tmp_path: Path) -> None:
    box = opened(tmp_path)
    votes = a_vote_a_day(box, 1)
    box.mark_receipted(1, START + 100 * DAY)
    assert box.prune() == 1
    box.close()
    box = opened(tmp_path)
    assert (box.checkpoint.seq, box.oldest, box.queue, box.through) == (1, 0, 0, 1)
    assert list(box.votes()) == []
    votes += fill(box, 1)
    assert box.checkpoint.head == heads(votes)[-1]
    assert box.oldest == 2
    box.close()


@pytest.mark.usefixtures("roomy")
def test_a_vote_without_a_receipt_is_never_forgotten(box: Outbox) -> None:
    a_vote_a_day(box, 3)
    box.mark_receipted(1, START + 1000 * DAY)  # a collector restored from a backup
    assert box.prune() == 1
    box.mark_receipted(1, START + 2000 * DAY)
    assert box.prune() == 0
    assert [vote.seq for vote in box.votes()] == [2, 3]


@pytest.mark.usefixtures("roomy")
def test_a_collector_whose_clock_jumps_ahead_costs_two_days_a_day(box: Outbox) -> None:
    a_vote_a_day(box, 30)
    jumped = START + 25_000 * DAY
    box.mark_receipted(30, jumped)
    assert box.prune() == 3  # the receipts of its first 48 hours: one at their very end
    assert box.prune() == 0
    box.mark_receipted(30, jumped + DAY - 1)
    assert box.prune() == 0
    box.mark_receipted(30, jumped + DAY)
    assert box.prune() == 3
    box.mark_receipted(30, START + 31 * DAY)  # the clock is right again
    assert box.prune() == 0
    assert box.oldest == 7


@pytest.mark.usefixtures("roomy")
def test_days_go_on_over_a_restart(tmp_path: Path) -> None:
    for expected in (3, 0):
        box = opened(tmp_path)
        a_vote_a_day(box, 30 - box.checkpoint.seq)
        box.mark_receipted(30, START + 200 * DAY)
        assert box.prune() == expected
        box.close()


@pytest.mark.usefixtures("roomy")
def test_a_receipt_dated_too_early_does_not_take_younger_ones_with_it(box: Outbox) -> None:
    fill(box, 3)
    box.mark_receipted(1, START)
    box.mark_receipted(2, 0)  # the collector's clock stood at 1970
    box.mark_receipted(3, START + DAY)
    assert box.prune() == 0
    box.mark_receipted(3, START + 90 * DAY)
    assert box.prune() == 2


@pytest.mark.usefixtures("roomy")
def test_going_back_and_forth_does_not_make_old_receipts_young(box: Outbox) -> None:
    a_vote_a_day(box, 2)
    box.mark_receipted(1, START + 80 * DAY)
    box.mark_receipted(2, START + 90 * DAY)
    assert box.prune() == 1


@pytest.mark.usefixtures("scarce")
def test_when_the_disk_is_nearly_full_all_that_is_old_is_forgotten_at_once(box: Outbox) -> None:
    a_vote_a_day(box, 30)
    fill(box, 1)
    box.mark_receipted(30, START + 20 * DAY + 90 * DAY)
    assert box.prune() == 21
    assert [vote.seq for vote in box.votes()] == list(range(22, 32))


@pytest.mark.usefixtures("tight")
def test_on_a_full_disk_the_oldest_receipted_votes_make_room_two_days_a_day(box: Outbox) -> None:
    a_vote_a_day(box, 10)
    fill(box, 1)
    assert box.prune() == 3
    assert box.prune() == 0
    box.mark_receipted(10, START + 10 * DAY)
    assert box.prune() == 3
    for day in range(11, 20):
        box.mark_receipted(10, START + day * DAY)
        box.prune()
    assert [vote.seq for vote in box.votes()] == [11], "without a receipt"


@pytest.mark.usefixtures("roomy")
def test_what_is_forgotten_leaves_the_disk(tmp_path: Path) -> None:
    box = opened(tmp_path)
    forgotten, _ = a_vote_a_day(box, 2)
    assert forgotten.fine is not None
    kept = fill(box, 1)[0]
    box.mark_receipted(2, START + 200 * DAY)
    assert box.prune() == 2
    assert box._db.execute("SELECT count(*) FROM receipts").fetchone() == (1,)
    box.close()
    file = (tmp_path / "outbox.db").read_bytes()
    assert bytes.fromhex(kept.salt) in file
    assert bytes.fromhex(forgotten.salt) not in file
    assert bytes.fromhex(forgotten.fine.tsalt) not in file


# ---------------------------------------------------------------- erasure


def test_the_exact_time_is_erased_30_days_after_the_receipt(box: Outbox) -> None:
    votes = a_vote_a_day(box, 2)
    box.mark_receipted(2, START + 30 * DAY - 1)
    assert box.erase() == 0
    box.mark_receipted(2, START + 30 * DAY)
    assert box.erase() == 1
    assert [vote.fine for vote in box.votes()] == [None, votes[1].fine]
    assert box.erased == 1


def test_what_is_erased_can_still_be_sent_and_verified(tmp_path: Path) -> None:
    box = opened(tmp_path)
    votes = a_vote_a_day(box, 3)
    box.mark_receipted(3, START + 31 * DAY)
    assert box.erase() == 2
    box.mark_receipted(0, START + 31 * DAY)  # a collector that has lost everything
    for _ in range(2):
        prev, batch = box.batch(0)
        assert wire.chain(KIOSK, EPOCH, prev, batch) == heads(votes)
        assert [vote.fine is None for vote in batch] == [True, True, False]
        assert [vote.time for vote in batch] == [vote.time for vote in votes]
        box.close()
        box = opened(tmp_path)
    box.close()


def test_a_vote_without_a_receipt_keeps_its_time(box: Outbox) -> None:
    a_vote_a_day(box, 3)
    box.mark_receipted(1, START + 1000 * DAY)
    assert box.erase() == 1
    box.mark_receipted(1, START + 2000 * DAY)
    assert box.erase() == 0
    assert [vote.fine is None for vote in box.votes()] == [True, False, False]


def test_a_clock_that_jumps_ahead_erases_two_days_a_day(tmp_path: Path) -> None:
    jumped = START + 25_000 * DAY
    for jump, erased in ((jumped, 3), (jumped + DAY - 1, 0), (jumped + DAY, 3)):
        box = opened(tmp_path)
        a_vote_a_day(box, 30 - box.checkpoint.seq)
        box.mark_receipted(30, jump)
        assert box.erase() == erased
        assert box.erase() == 0
        box.close()


def test_the_times_of_all_votes_can_be_erased(box: Outbox) -> None:
    votes = fill(box, 3)
    assert box.erase(everything=True) == 3
    assert [vote.fine for vote in box.votes()] == [None] * 3
    assert box.checkpoint.head == heads(votes)[-1]


@pytest.mark.usefixtures("roomy")
def test_what_is_erased_or_forgotten_is_in_no_file_while_the_kiosk_runs(tmp_path: Path) -> None:
    box = opened(tmp_path)
    old, young = a_vote_a_day(box, 2)
    assert old.fine is not None
    assert young.fine is not None
    box.mark_receipted(2, START + 30 * DAY)
    assert holds(tmp_path, old.fine.tsalt)
    assert box.erase() == 1
    assert not holds(tmp_path, old.fine.tsalt)
    assert holds(tmp_path, young.fine.tsalt)
    assert holds(tmp_path, old.salt)
    box.mark_receipted(2, START + 90 * DAY)
    assert box.prune() == 1
    assert not holds(tmp_path, old.salt)
    box.close()


def test_what_a_reader_keeps_in_the_log_goes_as_soon_as_it_has_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_file, "BUSY_SECONDS", 0.05)
    box = opened(tmp_path)
    (old,) = a_vote_a_day(box, 1)
    assert old.fine is not None
    reader = sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM votes").fetchall()
    box.mark_receipted(1, START + 30 * DAY)
    assert box.erase() == 1
    assert holds(tmp_path, old.fine.tsalt)
    reader.close()
    assert box.erase() == 0
    assert not holds(tmp_path, old.fine.tsalt)
    box.close()


def test_what_a_killed_process_left_in_the_log_goes_after_the_next_start(tmp_path: Path) -> None:
    box = opened(tmp_path)
    (old,) = a_vote_a_day(box, 1)
    assert old.fine is not None
    box.mark_receipted(1, START + 30 * DAY)
    box._log_is_clean = True  # it dies between the commit and the emptying of the log
    box._erase_to(1)
    copy = after_a_power_cut(tmp_path, tmp_path / "copy")
    assert holds(tmp_path / "copy", old.fine.tsalt)
    copy.erase()
    assert not holds(tmp_path / "copy", old.fine.tsalt)
    copy.close()
    box.close()


def holds(folder: Path, salt: str) -> bool:
    """Can these bytes be read in any file of the outbox?"""
    return any(bytes.fromhex(salt) in file.read_bytes() for file in folder.glob("outbox.db*"))


# ---------------------------------------------------------------- carried votes


def test_carried_votes_are_kept_behind_the_others_in_one_piece(tmp_path: Path) -> None:
    theirs = [golden.vote(seq, "smile") for seq in (4, 5)]
    box = opened(tmp_path)
    own = fill(box, 1)
    assert box.last_carried() == 0
    votes = list(carried("0c" * 32, theirs, box.checkpoint.seq))
    assert box.carry(iter(votes)) == 2
    own += votes
    for _ in range(2):
        assert list(box.votes()) == own
        assert [vote.origin for vote in votes] == [
            wire.Origin("0c" * 32, 4),
            wire.Origin("0c" * 32, 5),
        ]
        assert box.checkpoint.head == heads(own)[-1]
        assert (box.last_carried(), box.queue) == (3, 3)
        box.close()
        box = opened(tmp_path)
    assert fill(box, 1)[0].seq == 4
    box.close()


def test_if_one_cannot_be_carried_none_is(box: Outbox) -> None:
    def some() -> Iterator[wire.Vote]:
        yield from carried("0c" * 32, [golden.vote(4, "smile")], 0)
        raise OutboxError("the rest cannot be read")

    with pytest.raises(OutboxError, match="the rest"):
        box.carry(some())
    assert box.checkpoint.seq == 0
    assert fill(box, 1)[0].seq == 1


def test_the_epoch_before_is_remembered(tmp_path: Path) -> None:
    box = opened(tmp_path)
    assert box.after is None
    box.follow(golden.succession())
    box.close()
    box = opened(tmp_path)
    assert box.after == golden.succession()
    box.close()


def test_that_there_was_a_receipt_is_remembered_when_the_cursor_goes_back(tmp_path: Path) -> None:
    box = opened(tmp_path)
    fill(box, 2)
    box.mark_receipted(0, START)
    assert not box.ever_receipted
    for through in (1, 0):
        box.mark_receipted(through, START)
        assert box.ever_receipted
    box.close()
    box = opened(tmp_path)
    assert box.ever_receipted
    box.close()


def test_exact_times_stay_with_their_votes_when_all_before_are_erased(box: Outbox) -> None:
    fill(box, 3)
    box.mark_receipted(3, START)
    box.erase(everything=True)
    (later,) = fill(box, 1)
    assert later.fine is not None
    assert list(box.votes())[-1] == later


# ---------------------------------------------------------------- whose file it is


def test_the_file_of_another_kiosk_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with pytest.raises(OutboxError) as told:
        Outbox.open(tmp_path / "outbox.db", "dukcapil-02", KEY)
    assert str(told.value) == (
        f"{tmp_path}/outbox.db: cannot be used as outbox, and is left as it is: it holds the votes"
        " of kiosk 'dukcapil-01', not of 'dukcapil-02': set kiosk.id back, or move the file away"
    )


def test_a_file_beside_another_key_is_damaged(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with pytest.raises(DamagedError) as told:
        Outbox.open(tmp_path / "outbox.db", KIOSK, "cd" * 32)
    assert str(told.value) == (
        f"{tmp_path}/outbox.db: damaged, and left as it is for rescue: it holds votes under the key"
        f" {'ab' * 8}…, the key beside it is {'cd' * 8}…"
    )


def test_a_file_that_does_not_say_whose_it_is_is_damaged(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)) as db:
        db.execute("DELETE FROM epoch")
    with pytest.raises(DamagedError, match="for rescue: it does not say whose votes it holds"):
        opened(tmp_path)


def test_a_file_from_a_newer_firmware_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).close()
    db = sqlite3.connect(tmp_path / "outbox.db")
    db.execute("PRAGMA user_version = 2")
    db.close()
    with pytest.raises(
        OutboxError, match=r"outbox\.db: .*: its tables are version 2, this firmware knows 1$"
    ):
        opened(tmp_path)


def test_a_database_of_another_program_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "outbox.db"
    db = sqlite3.connect(file)
    db.execute("CREATE TABLE theirs (x)")
    db.close()
    before = file.read_bytes()
    with pytest.raises(
        OutboxError, match=r"outbox\.db: .*: it is the database of another program$"
    ):
        opened(tmp_path)
    assert file.read_bytes() == before


def test_without_wal_nothing_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutboxError, match="journal_mode=memory and synchronous=2"):
        Outbox.open(Path(":memory:"), KIOSK, KEY)


def test_without_full_nothing_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_file, "FULL", 3)
    with pytest.raises(
        OutboxError, match=r"outbox\.db: .* are needed: put data_dir on a local disk$"
    ):
        opened(tmp_path)


def test_the_pragmas_hold_on_the_connection_that_stores(box: Outbox) -> None:
    assert box._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert box._db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_the_folder_is_made(tmp_path: Path) -> None:
    Outbox.open(tmp_path / "var" / "senyum" / "outbox.db", KIOSK, KEY).close()
    assert (tmp_path / "var" / "senyum" / "outbox.db").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutboxError, match=r"outbox\.db: cannot be used as outbox"):
        Outbox.open(tmp_path / "file" / "outbox.db", KIOSK, KEY)


# ---------------------------------------------------------------- two at a time


def test_somebody_may_look_while_votes_are_stored(tmp_path: Path, box: Outbox) -> None:
    fill(box, 2)
    looking = opened(tmp_path)
    fill(box, 1)
    assert [vote.seq for vote in looking.votes()][:2] == [1, 2]
    assert looking.checkpoint.seq == 2
    looking.close()
    assert fill(box, 1)[0].seq == 4


def test_two_who_store_do_not_make_two_chains(tmp_path: Path, box: Outbox) -> None:
    fill(box, 1)
    other = opened(tmp_path)
    fill(box, 1)
    with pytest.raises(CannotStoreError, match="another process adds votes"):
        fill(other, 1)
    other.probe()
    other.close()
    assert fill(box, 1)[0].seq == 3


def test_a_locked_file_is_told_and_forgiven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_file, "BUSY_SECONDS", 0.05)
    box = opened(tmp_path)
    other = sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CannotStoreError, match="database is locked"):
        vote(box)
    with pytest.raises(CannotStoreError, match="database is locked"):
        box.probe()
    other.close()
    box.probe()
    assert vote(box).seq == 1
    box.close()
