"""What the firmware takes of a machine: `python -m tests.vm.measure [minutes]` prints one table.

A virtual machine without hardware acceleration gives indications, and slow ones: nothing here is
asserted. The budget is for a Raspberry Pi Zero 2 W.
"""

import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tests.vm.installed import SERVICES, Installed, installed, vote, wait_until_sent
from tests.vm.machine import Machine

VOTES: Final = 20
SECTOR: Final = 512


class Row(NamedTuple):
    what: str
    found: str
    budget: str


BUDGET_MB: Final = {"senyum-panel.service": 40, "senyum-uplink.service": 35}


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with (
        tempfile.TemporaryDirectory(prefix="senyum-measure-") as folder,
        installed(Path(folder)) as kiosk,
    ):
        for row in rows(kiosk, minutes):
            print(f"| {row.what} | {row.found} | {row.budget} |", flush=True)


def rows(kiosk: Installed, minutes: float) -> Iterator[Row]:
    machine = kiosk.machine
    for service in SERVICES:
        yield Row(f"{service}, start to ready", f"{start_seconds(machine, service):.1f} s", "5 s")
    yield Row("written per vote", f"{written_per_vote(kiosk) / 1000:.1f} kB", "13 kB")
    for service in SERVICES:
        budget = f"{BUDGET_MB[service]} MB"
        yield Row(f"{service}, resident", f"{resident(machine, service) / 1e6:.1f} MB", budget)
    yield from idle(machine, minutes)


def idle(machine: Machine, minutes: float) -> Iterator[Row]:
    """The eye sleeps meanwhile: it would be the busiest of all.

    What the votes before left in the cache is written first: it is theirs, not the idle kiosk's.
    """
    machine.run("systemctl stop vm-eye; sync")
    time.sleep(60)
    machine.run("sync")
    before = [cpu_seconds(machine, service) for service in SERVICES]
    bytes_before = written(machine)
    time.sleep(minutes * 60)
    for service, start in zip(SERVICES, before, strict=True):
        share = (cpu_seconds(machine, service) - start) / (minutes * 60)
        yield Row(f"{service}, idle for {minutes:g} min", f"{share:.2%} of a core", "1 % together")
    hourly = (written(machine) - bytes_before) / minutes * 60
    yield Row("written per idle hour", f"{hourly / 1000:.1f} kB", "nothing")


def start_seconds(machine: Machine, service: str) -> float:
    """From exec to READY=1, of a start beside nothing else."""
    machine.run(f"systemctl restart {service}")
    names = "ExecMainStartTimestampMonotonic", "ActiveEnterTimestampMonotonic"
    start, active = (int(machine.run(f"systemctl show -P {name} {service}")) for name in names)
    return (active - start) / 1e6


def written_per_vote(kiosk: Installed) -> float:
    """Of the data partition, receipts included."""
    wait_until_sent(kiosk.machine)
    kiosk.machine.run("sync")
    before = written(kiosk.machine)
    for _ in range(VOTES):
        vote(kiosk.machine, "smile")
        time.sleep(1.5)
    wait_until_sent(kiosk.machine)
    kiosk.machine.run("sync")
    return (written(kiosk.machine) - before) / VOTES


def written(machine: Machine) -> int:
    """Bytes to the data partition since boot."""
    return int(machine.run("cat /sys/block/vdb/stat").split()[6]) * SECTOR


def cpu_seconds(machine: Machine, service: str) -> float:
    return int(machine.run(f"systemctl show -P CPUUsageNSec {service}")) / 1e9


def resident(machine: Machine, service: str) -> int:
    pid = machine.run(f"systemctl show -P MainPID {service}")
    found = re.search(r"VmRSS:\s+(\d+) kB", machine.run(f"cat /proc/{pid}/status"))
    assert found, f"{service} does not run"
    return int(found[1]) * 1024


if __name__ == "__main__":
    main()
