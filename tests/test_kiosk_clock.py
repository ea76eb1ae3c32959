"""The kiosk's clocks."""

import time
from pathlib import Path

from kiosk.clock import BOOT_ID, SystemClock


def test_now_is_this_boot_and_both_clocks(tmp_path):
    before, up_before = time.time_ns() // 1_000_000, _boottime()
    moment = SystemClock(synced=tmp_path / "no").now()
    assert moment.boot == BOOT_ID.read_text().strip().replace("-", "")
    assert before <= moment.wall <= before + 1000
    assert up_before <= moment.up <= up_before + 1000


def _boottime() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def test_the_clock_is_synced_once_the_mark_is_there(tmp_path):
    mark = tmp_path / "synchronized"
    clock = SystemClock(synced=mark)
    assert clock.now().clock == "unsynced"
    mark.touch()
    assert clock.now().clock == "synced"


def test_an_earlier_moment_keeps_the_distance_between_the_clocks():
    clock = SystemClock(synced=Path("/proc/self"))
    now = clock.now()
    earlier = clock.at(now.up - 5000)
    assert earlier.up == now.up - 5000
    assert abs(now.wall - earlier.wall - 5000) <= 100


def test_a_press_before_1970_is_put_at_1970(monkeypatch):
    clock = SystemClock()
    monkeypatch.setattr(time, "time_ns", lambda: 2_000_000_000)
    assert clock.at(clock.up() - 60_000).wall == 0
