"""Boots that go wrong: a clock in 1970, a kernel that hangs and is reset by the hardware."""

import time
from pathlib import Path

import pytest

from tests.vm.installed import Installed, boot, confirmed, installed, outbox, reckon, vote

pytestmark = [pytest.mark.vm, pytest.mark.slow, pytest.mark.timeout(3600)]

YEAR_1970 = ("-rtc", "base=1970-01-01T00:00:00,clock=vm")
SYNCED = "/run/systemd/timesync/synchronized"  # what systemd-timesyncd makes
WATCHDOG = ("-device", "i6300esb", "-action", "watchdog=reset")


def test_a_clock_in_1970_that_is_set_later(tmp_path: Path) -> None:
    """The presses before are counted under the day that the anchor of this boot gives them."""
    with installed(tmp_path, YEAR_1970) as kiosk:
        machine = kiosk.machine
        machine.run("date --set @100")  # systemd alone would start in the year it was built
        vote(machine, "smile")
        now = int(time.time())
        machine.run(f"date --set @{now} && mkdir -p /run/systemd/timesync && touch {SYNCED}")
        machine.run("sleep 1")
        vote(machine, "frown")
        reckoning = reckon(kiosk, confirmed(machine))
        print(f"F19 clock in 1970, then set: {reckoning}")
        assert (reckoning.lost, reckoning.doubled, reckoning.unseen) == (0, 0, 0)
        walls = [vote["fine"]["wall"] // 1000 for vote in outbox(machine)["votes"]]
        assert walls[0] < 86_400 < now <= walls[1]  # a slow host's guest lives slowly, too


def test_a_dead_kernel_is_reset_by_the_hardware(tmp_path: Path) -> None:
    with installed(tmp_path, WATCHDOG) as kiosk:
        machine = kiosk.machine
        vote(machine, "smile")
        state = "cat /sys/class/watchdog/watchdog0/state"
        machine.wait_for("systemd holds the watchdog", state, "active")
        seconds = until_reset(kiosk)
        vote(machine, "frown")
        reckoning = reckon(kiosk, confirmed(machine))
        print(f"hardware watchdog: reset, and works {seconds:.0f} s after its boot, {reckoning}")
        assert (reckoning.lost, reckoning.doubled, reckoning.unseen) == (0, 0, 0)


def until_reset(kiosk: Installed) -> float:
    """With PID 1 dead nobody pets the watchdog; how long the next boot took until it works."""
    kiosk.machine.run("kill -SEGV 1")
    boot(kiosk.machine)
    return kiosk.machine.uptime()
