"""The folders of epochs: a new one is there as a whole or not at all."""

import os
import shutil
from pathlib import Path

import pytest

from kiosk.epochs import Epochs, EpochsInUse, Place, Unsettled


@pytest.fixture
def epochs(tmp_path: Path) -> Epochs:
    return Epochs(tmp_path / "data" / "epochs")


def begin(epochs: Epochs, text: str = "key") -> Place:
    with epochs.prepare() as aside:
        aside.key.write_text(text)
    return epochs.all()[-1]


def names(epochs: Epochs) -> list[str]:
    return sorted(file.name for file in epochs.root.iterdir())


def test_there_is_none_before_the_first(epochs: Epochs) -> None:
    assert (epochs.all(), epochs.latest()) == ([], None)
    assert not epochs.root.exists()


def test_the_highest_number_is_in_use(epochs: Epochs) -> None:
    for number in (1, 2, 3):
        assert begin(epochs).number == number
        assert epochs.latest() == begin_folder(epochs, number)
    assert names(epochs) == ["0001", "0002", "0003"]


def begin_folder(epochs: Epochs, number: int) -> Place:
    return Place(number, epochs.root / f"{number:04}")


def test_what_fails_leaves_nothing(epochs: Epochs) -> None:
    begin(epochs)
    (epochs.root / "0002").touch()  # stands in the way of the rename
    with pytest.raises(OSError, match="0002"):
        begin(epochs)
    (epochs.root / "0002").unlink()
    assert names(epochs) == ["0001"]


def test_after_a_power_cut_the_old_one_is_in_use_or_the_new_one_is_whole(tmp_path: Path) -> None:
    found: dict[str, tuple[int, str]] = {}

    def look(point: str) -> None:
        copy = Epochs(shutil.copytree(tmp_path / "epochs", tmp_path / f"at-{point}-{len(found)}"))
        latest = copy.latest()
        number = latest.number if latest else 0
        found[f"{point} {len(found) // 2 + 1}"] = (number, latest.key.read_text() if latest else "")

    epochs = Epochs(tmp_path / "epochs", look)
    begin(epochs, "first")
    begin(epochs, "second")
    assert found == {
        "epoch_prepared 1": (0, ""),
        "epoch_begun 1": (1, "first"),
        "epoch_prepared 2": (1, "first"),
        "epoch_begun 2": (2, "second"),
    }


def test_what_a_power_cut_left_is_swept_away(epochs: Epochs) -> None:
    begin(epochs)
    (epochs.root / "0002.tmp").mkdir()
    (epochs.root / "0002.tmp" / "kiosk.key").write_text("a key that nobody has seen")
    assert epochs.latest() == begin_folder(epochs, 1)
    assert begin(epochs, "new").key.read_text() == "new"
    assert names(epochs) == ["0001", "0002"]


def test_if_the_disk_does_not_say_that_it_is_there_nothing_goes_on(
    epochs: Epochs, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(epochs)
    monkeypatch.setattr("kiosk.epochs.sync", fail_for_a_folder_that_holds("0002"))
    with pytest.raises(Unsettled, match="0002"):
        begin(epochs)


def fail_for_a_folder_that_holds(name: str):  # type: ignore[no-untyped-def]
    """No disk here fails at will."""

    def sync(path: Path) -> None:
        if (path / name).exists():
            raise OSError("input/output error")

    return sync


def test_two_do_not_work_at_the_same_folder(epochs: Epochs) -> None:
    with (
        epochs.alone(),
        pytest.raises(EpochsInUse, match="systemctl stop senyum-panel"),
        Epochs(epochs.root).alone(),
    ):
        pytest.fail("two at a time")
    with epochs.alone():
        assert epochs.root.exists()


def test_a_damaged_one_waits_until_it_is_rescued(epochs: Epochs) -> None:
    damaged = begin(epochs)
    sound = begin(epochs)
    epochs.set_aside(damaged, "vote 3 is not as it was stored")
    assert epochs.waiting() == [damaged]
    assert (epochs.root / "0001.damaged").read_text() == "vote 3 is not as it was stored\n"
    epochs.note_rescue(damaged, "all of it")
    assert epochs.waiting() == []
    assert [epochs.is_rescued(place) for place in (damaged, sound)] == [True, False]
    assert names(epochs) == ["0001", "0001.rescued", "0002"]


def test_a_forgotten_one_leaves_nothing_behind(epochs: Epochs) -> None:
    old, new = begin(epochs), begin(epochs)
    epochs.note_rescue(old, "all of it")
    epochs.forget(old)
    assert names(epochs) == ["0002"]
    assert epochs.all() == [new]
    assert begin(epochs).number == 3


def test_what_root_makes_belongs_to_whom_the_folder_belongs_to(epochs: Epochs) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root makes files for others")
    epochs.root.parent.mkdir()
    os.chown(epochs.root.parent, 12_345, 12_346)
    place = begin(epochs)
    epochs.set_aside(place, "damaged")
    made = [epochs.root, place.folder, place.key, epochs.root / "0001.damaged"]
    assert {(file.stat().st_uid, file.stat().st_gid) for file in made} == {(12_345, 12_346)}
