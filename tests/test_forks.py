"""One card twice, or a card from the past: every vote that a lamp has confirmed is stored."""

import shutil
from pathlib import Path

import pytest

from kiosk.crash import CRASH_POINTS
from kiosk.epochs import Epochs
from kiosk.outbox_file import PAGE_BYTES
from tests.brokers import Nats
from tests.whole import Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

CRASHED = 70


def press(whole: Whole, name: str, face: str, times: int, drain: int = 5) -> None:
    """So many citizens, one after the other, with nothing to correct; then wait for receipts."""
    lines = [f"{number * 900 + 200},{face},80" for number in range(times)]
    timeline = whole.folder / f"{name}.csv"
    timeline.write_text("\n".join(lines))
    whole.start_kiosk(name, "--timeline", str(timeline), "--drain", str(drain))
    assert whole.kiosk_ended(name, 60) == 0, whole.log(name)


def send_all(whole: Whole) -> None:
    """One kiosk after the other: clones would throw each other off the broker."""
    for name in whole.names:
        whole.start_kiosk(name, "--for", "0", "--drain", "90")
        assert whole.kiosk_ended(name, 120) == 0, whole.log(name)
        assert whole.outbox(name)["queue"] == 0, whole.log(name)


def approve_the_new_epoch(whole: Whole, name: str) -> None:
    """Once the kiosk has announced it."""
    whole.start_kiosk(name, "--for", "0", "--drain", "90")
    until("a new epoch", lambda: whole.approve_all() == 1, 90)
    whole.kill_kiosk(name)


def restore(image: Path, card: Path) -> None:
    shutil.rmtree(card)
    shutil.copytree(image, card)


def assert_nothing_is_lost(whole: Whole) -> None:
    stored = set(whole.stored())
    assert whole.confirmed() <= stored
    lights = sum(whole.shown(name, "counted") for name in whole.names)
    assert lights == len(stored), "each light is one vote, whatever became of its card"


def assert_each_counts_once(whole: Whole) -> None:
    assert whole.counted() == len(set(whole.stored()))


@pytest.mark.fault(21, how="a card put back to an older image under whole processes")
def test_a_card_from_an_older_image_goes_on_in_a_new_epoch(tmp_path: Path) -> None:
    with Nats(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        press(whole, name, "smile", 3, drain=0)
        image = shutil.copytree(whole.epochs(name), tmp_path / "image")
        press(whole, name, "smile", 3)
        restore(image, whole.epochs(name))
        press(whole, name, "frown", 2, drain=0)
        approve_the_new_epoch(whole, name)
        state = whole.outbox(name)
        assert state["after"], "its earlier key has vouched for the new one"
        assert int(str(state["queue"])) > 0, "the new epoch was held"
        send_all(whole)
        assert_nothing_is_lost(whole)
        assert_each_counts_once(whole)


@pytest.mark.fault(21, how="a card cloned; both are used in turn")
def test_of_two_cards_with_one_key_both_have_their_votes_counted(tmp_path: Path) -> None:
    with Nats(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        press(whole, name, "smile", 2)
        clone = whole.clone(name)
        press(whole, name, "smile", 2)
        press(whole, clone, "frown", 2, drain=0)
        approve_the_new_epoch(whole, clone)
        press(whole, name, "neutral", 2)
        send_all(whole)
        assert_nothing_is_lost(whole)
        assert_each_counts_once(whole)


@pytest.mark.fault(21, how="a card cloned; both run at once")
def test_two_clones_that_run_at_once_lose_nothing(tmp_path: Path) -> None:
    """They throw each other off the broker, as one client id may be connected once."""
    with Nats(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        press(whole, name, "smile", 2)
        clone = whole.clone(name)
        for each in (name, clone):
            whole.start_kiosk(each, "--every", "1", "--for", "15", "--drain", "0")
        for each in (name, clone):
            assert whole.kiosk_ended(each, 90) == 0, whole.log(each)
        # Whichever sent last has learnt of the fork, or learns of it now.
        for each in (name, clone):
            whole.start_kiosk(each, "--for", "0", "--drain", "8")
            assert whole.kiosk_ended(each, 60) == 0, whole.log(each)
        until("a new epoch", lambda: whole.approve_all() > 0)
        send_all(whole)
        assert whole.confirmed() <= set(whole.stored())


@pytest.mark.fault(1, 21, how="SENYUM_CRASH_AT while a fork is overcome")
@pytest.mark.parametrize("point", [point for point in CRASH_POINTS if point.startswith("epoch_")])
def test_the_power_may_go_while_a_new_epoch_is_made(point: str, tmp_path: Path) -> None:
    with Nats(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        press(whole, name, "smile", 2, drain=0)
        image = shutil.copytree(whole.epochs(name), tmp_path / "image")
        press(whole, name, "smile", 2)
        restore(image, whole.epochs(name))
        press(whole, name, "frown", 2, drain=0)
        whole.start_kiosk(name, "--for", "0", "--drain", "60", crash_at=point)
        assert whole.kiosk_ended(name, 90) == CRASHED, whole.log(name)
        numbers = [place.number for place in Epochs(whole.epochs(name)).all()]
        assert numbers == ([1, 2] if point == "epoch_begun" else [1])
        press(whole, name, "neutral", 1, drain=0)
        approve_the_new_epoch(whole, name)
        assert [place.number for place in Epochs(whole.epochs(name)).all()] == [1, 2]
        send_all(whole)
        assert_nothing_is_lost(whole)


@pytest.mark.fault(20, how="the first page of an outbox overwritten; a new epoch, and a rescue")
def test_a_damaged_card_is_overcome_and_its_votes_are_saved(tmp_path: Path) -> None:
    with Nats(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        whole.kill_collector()
        press(whole, name, "smile", 3, drain=0)
        outbox = whole.epochs(name) / "0001" / "outbox.db"
        with outbox.open("r+b") as opened:
            opened.write(b"\xa5" * PAGE_BYTES)
        press(whole, name, "frown", 2, drain=0)
        assert whole.shown(name, "counted") == 5
        assert "3 proven, 3 carried; lost: none" in whole.kiosk(name, "outbox", "rescue")
        whole.start_collector()
        approve_the_new_epoch(whole, name)
        send_all(whole)
        assert len(set(whole.stored())) == 5
        assert_each_counts_once(whole)
