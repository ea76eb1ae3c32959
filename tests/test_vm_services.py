"""Services that are killed, hang or lose a thread, under a real systemd: what it costs in votes."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.vm.installed import Installed, confirmed, installed, reckon, vote
from tests.vm.machine import Machine

pytestmark = [pytest.mark.vm, pytest.mark.slow, pytest.mark.timeout(3600)]

PANEL, UPLINK = "senyum-panel.service", "senyum-uplink.service"
# WatchdogSec of the units, and time to start again.
HUNG_SECONDS = {PANEL: 30 + 60, UPLINK: 120 + 60}
DEAD_THREAD_SECONDS = 60.0


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installed(tmp_path_factory.mktemp("services")) as kiosk:
        yield kiosk


@pytest.mark.parametrize("service", [PANEL, UPLINK])
def test_a_service_that_is_killed_comes_back(kiosk: Installed, service: str) -> None:
    with votes_around(kiosk, f"kill -9 {service}"):
        seconds = until_another(kiosk, service, deal(kiosk, service, "kill -9"), 120)
        print(f"kill -9 {service}: works again after {seconds:.0f} s")


@pytest.mark.parametrize("service", [PANEL, UPLINK])
def test_a_service_that_hangs_is_replaced(kiosk: Installed, service: str) -> None:
    with votes_around(kiosk, f"SIGSTOP {service}"):
        hung = deal(kiosk, service, "kill -STOP")
        seconds = until_another(kiosk, service, hung, HUNG_SECONDS[service])
        print(f"SIGSTOP {service}: works again after {seconds:.0f} s")


@contextmanager
def votes_around(kiosk: Installed, fault: str) -> Iterator[None]:
    """A vote before the fault and one after it; nothing is lost, nothing comes twice."""
    machine = kiosk.machine
    vote(machine, "smile")
    yield
    kiosk.machine.run("sleep 1")  # a new citizen: settle_ms is 500
    vote(machine, "frown")
    reckoning = reckon(kiosk, confirmed(machine))
    print(f"{fault}: {reckoning}")
    assert (reckoning.lost, reckoning.doubled, reckoning.unseen) == (0, 0, 0)


def deal(kiosk: Installed, service: str, blow: str) -> int:
    """Deal a blow to the main process, whose PID it was."""
    pid = main_pid(kiosk, service)
    kiosk.machine.run(f"{blow} {pid}")
    return pid


def until_another(kiosk: Installed, service: str, pid: int, seconds: float) -> float:
    """The seconds until another process than `pid` has said that it is ready."""
    active = f"systemctl is-active {service}; test $(systemctl show -P MainPID {service}) != {pid}"
    another = f"{active} && echo another"
    return kiosk.machine.wait_for(f"{service} works again", another, "active\nanother", seconds)


def main_pid(kiosk: Installed, service: str) -> int:
    return int(kiosk.machine.run(f"systemctl show -P MainPID {service}"))


# ---------------------------------------------------------------- the thread that hears the buttons

SABOTAGE = "/run/systemd/system/senyum-panel.service.d/sabotage.conf"


def test_a_panel_that_hears_no_button_is_replaced(kiosk: Installed) -> None:
    machine = kiosk.machine
    with sabotaged(machine), votes_around(kiosk, "dead callback thread"):
        pid = main_pid(kiosk, PANEL)
        # Gone before the press: the panel that takes its place must find none.
        machine.run("touch /run/sabotage && sleep 2 && rm /run/sabotage")
        machine.press("smile")  # nobody hears it: the thread dies of it
        seconds = until_another(kiosk, PANEL, pid, DEAD_THREAD_SECONDS)
        print(f"dead callback thread: works again after {seconds:.0f} s")


@contextmanager
def sabotaged(machine: Machine) -> Iterator[None]:
    """Once /run/sabotage is there, the panel's callback thread dies at the next press."""
    program = "/usr/bin/python3 -IS /usr/local/lib/senyum-vm/sabotage.py panel"
    machine.run(f"mkdir -p $(dirname {SABOTAGE})")
    machine.run(f"printf '[Service]\\nExecStart=\\nExecStart={program}\\n' > {SABOTAGE}")
    restart = f"systemctl daemon-reload && systemctl restart {PANEL}"
    machine.run(restart)
    try:
        yield
    finally:
        machine.run(f"rm {SABOTAGE} && {restart}")
