"""Boots that go wrong: a clock in 1970, a kernel that hangs and is reset by the hardware."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.vm.installed import boot, confirmed, installed, reckon, vote
from tests.vm.line import Line

pytestmark = [pytest.mark.vm, pytest.mark.slow, pytest.mark.timeout(3600)]

YEAR_1970 = ("-rtc", "base=1970-01-01T00:00:00,clock=vm")
SYNCED = "/run/systemd/timesync/synchronized"  # what systemd-timesyncd makes
QUARTER = 900  # seconds
WATCHDOG = ("-device", "i6300esb", "-action", "watchdog=reset")


def test_a_clock_in_1970_that_is_set_later(tmp_path: Path) -> None:
    """The press before is filed under the time that the anchor of this boot gives it."""
    with installed(tmp_path, YEAR_1970) as kiosk:
        machine, began = kiosk.machine, time.time()
        machine.run("date --set @100")  # systemd alone would start in the year it was built
        vote(machine, "smile")
        set_clock = f"date --set @{int(time.time())} && mkdir -p $(dirname {SYNCED})"
        machine.run(f"{set_clock} && touch {SYNCED} && sleep 1")
        vote(machine, "frown")
        reckoning = reckon(kiosk, confirmed(machine))
        filed = kiosk.whole.dated(kiosk.whole.names[0])
        print(f"F19 clock in 1970, then set: {reckoning}, filed {filed}")
        assert (reckoning.lost, reckoning.doubled, reckoning.unseen) == (0, 0, 0)
        assert [quality for _, _, quality, _, _ in filed] == ["B", "A"]
        for _, _, _, since, until in filed:
            # Of a quarter hour each; a slow host's guest lives slowly, too.
            assert since is not None
            assert began - 2 * QUARTER <= since < until <= time.time() + QUARTER


PID_1_DIES = "kill -SEGV 1"
# Later, so that the command ends; a Pi's kernel stays as it is after a panic, too.
CRASH = "(sleep 1; echo c > /proc/sysrq-trigger) > /dev/null 2>&1 &"
PANIC = f"echo 0 > /proc/sys/kernel/panic; {CRASH}"


@pytest.mark.parametrize("death", [PID_1_DIES, PANIC], ids=["systemd dies", "the kernel panics"])
def test_a_dead_machine_is_reset_by_the_hardware(death: str, tmp_path: Path) -> None:
    """QEMU itself says that it was the watchdog."""
    qmp = tmp_path / "qmp"
    with (
        installed(tmp_path, (*WATCHDOG, "-qmp", f"unix:{qmp},server=on,wait=off")) as kiosk,
        events(qmp) as told,
    ):
        machine = kiosk.machine
        vote(machine, "smile")
        state = "cat /sys/class/watchdog/watchdog0/state"
        machine.wait_for("systemd holds the watchdog", state, "active")
        assert "WATCHDOG" not in told
        machine.run(death)
        boot(machine)
        seconds = machine.uptime()
        assert told.count("WATCHDOG") == 1
        vote(machine, "frown")
        reckoning = reckon(kiosk, confirmed(machine))
        print(f"hardware watchdog: reset, and works {seconds:.0f} s after its boot, {reckoning}")
        assert (reckoning.lost, reckoning.doubled, reckoning.unseen) == (0, 0, 0)


@contextmanager
def events(qmp: Path) -> Iterator[list[str]]:
    """The names of what happens to the machine, as QEMU tells them."""
    told: list[str] = []
    line = Line(qmp, lambda message: told.append(message.get("event", "")))
    line.send({"execute": "qmp_capabilities"})
    try:
        yield told
    finally:
        line.close()
