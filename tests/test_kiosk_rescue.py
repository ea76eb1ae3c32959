"""What can be saved of a damaged card: all that the chain proves, and nothing twice."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import hypothesis.strategies as st
import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from kiosk import keys, wire
from kiosk.commands import senyum_kiosk
from kiosk.crash import never
from kiosk.epochs import Epochs, Place
from kiosk.outbox import Outbox
from kiosk.outbox_file import PAGE_BYTES, OutboxFile
from kiosk.rescue import NothingToRescue, Rescued, rescue
from kiosk.salvage import PAGE_SIZES, salvage
from kiosk.succession import InUse, begin_after, open_latest, open_place
from tests import bench
from tests.outbox import START, fill

KIOSK = "dukcapil-01"
PAGE = PAGE_BYTES


class Card(NamedTuple):
    """A card with one epoch, not in use any more."""

    epochs: Epochs
    place: Place
    epoch: str
    votes: list[wire.Vote]
    through: int

    @property
    def waiting(self) -> list[wire.Vote]:
        return self.votes[self.through :]


def card(folder: Path, votes: int = 300, through: int = 100) -> Card:
    epochs = Epochs(folder / "epochs")
    with closing(open_latest(epochs, KIOSK, never).outbox) as outbox:
        made = fill(outbox, votes)
        outbox.mark_receipted(through, START)
        (place,) = epochs.all()
        return Card(epochs, place, outbox.checkpoint.epoch, made, through)


def noise_at(file: Path, offset: int, length: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(offset)
        opened.write(b"\xa5" * length)


def change(place: Place, statement: str) -> None:
    with closing(sqlite3.connect(place.outbox, isolation_level=None)) as db:
        db.execute(statement)


def leaf_page_of(place: Place, salt: str) -> int:
    """Where the page begins on which a vote stands."""
    return place.outbox.read_bytes().index(bytes.fromhex(salt)) // PAGE * PAGE


def rescue_after_damage(damaged: Card) -> list[Rescued]:
    damaged.epochs.set_aside(damaged.place, "damaged by the test")
    return rescue(damaged.epochs, KIOSK, None)


def in_use(epochs: Epochs) -> list[wire.Vote]:
    with closing(open_latest(epochs, KIOSK, never).outbox) as outbox:
        return list(outbox.votes())


def as_first_stood(votes: list[wire.Vote]) -> list[tuple[int, str, str]]:
    return [(vote.origin.seq if vote.origin else 0, vote.face, vote.salt) for vote in votes]


def as_pressed(votes: list[wire.Vote]) -> list[tuple[int, str, str]]:
    return [(vote.seq, vote.face, vote.salt) for vote in votes]


# ---------------------------------------------------------------- what is saved


def test_the_votes_around_an_unreadable_page_are_saved(tmp_path: Path) -> None:
    damaged = card(tmp_path)
    noise_at(damaged.place.outbox, leaf_page_of(damaged.place, damaged.votes[199].salt), PAGE)
    before = damaged.place.outbox.read_bytes()
    (result,) = rescue_after_damage(damaged)
    ((first, last),) = result.lost
    assert first <= 200 <= last
    assert last - first < 60, "one page"
    saved = [vote for vote in damaged.waiting if not first <= vote.seq <= last]
    assert as_first_stood(in_use(damaged.epochs)) == as_pressed(saved)
    assert (result.carried, result.proven) == (len(saved), 300 - (last - first + 1))
    assert {vote.origin.epoch for vote in in_use(damaged.epochs) if vote.origin} == {damaged.epoch}
    assert all(vote.fine is not None for vote in in_use(damaged.epochs))
    assert damaged.place.outbox.read_bytes() == before


@pytest.mark.parametrize("page", PAGE_SIZES)
def test_a_card_without_its_first_page_loses_nothing(
    page: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever version made its outbox."""
    monkeypatch.setattr(OutboxFile.open.__func__, "__defaults__", (page,))  # type: ignore[attr-defined]
    damaged = card(tmp_path)
    assert int.from_bytes(damaged.place.outbox.read_bytes()[16:18], "big") == page
    noise_at(damaged.place.outbox, 0, page)
    (result,) = rescue_after_damage(damaged)
    assert (result.readable, result.proven, result.carried, result.lost) == (300, 300, 200, [])
    assert as_first_stood(in_use(damaged.epochs)) == as_pressed(damaged.waiting)


def test_a_truncated_file_gives_what_is_left_of_it(tmp_path: Path) -> None:
    damaged = card(tmp_path)
    os.truncate(damaged.place.outbox, damaged.place.outbox.stat().st_size // 2)
    (result,) = rescue_after_damage(damaged)
    assert 0 < result.proven < 300
    whole = as_pressed(damaged.waiting)
    assert set(as_first_stood(in_use(damaged.epochs))) <= set(whole)


def test_a_changed_vote_is_not_saved_and_nor_is_one_that_cannot_be_proven(tmp_path: Path) -> None:
    damaged = card(tmp_path, votes=6, through=0)
    change(damaged.place, "UPDATE votes SET face = 'frown' WHERE seq = 2")
    change(damaged.place, "DELETE FROM votes WHERE seq = 4")
    (result,) = rescue_after_damage(damaged)
    assert result.lost == [(2, 2), (4, 5)]
    assert [vote.origin.seq for vote in in_use(damaged.epochs) if vote.origin] == [1, 3, 6]


def test_a_vote_whose_time_is_damaged_is_saved_without_it(tmp_path: Path) -> None:
    damaged = card(tmp_path, votes=3, through=0)
    change(damaged.place, "UPDATE fine SET wall = wall + 1 WHERE seq = 2")
    rescue_after_damage(damaged)
    assert [vote.fine is None for vote in in_use(damaged.epochs)] == [False, True, False]


def test_where_receipts_cannot_be_believed_all_is_carried(tmp_path: Path) -> None:
    damaged = card(tmp_path, votes=6, through=2)
    change(damaged.place, "INSERT INTO receipts VALUES (9, 0)")
    (result,) = rescue_after_damage(damaged)
    assert result.carried == 6


def test_what_was_forgotten_before_is_not_missed(tmp_path: Path) -> None:
    damaged = card(tmp_path, votes=1, through=1)
    with closing(open_latest(damaged.epochs, KIOSK, never).outbox) as outbox:
        outbox.mark_receipted(1, START)
        outbox._forget(1)
        votes = fill(outbox, 4)
    change(damaged.place, "UPDATE votes SET face = 'frown' WHERE seq = 4")
    (result,) = rescue_after_damage(damaged)
    assert result.lost == [(4, 4)]
    assert as_first_stood(in_use(damaged.epochs)) == as_pressed([votes[0], votes[1], votes[3]])


def test_the_key_beside_the_file_helps_where_the_file_does_not_say_whose_it_is(
    tmp_path: Path,
) -> None:
    damaged = card(tmp_path, votes=3, through=0)
    change(damaged.place, "DELETE FROM epoch")
    (result,) = rescue_after_damage(damaged)
    assert result.carried == 3


def test_without_the_key_the_file_says_whose_it_is(tmp_path: Path) -> None:
    damaged = card(tmp_path, votes=3, through=0)
    damaged.place.key.write_bytes(b"noise")
    (result,) = rescue_after_damage(damaged)
    assert result.carried == 3


def test_corrections_are_saved_with_what_they_correct(tmp_path: Path) -> None:
    with bench.bench(tmp_path) as kiosk:
        kiosk.push("smile")
        kiosk.push("frown")
        kiosk.wait(4000)
        epochs = Epochs(kiosk.settings.epochs)
        place = kiosk.place
    epochs.set_aside(place, "damaged by the test")
    rescue(epochs, KIOSK, None)
    assert [(vote.face, vote.replaces) for vote in in_use(epochs)] == [
        ("smile", None),
        ("frown", 1),
    ]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Card:
    return card(tmp_path_factory.mktemp("sound"), votes=60, through=20)


@pytest.mark.fault(20, how="hypothesis damages an outbox; `outbox rescue` saves what is proven")
@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_damage_makes_a_vote_that_was_not_there(
    sound: Card, tmp_path: Path, data: st.DataObject
) -> None:
    shutil.rmtree(tmp_path / "epochs", ignore_errors=True)
    shutil.copytree(sound.epochs.root, tmp_path / "epochs")
    epochs = Epochs(tmp_path / "epochs")
    (place,) = epochs.all()
    size = place.outbox.stat().st_size
    for _ in range(data.draw(st.integers(1, 3))):
        noise_at(place.outbox, data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, 5000)))
    epochs.set_aside(place, "damaged by the test")
    (result,) = rescue(epochs, KIOSK, None)
    saved = in_use(epochs)
    assert result.carried == len(saved)
    assert set(as_first_stood(saved)) <= set(as_pressed(sound.votes))
    missing = {vote.seq for vote in sound.waiting} - {seq for seq, _, _ in as_first_stood(saved)}
    told = {seq for first, last in result.lost for seq in range(first, last + 1)}
    read = max(salvage(place.outbox).rows, default=0)
    assert {seq for seq in missing if seq <= read} <= told


def test_what_the_disk_does_not_give_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No disk here fails at one place only."""
    damaged = card(tmp_path)
    bad = leaf_page_of(damaged.place, damaged.votes[199].salt)
    read = os.pread

    def pread(descriptor: int, length: int, at: int) -> bytes:
        if at <= bad < at + length:
            raise OSError("input/output error")
        return read(descriptor, length, at)

    monkeypatch.setattr("kiosk.salvage.os.pread", pread)
    (result,) = rescue_after_damage(damaged)
    assert len(result.lost) == 1
    assert result.carried == 200 - (result.lost[0][1] - result.lost[0][0] + 1)


# ---------------------------------------------------------------- nothing twice


def test_it_may_be_repeated(tmp_path: Path) -> None:
    damaged = card(tmp_path, votes=5, through=2)
    assert [result.carried for result in rescue_after_damage(damaged)] == [3]
    assert rescue(damaged.epochs, KIOSK, None) == []
    # A power cut after the votes were committed, before that was noted:
    damaged.epochs.set_aside(damaged.place, "damaged by the test")
    (damaged.epochs.root / "0001.rescued").unlink()
    assert [result.carried for result in rescue(damaged.epochs, KIOSK, None)] == [0]
    assert len(in_use(damaged.epochs)) == 3


def succeed(epochs: Epochs, over: InUse) -> InUse:
    with closing(over.outbox):
        place = begin_after(epochs, over, KIOSK, never)
    return open_place(place, KIOSK, never)


def test_votes_that_were_carried_into_a_damaged_epoch_are_carried_once(tmp_path: Path) -> None:
    first = card(tmp_path, votes=3, through=1)
    second = succeed(first.epochs, open_latest(first.epochs, KIOSK, never))
    own = fill(second.outbox, 1)
    second.outbox.close()
    second.place.outbox.with_name("outbox.db-wal").unlink(missing_ok=True)
    first.epochs.set_aside(second.place, "damaged by the test")
    results = rescue(first.epochs, KIOSK, None)
    assert sum(result.carried for result in results) == 3
    saved = in_use(first.epochs)
    assert as_first_stood(saved) == as_pressed([*first.waiting, *own])


def test_what_a_later_epoch_has_a_receipt_for_is_not_carried(tmp_path: Path) -> None:
    first = card(tmp_path, votes=3, through=1)
    second = succeed(first.epochs, open_latest(first.epochs, KIOSK, never))
    second.outbox.mark_receipted(1, START)
    second.outbox.close()
    first.epochs.set_aside(second.place, "damaged by the test")
    rescue(first.epochs, KIOSK, None)
    assert as_first_stood(in_use(first.epochs)) == as_pressed(first.votes[2:])


def test_a_sound_earlier_epoch_gives_nothing_that_was_carried(tmp_path: Path) -> None:
    first = card(tmp_path, votes=3, through=1)
    succeed(first.epochs, open_latest(first.epochs, KIOSK, never)).outbox.close()
    (result,) = rescue(first.epochs, KIOSK, None)
    assert (result.proven, result.carried) == (3, 0)
    assert not first.epochs.is_rescued(first.place)


def test_what_a_restored_collector_has_lost_of_an_earlier_epoch_comes_again(tmp_path: Path) -> None:
    """Its cursor goes back in the epoch in use only: nobody speaks for the earlier one any more."""
    first = card(tmp_path, votes=3, through=2)
    succeed(first.epochs, open_latest(first.epochs, KIOSK, never)).outbox.close()
    (result,) = rescue(first.epochs, KIOSK, None, receipted=True)
    assert result.carried == 2
    assert sorted(as_first_stood(in_use(first.epochs))) == as_pressed(first.votes)
    (result,) = rescue(first.epochs, KIOSK, None, receipted=True)
    assert result.carried == 0


# ---------------------------------------------------------------- from a copy


def test_the_votes_of_a_dead_card_come_from_its_copy(tmp_path: Path) -> None:
    dead = card(tmp_path / "dead", votes=5, through=2)
    new = Epochs(tmp_path / "new" / "epochs")
    for source in (tmp_path / "dead", tmp_path / "dead" / "epochs"):
        results = rescue(new, KIOSK, source)
        assert [result.proven for result in results] == [5]
    assert as_first_stood(in_use(new)) == as_pressed(dead.waiting)
    assert dead.epochs.waiting() == []


def test_two_votes_of_a_clone_that_stand_at_one_place_are_two(tmp_path: Path) -> None:
    mine = card(tmp_path / "mine", votes=1, through=0)
    shutil.copytree(tmp_path / "mine", tmp_path / "clone")
    clone = Epochs(tmp_path / "clone" / "epochs")
    votes = {}
    for name, epochs in (("mine", mine.epochs), ("clone", clone)):
        with closing(open_latest(epochs, KIOSK, never).outbox) as outbox:
            votes[name] = fill(outbox, 1)
    results = rescue(mine.epochs, KIOSK, tmp_path / "clone")
    assert [result.carried for result in results] == [1]
    assert [vote.salt for vote in in_use(mine.epochs)] == [
        mine.votes[0].salt,
        votes["mine"][0].salt,
        votes["clone"][0].salt,
    ]


def test_another_kiosks_card_gives_nothing(tmp_path: Path) -> None:
    card(tmp_path / "other", votes=3, through=0)
    epochs = Epochs(tmp_path / "mine" / "epochs")
    with pytest.raises(NothingToRescue, match="no vote in it is proven to be of kiosk lain-01"):
        rescue(epochs, "lain-01", tmp_path / "other")


def test_a_folder_without_epochs_is_told(tmp_path: Path) -> None:
    with pytest.raises(NothingToRescue, match="there are no epochs in it"):
        rescue(Epochs(tmp_path / "epochs"), KIOSK, tmp_path / "epochs" / "0001")


# ---------------------------------------------------------------- the command


@pytest.fixture
def damaged_kiosk(tmp_path: Path) -> Path:
    """A kiosk's settings; its first epoch is damaged after three votes, the second has one."""
    with bench.bench(tmp_path) as kiosk:
        for _ in range(3):
            kiosk.push("smile")
            kiosk.wait(4000)
        place = kiosk.place
    change(place, "UPDATE votes SET face = 'frown' WHERE seq = 3")
    with bench.bench(tmp_path) as kiosk:
        kiosk.push("neutral")
        kiosk.wait(4000)
    return tmp_path / "kiosk.toml"


def call(*words: object) -> str:
    result = CliRunner().invoke(senyum_kiosk, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.output


def test_the_command_says_what_it_found(damaged_kiosk: Path) -> None:
    assert "earlier" in call("outbox", "--config", damaged_kiosk)
    assert "0001: damaged" in call("outbox", "--config", damaged_kiosk)
    output = call("outbox", "rescue", "--config", damaged_kiosk)
    assert "0001: 3 votes readable, 2 proven, 2 carried; lost: 3 to 3" in output
    assert output.endswith("2 votes carried into the epoch in use\n")
    shown = msgspec.json.decode(call("outbox", "--config", damaged_kiosk, "--json"))
    assert [epoch["state"] for epoch in shown["earlier"]] == ["rescued"]
    assert [vote["face"] for vote in shown["votes"]] == ["neutral", "smile", "smile"]
    assert [vote["origin"] and vote["origin"]["seq"] for vote in shown["votes"]] == [None, 1, 2]
    assert "first stood at 2, waiting" in call("outbox", "--config", damaged_kiosk)


def test_the_settings_may_be_named_before_or_behind(damaged_kiosk: Path) -> None:
    output = call("outbox", "--config", damaged_kiosk, "rescue")
    assert "2 votes carried" in output
    assert "0 votes carried" in call("outbox", "rescue", "--config", damaged_kiosk)


def test_votes_with_a_receipt_come_along_where_that_is_asked_for(tmp_path: Path) -> None:
    with bench.bench(tmp_path) as kiosk:
        kiosk.push("smile")
        kiosk.wait(4000)
        kiosk.connect()
        kiosk.answer(1)
        kiosk.answer(1, status="fork")
        file = tmp_path / "kiosk.toml"
    assert "0 votes carried" in call("outbox", "rescue", "--config", file)
    assert "1 votes carried" in call("outbox", "rescue", "--config", file, "--receipted")


def test_it_does_not_run_beside_the_panel(damaged_kiosk: Path) -> None:
    with bench.bench(damaged_kiosk.parent) as kiosk:
        output = call("outbox", "rescue", "--config", damaged_kiosk)
        assert "another process is at work here" in output
        assert "systemctl stop senyum-panel" in output
        kiosk.push("smile")
        assert kiosk.signals == ["counted"]
    call("outbox", "rescue", "--config", damaged_kiosk)
    with bench.bench(damaged_kiosk.parent) as kiosk:
        assert len(kiosk.votes) == 4
        kiosk.push("smile")
        assert kiosk.signals == ["counted"]
        kiosk.connect()
        kiosk.answer(0)
        kiosk.answer(5)
        assert kiosk.kiosk.outbox.queue == 0


def test_a_copy_of_a_card_is_named(damaged_kiosk: Path, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    shutil.rmtree(tmp_path / "data")
    output = call("outbox", "rescue", "--config", damaged_kiosk, "--from", tmp_path / "copy")
    assert output.endswith("3 votes carried into the epoch in use\n")


def test_keys_stay_where_they_are(damaged_kiosk: Path) -> None:
    before = {file: file.read_bytes() for file in damaged_kiosk.parent.glob("data/epochs/*/*.key")}
    call("outbox", "rescue", "--config", damaged_kiosk)
    assert {file: file.read_bytes() for file in before} == before
    assert len({keys.load(file).public for file in before}) == 2


def test_an_outbox_can_be_opened_by_those_who_only_read(damaged_kiosk: Path) -> None:
    place = Epochs(damaged_kiosk.parent / "data" / "epochs").all()[-1]
    with closing(open_place(place, KIOSK, never).outbox) as outbox:
        assert isinstance(outbox, Outbox)
