"""When an epoch is over, the kiosk goes on in the next: the real panel, time moved by hand."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kiosk import keys, wire
from kiosk.crash import never
from kiosk.epochs import Epochs, Unsettled
from kiosk.outbox import Outbox, OutboxError
from kiosk.signals import Seen
from kiosk.succession import InUse, open_latest, open_place
from tests.bench import WALL, Bench, bench, settings
from tests.outbox import DAY

KIOSK = "dukcapil-01"


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path) as made:
        yield made


def citizens(kiosk: Bench, *faces: str) -> None:
    """One after the other, each with time to go away."""
    for face in faces:
        kiosk.push(face)
        kiosk.wait(4000)


def epochs_of(kiosk: Bench) -> list[int]:
    return [place.number for place in Epochs(kiosk.settings.epochs).all()]


def votes_in(kiosk: Bench, number: int) -> list[wire.Vote]:
    place = Epochs(kiosk.settings.epochs).all()[number - 1]
    with closing(open_place(place, KIOSK, never).outbox) as outbox:
        return list(outbox.votes())


def damage(file: Path) -> bytes:
    """Noise over everything but the first page; what the file then is."""
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\xa5" * (file.stat().st_size - 4096))
    return file.read_bytes()


# ---------------------------------------------------------------- fork


def test_after_a_fork_the_votes_without_a_receipt_go_on_in_a_new_epoch(kiosk: Bench) -> None:
    citizens(kiosk, "smile", "frown", "neutral")
    old, before = kiosk.kiosk.outbox.checkpoint.epoch, kiosk.votes
    kiosk.connect()
    kiosk.answer(1)
    kiosk.answer(1, status="fork")
    assert epochs_of(kiosk) == [1, 2]
    assert kiosk.kiosk.outbox.checkpoint.epoch != old
    assert [vote.origin for vote in kiosk.votes] == [wire.Origin(old, 2), wire.Origin(old, 3)]
    for carried, vote in zip(kiosk.votes, before[1:], strict=True):
        assert (carried.face, carried.question, carried.salt, carried.time, carried.fine) == (
            vote.face,
            vote.question,
            vote.salt,
            vote.time,
            vote.fine,
        )
    assert votes_in(kiosk, 1) == before


def test_the_new_epoch_is_announced_with_the_word_of_the_old_key(kiosk: Bench) -> None:
    citizens(kiosk, "smile")
    old_key = kiosk.key
    old = kiosk.kiosk.outbox.checkpoint.epoch
    kiosk.connect()
    kiosk.answer(0, status="fork")
    assert kiosk.uplink is None  # the panel has hung up: the will at the broker is the old key's
    uplink = kiosk.connect()
    assert uplink.will is not None
    (hello,) = uplink.letters(wire.Hello)
    assert isinstance(hello, wire.Hello)
    assert (hello.seq, hello.key) == (1, kiosk.key)
    assert kiosk.key != old_key
    assert hello.after is not None
    assert hello.after.epoch == old
    text = wire.succession_text(KIOSK, old, hello.epoch)
    assert keys.signed_by(old_key, bytes.fromhex(hello.after.signature), text)
    wire.unseal(uplink.will.topic, uplink.will.payload).verify(kiosk.key)


def test_carried_votes_are_sent_and_receipted_like_others(kiosk: Bench) -> None:
    citizens(kiosk, "smile", "frown")
    kiosk.connect()
    kiosk.answer(0, status="fork")
    uplink = kiosk.connect()
    kiosk.answer(0)
    (batch,) = uplink.letters(wire.Votes)
    assert isinstance(batch, wire.Votes)
    assert batch.votes == tuple(kiosk.votes)
    kiosk.answer(2)
    assert kiosk.kiosk.outbox.queue == 0


def test_a_second_fork_keeps_where_a_vote_first_stood(kiosk: Bench) -> None:
    citizens(kiosk, "smile")
    first = kiosk.kiosk.outbox.checkpoint.epoch
    kiosk.connect()
    kiosk.answer(0, status="fork")
    second = kiosk.kiosk.outbox.checkpoint.epoch
    citizens(kiosk, "frown")
    kiosk.connect()
    kiosk.answer(0, status="fork")
    assert [vote.origin for vote in kiosk.votes] == [
        wire.Origin(first, 1),
        wire.Origin(second, 2),
    ]


def test_a_correction_goes_with_the_vote_that_it_corrects(kiosk: Bench) -> None:
    citizens(kiosk, "smile")
    kiosk.push("smile")
    kiosk.push("frown")
    kiosk.wait(4000)
    kiosk.connect()
    kiosk.answer(1)
    kiosk.answer(1, status="fork")
    assert [(vote.face, vote.replaces) for vote in kiosk.votes] == [("smile", None), ("frown", 1)]


def test_a_correction_of_a_receipted_vote_stands_alone(kiosk: Bench) -> None:
    kiosk.push("smile")
    kiosk.push("frown")
    kiosk.wait(4000)
    kiosk.connect()
    kiosk.answer(1)
    kiosk.answer(1, status="fork")
    assert [(vote.face, vote.replaces) for vote in kiosk.votes] == [("frown", None)]


@pytest.mark.parametrize("status", ["held", "ok"])
def test_no_other_word_ends_an_epoch(kiosk: Bench, status: str) -> None:
    citizens(kiosk, "smile")
    kiosk.connect()
    kiosk.answer(0, status=status)
    kiosk.wait(5000)
    assert epochs_of(kiosk) == [1]


def test_what_only_the_kiosk_believes_is_no_fork(kiosk: Bench) -> None:
    citizens(kiosk, "smile")
    kiosk.connect()
    kiosk.answer(1, head="0d" * 32)
    kiosk.wait(5000)
    assert epochs_of(kiosk) == [1]


# ---------------------------------------------------------------- at a quiet moment


def test_nobody_is_disturbed(kiosk: Bench) -> None:
    kiosk.connect()
    kiosk.push("smile")
    kiosk.answer(0, status="fork")
    for _ in range(25):
        kiosk.wait(100)
        assert epochs_of(kiosk) == [1], "a settle window is open"
    kiosk.move("frown", True)
    kiosk.wait(2000)
    assert epochs_of(kiosk) == [1], "somebody presses"
    kiosk.move("frown", False)
    kiosk.wait(5000)
    assert epochs_of(kiosk) == [1, 2]
    assert kiosk.signals == ["counted", "counted"]
    assert [vote.face for vote in kiosk.votes] == ["smile", "frown"]


def test_a_correction_in_the_window_is_carried_with_its_first_vote(kiosk: Bench) -> None:
    kiosk.connect()
    kiosk.push("smile")
    kiosk.answer(0, status="fork")
    kiosk.push("frown")
    kiosk.wait(5000)
    assert [(vote.face, vote.replaces) for vote in kiosk.votes] == [("smile", None), ("frown", 1)]


def test_a_technician_who_tests_is_not_interrupted(kiosk: Bench) -> None:
    kiosk.connect()
    kiosk.move("smile", True)
    kiosk.wait(30)
    kiosk.move("frown", True)
    kiosk.wait(5200)
    kiosk.move("smile", False)
    kiosk.move("frown", False)
    kiosk.answer(0, status="fork")
    kiosk.wait(20_000)
    assert epochs_of(kiosk) == [1]
    kiosk.wait(120_000)
    assert epochs_of(kiosk) == [1, 2]


def test_a_stuck_button_is_no_reason_to_wait(kiosk: Bench) -> None:
    kiosk.move("smile", True)
    kiosk.wait(15_000)
    kiosk.connect()
    kiosk.answer(0, status="fork")
    kiosk.wait(100)
    assert epochs_of(kiosk) == [1, 2]
    assert kiosk.kiosk.tally.stuck() == ("smile",)
    kiosk.move("smile", False)
    kiosk.wait(100)
    assert kiosk.kiosk.tally.stuck() == ()


def test_the_next_citizen_notices_nothing(kiosk: Bench) -> None:
    citizens(kiosk, "smile")
    kiosk.connect()
    kiosk.answer(0, status="fork")
    kiosk.push("frown")
    assert kiosk.seen[-1] == Seen("counted", "frown")
    assert kiosk.signals == ["counted", "counted"]
    assert kiosk.kiosk.tally.counters().votes == 2


# ---------------------------------------------------------------- revoked


def test_a_key_that_was_trusted_and_is_no_longer_gives_way_to_a_new_one(kiosk: Bench) -> None:
    citizens(kiosk, "smile", "frown")
    kiosk.connect()
    kiosk.answer(1)
    kiosk.answer(1, status="revoked")
    assert epochs_of(kiosk) == [1, 2]
    assert [vote.face for vote in kiosk.votes] == ["frown"]


def test_a_key_that_was_never_trusted_breeds_no_other(kiosk: Bench) -> None:
    citizens(kiosk, "smile")
    kiosk.connect()
    kiosk.answer(0, status="revoked")
    kiosk.wait(5000)
    assert epochs_of(kiosk) == [1]
    assert kiosk.kiosk.outbox.queue == 1
    citizens(kiosk, "frown")
    assert kiosk.signals == ["counted", "counted"]


# ---------------------------------------------------------------- a disk that takes nothing


def test_without_room_for_a_new_epoch_the_old_one_goes_on(
    kiosk: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    citizens(kiosk, "smile")
    kiosk.connect()

    def full(path: Path) -> keys.SigningKey:
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("kiosk.keys.create", full)
        kiosk.answer(0, status="fork")
        citizens(kiosk, "frown")
    assert epochs_of(kiosk) == [1]
    assert kiosk.signals == ["counted", "counted"]
    assert caplog.text.count("no new epoch yet") == 1
    kiosk.wait(60_000)
    assert epochs_of(kiosk) == [1, 2]
    assert [vote.face for vote in kiosk.votes] == ["smile", "frown"]


def test_when_the_new_epoch_cannot_be_opened_no_vote_goes_into_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends: a restart finds the new one in use, with all votes."""

    def fail(*_: object) -> InUse:
        raise OSError("input/output error")

    with bench(tmp_path) as kiosk:
        citizens(kiosk, "smile")
        kiosk.connect()
        with monkeypatch.context() as patched:
            patched.setattr("kiosk.app_epoch.open_place", fail)
            with pytest.raises(Unsettled, match="0002: begun, and cannot be opened"):
                kiosk.answer(0, status="fork")
    with bench(tmp_path) as kiosk:
        assert epochs_of(kiosk) == [1, 2]
        assert [vote.face for vote in kiosk.votes] == ["smile"]


# ---------------------------------------------------------------- damage


def test_a_file_damaged_at_the_start_is_left_alone_and_voting_goes_on(tmp_path: Path) -> None:
    with bench(tmp_path) as kiosk:
        citizens(kiosk, "smile", "frown")
        old, old_key = kiosk.place, kiosk.key
    noise = damage(old.outbox)
    with bench(tmp_path) as kiosk:
        assert epochs_of(kiosk) == [1, 2]
        assert kiosk.votes == []
        citizens(kiosk, "neutral")
        assert kiosk.signals == ["counted"]
        uplink = kiosk.connect()
        (hello,) = uplink.letters(wire.Hello)
        assert isinstance(hello, wire.Hello)
        assert hello.after is not None
        assert hello.after.epoch == wire.fingerprint(old_key)
        kiosk.answer(1)
        kiosk.wait(6000)
        (health,) = uplink.letters(wire.Health)
        assert isinstance(health, wire.Health)
        assert health.damaged == 1
    assert old.outbox.read_bytes() == noise
    with bench(tmp_path) as kiosk:
        assert epochs_of(kiosk) == [1, 2], "it is told once"
        assert [vote.face for vote in kiosk.votes] == ["neutral"]


def test_damage_while_it_runs_is_never_confirmed_and_then_overcome(
    kiosk: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    citizens(kiosk, *["smile"] * 60)
    kiosk.kiosk.outbox._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kiosk.kiosk.outbox._db.execute("PRAGMA cache_size = 0")
    damage(kiosk.place.outbox)
    seen = len(kiosk.signals)
    while epochs_of(kiosk) == [1]:
        kiosk.push("frown")
        kiosk.wait(8000)
        assert len(kiosk.signals) < seen + 200
    kiosk.push("neutral")
    assert "cannot_store" in kiosk.signals[seen:]
    assert kiosk.seen[-1] == Seen("counted", "neutral")
    assert [vote.face for vote in kiosk.votes] == ["neutral"]
    assert "damaged epoch waits for rescue" in caplog.text


def test_damage_that_is_found_by_sending_does_not_stop_the_panel(tmp_path: Path) -> None:
    with bench(tmp_path) as kiosk:
        citizens(kiosk, "smile", "smile", "smile")
        kiosk.kiosk.outbox._db.execute("UPDATE votes SET face = 'frown' WHERE seq = 1")
        kiosk.connect()
        kiosk.answer(0)
        kiosk.wait(100)
        assert epochs_of(kiosk) == [1, 2]
        assert kiosk.votes == []
        citizens(kiosk, "neutral")
        assert kiosk.signals == ["counted"] * 4
        assert kiosk.connect().letters(wire.Hello)


def test_a_fork_of_a_damaged_epoch_carries_nothing_unproven(kiosk: Bench) -> None:
    citizens(kiosk, "smile", "smile", "smile")
    kiosk.kiosk.outbox._db.execute("UPDATE votes SET face = 'frown' WHERE seq = 2")
    kiosk.connect()
    kiosk.answer(0, status="fork")
    kiosk.wait(100)
    assert epochs_of(kiosk) == [1, 2]
    assert kiosk.votes == []
    assert Epochs(kiosk.settings.epochs).waiting() == [Epochs(kiosk.settings.epochs).all()[0]]


@pytest.mark.parametrize("file", ["outbox.db", "kiosk.key"])
@pytest.mark.parametrize("what", ["gone", "empty", "noise"])
def test_a_file_that_is_gone_or_worse_begins_a_new_epoch(
    tmp_path: Path, file: str, what: str
) -> None:
    with bench(tmp_path) as kiosk:
        citizens(kiosk, "smile")
        victim = kiosk.place.folder / file
    victim.unlink() if what == "gone" else victim.write_bytes(
        b"" if what == "empty" else os.urandom(8000)
    )
    with bench(tmp_path) as kiosk:
        citizens(kiosk, "frown")
        assert epochs_of(kiosk) == [1, 2]
        assert [vote.face for vote in kiosk.votes] == ["frown"]
        assert (kiosk.kiosk.outbox.after is None) == (file == "kiosk.key")
        uplink = kiosk.connect()
        assert uplink.letters(wire.Hello)


def test_another_kiosks_epoch_is_refused_and_left_alone(tmp_path: Path) -> None:
    with bench(tmp_path) as kiosk:
        citizens(kiosk, "smile")
        epochs = Epochs(kiosk.settings.epochs)
    with pytest.raises(OutboxError, match="votes of kiosk 'dukcapil-01', not of 'dukcapil-02'"):
        open_latest(epochs, "dukcapil-02", never)
    assert [place.number for place in epochs.all()] == [1]
    assert epochs.waiting() == []


def test_a_newer_firmwares_epoch_is_refused_and_left_alone(tmp_path: Path) -> None:
    with bench(tmp_path) as kiosk:
        kiosk.kiosk.outbox._db.execute("PRAGMA user_version = 9")
        epochs = Epochs(kiosk.settings.epochs)
    with pytest.raises(OutboxError, match="version 9, this firmware knows 1"), bench(tmp_path):
        pass
    assert [place.number for place in epochs.all()] == [1]


def test_a_damaged_epoch_that_was_noted_before_a_power_cut_is_not_tried_again(
    tmp_path: Path,
) -> None:
    with bench(tmp_path) as kiosk:
        citizens(kiosk, "smile")
        Epochs(kiosk.settings.epochs).set_aside(kiosk.place, "found a moment ago")
    with bench(tmp_path) as kiosk:
        assert epochs_of(kiosk) == [1, 2]


# ---------------------------------------------------------------- power cuts


def test_a_power_cut_leaves_every_vote_in_the_epoch_in_use(tmp_path: Path) -> None:
    found: dict[str, list[str]] = {}
    config = settings(tmp_path)

    def look(point: str) -> None:
        if not point.startswith("epoch_"):
            return
        copy = Epochs(shutil.copytree(config.epochs, tmp_path / f"{point}-{len(found)}"))
        if copy.latest() is not None:
            with closing(open_latest(copy, KIOSK, never).outbox) as outbox:
                found[point] = [vote.face for vote in outbox.votes()]

    with bench(tmp_path, crash=look) as kiosk:
        citizens(kiosk, "smile", "frown")
        kiosk.connect()
        kiosk.answer(0, status="fork")
    assert sorted(found) == ["epoch_begun", "epoch_key_made", "epoch_prepared"]
    assert all(votes == ["smile", "frown"] for votes in found.values())


# ---------------------------------------------------------------- earlier epochs


@pytest.fixture
def forked(kiosk: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Two votes carried over and one more, all receipted in the second epoch."""
    for limit in ("SCARCE_BYTES", "TIGHT_BYTES"):
        monkeypatch.setattr(f"kiosk.outbox.{limit}", 0)
    citizens(kiosk, "smile", "frown")
    kiosk.connect()
    kiosk.answer(0, status="fork")
    citizens(kiosk, "neutral")
    kiosk.connect()
    kiosk.answer(3)
    return kiosk


def test_an_earlier_epoch_is_kept_as_it_is_for_30_days(forked: Bench) -> None:
    forked.answer(3, time=WALL + 30 * DAY - 1)
    assert all(vote.fine is not None for vote in votes_in(forked, 1))


def test_then_it_loses_the_exact_times(forked: Bench) -> None:
    before = votes_in(forked, 1)
    forked.answer(3, time=WALL + 30 * DAY)
    assert [vote.fine for vote in votes_in(forked, 1)] == [None, None]
    assert [vote.time for vote in votes_in(forked, 1)] == [vote.time for vote in before]
    for vote in before:
        assert vote.fine is not None
        assert not any(
            bytes.fromhex(vote.fine.tsalt) in file.read_bytes()
            for file in forked.settings.epochs.glob("0001/*")
        )


def test_after_90_days_it_is_forgotten(forked: Bench) -> None:
    forked.answer(3, time=WALL + 90 * DAY)
    forked.wait(50)
    assert epochs_of(forked) == [2]
    assert forked.kiosk.outbox.oldest == 0


def test_it_stays_while_a_carried_vote_has_no_receipt(
    kiosk: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("SCARCE_BYTES", "TIGHT_BYTES"):
        monkeypatch.setattr(f"kiosk.outbox.{limit}", 0)
    citizens(kiosk, "smile", "frown")
    kiosk.connect()
    kiosk.answer(0, status="fork")
    kiosk.connect()
    kiosk.answer(1)
    kiosk.answer(1, time=WALL + 400 * DAY)
    kiosk.wait(50)
    assert epochs_of(kiosk) == [1, 2]
    assert all(vote.fine is not None for vote in votes_in(kiosk, 1))


def test_one_that_waits_for_rescue_stays(forked: Bench) -> None:
    epochs = Epochs(forked.settings.epochs)
    epochs.set_aside(epochs.all()[0], "looks odd")
    forked.answer(3, time=WALL + 400 * DAY)
    forked.wait(50)
    assert epochs_of(forked) == [1, 2]


def test_one_that_was_rescued_goes_with_its_exact_times(forked: Bench) -> None:
    epochs = Epochs(forked.settings.epochs)
    epochs.note_rescue(epochs.all()[0], "all of it")
    forked.answer(3, time=WALL + 30 * DAY)
    forked.wait(50)
    assert epochs_of(forked) == [2]


def test_one_whose_times_cannot_be_erased_is_told(
    forked: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    damage(Epochs(forked.settings.epochs).all()[0].outbox)
    forked.answer(3, time=WALL + 30 * DAY)
    assert "exact times not erased" in caplog.text
    assert epochs_of(forked) == [1, 2]


def test_a_vote_of_an_epoch_that_never_had_others_is_its_own(tmp_path: Path) -> None:
    """The first start: nothing to carry, nobody before."""
    with closing(open_latest(Epochs(tmp_path / "epochs"), KIOSK, never).outbox) as outbox:
        assert (outbox.after, outbox.last_carried()) == (None, 0)
        assert isinstance(outbox, Outbox)
