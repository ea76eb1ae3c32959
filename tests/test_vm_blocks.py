"""A power cut at any write of the disk: every committed vote is in every state that it may leave.

Killing QEMU leaves what the host has in memory, so this goes deeper: the log of all writes
and flushes of the guest's disk is replayed up to a cut, later writes present or not by chance.
"""

import random
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.accounts import new_seed
from tests.vm.image import image
from tests.vm.installed import blank_disk
from tests.vm.kernel import run
from tests.vm.line import Message
from tests.vm.machine import Machine
from tests.vm.writelog import WriteLog, states

pytestmark = [pytest.mark.vm, pytest.mark.slow, pytest.mark.timeout(1800)]

VOTES = 30
CUTS_BY_CHANCE = 40
MODES = ("FULL", "NORMAL")
STATE_FILES = ("outbox.db", "outbox.db-wal")


class Disk:
    """A disk of the guest whose every write is kept; how long the log was at each commit."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.mode = mode
        self.image = folder / f"{mode}.img"
        self._log = folder / f"{mode}.log"
        run("truncate", "-s", "16M", str(self.image))
        run("mke2fs", "-q", "-t", "ext4", str(self.image))
        self.base = self.image.read_bytes()
        self._log.touch()
        self.log = WriteLog(self._log)
        self.committed: dict[int, int] = {}
        self.start = 0

    def words(self) -> list[str]:
        """For QEMU: the guest finds the disk by its serial number."""
        node = (
            f"driver=blklogwrites,node-name={self.mode},file.driver=file,"
            f"file.filename={self.image},log.driver=file,log.filename={self._log},"
            "log-sector-size=512,log-super-update-interval=1"
        )
        device = f"virtio-blk-pci,drive={self.mode},serial={self.mode}"
        return ["-blockdev", node, "-device", device]

    def heard(self, message: Message) -> None:
        if "committed" in message:
            self.committed[message["committed"]] = len(self.log.writes())


class Found(NamedTuple):
    states: int
    losing: int  # states without a vote that had been committed before the cut
    worst: int  # the most votes that one of them lost
    damaged: int
    bytes_per_vote: int


@pytest.fixture(scope="module")
def disks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Disk]:
    """The same votes committed to two disks, once as we do and once as we must not."""
    folder = tmp_path_factory.mktemp("blocks")
    disks = {mode: Disk(folder, mode) for mode in MODES}
    words = [word for disk in disks.values() for word in disk.words()]
    with Machine(image(), blank_disk(folder / "data.img"), more=words) as machine:
        machine.wait_until_booted()
        machine.run("systemctl stop senyum-panel senyum-uplink vm-eye")
        for disk in disks.values():
            vote(machine, disk)
    return disks


def vote(machine: Machine, disk: Disk) -> None:
    device = f"/dev/disk/by-id/virtio-{disk.mode}"
    machine.run(f"mkdir /run/{disk.mode} && mount -o noatime {device} /run/{disk.mode} && sync")
    disk.start = len(disk.log.writes())
    machine.eye = disk.heard
    program = "/usr/local/lib/senyum-vm/votes.py"
    machine.run(f"python3 {program} /run/{disk.mode} {disk.mode} {VOTES}")


def test_no_state_lacks_a_committed_vote(disks: dict[str, Disk], tmp_path: Path) -> None:
    found = try_all(disks["FULL"], tmp_path)
    assert found.states >= 100
    assert (found.losing, found.damaged) == (0, 0)


def test_a_weaker_commit_would_be_noticed(disks: dict[str, Disk], tmp_path: Path) -> None:
    assert try_all(disks["NORMAL"], tmp_path).losing > 0


def try_all(disk: Disk, folder: Path) -> Found:
    assert len(disk.committed) == VOTES, "not every commit was heard of"
    seed = new_seed()
    dice = random.Random(seed)
    writes = disk.log.writes()
    chosen = [dice.randint(disk.start, len(writes)) for _ in range(CUTS_BY_CHANCE)]
    cuts = sorted({*disk.committed.values(), *chosen})
    lost, damaged = [], 0
    for cut, state in states(disk.base, writes, cuts, dice):
        must = max((vote for vote, at in disk.committed.items() if at <= cut), default=0)
        votes = survivors(state, folder)
        damaged += votes is None
        lost.append(max(0, must - (votes or 0)))
    written = sum(len(write.data) for write in writes[disk.start :])
    losing = sum(count > 0 for count in lost)
    found = Found(len(lost), losing, max(lost), damaged, written // VOTES)
    print(f"block-level power cut, {disk.mode}: seed={seed} {found}")
    return found


def survivors(state: bytes, folder: Path) -> int | None:
    """How many votes the outbox of this disk holds; None if it is damaged."""
    disk = folder / "state.img"
    disk.write_bytes(state)
    checked = subprocess.run(["e2fsck", "-fy", str(disk)], check=False, capture_output=True)
    assert checked.returncode in (0, 1), checked.stdout
    for name in STATE_FILES:
        target = folder / name
        target.unlink(missing_ok=True)
        run("debugfs", "-R", f"dump /{name} {target}", str(disk))
    return count(folder / STATE_FILES[0])


def count(outbox: Path) -> int | None:
    if not outbox.exists() or not outbox.stat().st_size:
        return 0
    try:
        with closing(sqlite3.connect(outbox)) as db:
            (verdict,) = db.execute("PRAGMA integrity_check").fetchone()
            return rows(db) if verdict == "ok" else None
    except sqlite3.DatabaseError:
        return None


def rows(db: sqlite3.Connection) -> int:
    """None yet, if the power went before there were tables."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'votes'").fetchone():
        return 0
    (votes,) = db.execute("SELECT count(*) FROM votes").fetchone()
    return int(votes)
