"""How the kiosk says it is."""

from kiosk import health, wire
from kiosk.presses import Contested, Freed, Press, Stuck, Together, TooSoon, Vote

HOUR = 3_600_000


def test_the_tally_counts_what_it_sees_and_what_it_is_told():
    tally = health.Tally()
    for event in (
        Press("smile", 1), Press("smile", 2), Vote("smile", 1, False, False),
        TooSoon("smile", 2), Contested("smile", 3), Together(4), Stuck("frown", 5),
    ):  # fmt: skip
        tally.see(event)
    tally.stored()
    tally.refused()
    counters = tally.counters()
    assert (counters.presses, counters.too_soon, counters.contested) == (2, 1, 1)
    assert (counters.together, counters.stuck) == (1, 1)
    assert (counters.votes, counters.refused) == (1, 1)


def test_a_button_is_stuck_until_it_is_freed():
    tally = health.Tally()
    tally.see(Stuck("smile", 1))
    tally.see(Stuck("frown", 2))
    tally.see(Freed("smile", 3))
    assert tally.stuck() == ("frown",)
    assert tally.counters().stuck == 2


def test_the_disk_says_how_much_is_free(tmp_path):
    assert health.disk_free(tmp_path) > 0
    assert health.disk_free(tmp_path / "gone") is None


BOOT, OTHER = "3f" * 16, "4a" * 16


def pressed(up, boot=BOOT, clock="synced"):
    return wire.Fine(tsalt="0" * 32, wall=10 * HOUR + up, clock=clock, boot=boot, up=up)


def test_how_long_a_vote_waits_is_told_in_whole_hours_of_the_same_boot():
    now = wire.Moment(boot=BOOT, up=5 * HOUR, wall=0, clock="unsynced")
    assert health.waiting(pressed(4 * HOUR + 1), now) == 0
    assert health.waiting(pressed(HOUR), now) == 4
    assert health.waiting(pressed(6 * HOUR), now) == 0


def test_across_boots_only_right_clocks_can_tell():
    now = wire.Moment(boot=OTHER, up=5, wall=13 * HOUR, clock="synced")
    assert health.waiting(pressed(HOUR), now) == 2
    assert health.waiting(pressed(HOUR, clock="unsynced"), now) is None
    wrong = wire.Moment(boot=OTHER, up=5, wall=13 * HOUR, clock="unsynced")
    assert health.waiting(pressed(HOUR), wrong) is None
    assert health.waiting(None, now) is None


def test_each_button_tells_whole_hours_and_how_often_it_was_stuck():
    tally = health.Tally()
    for event in (Press("frown", 1000), Press("smile", 2 * HOUR), Stuck("frown", 3 * HOUR)):
        tally.see(event)
    assert tally.buttons(("frown", "neutral", "smile"), 3 * HOUR + 999) == (
        wire.Button("frown", 2, 1),
        wire.Button("neutral", None, 0),
        wire.Button("smile", 1, 0),
    )
