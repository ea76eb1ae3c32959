"""The power goes while a kiosk or a collector writes: what was promised is on the disk."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from collector.ledger import epochs, votes
from collector.ledger.counts import Differences, local_day, rebuild
from collector.ledger.store import open_ledger
from kiosk import wire
from tests.accounts import Account
from tests.fleet import ZONE
from tests.outbox import opened
from tests.powercut import Disk
from tests.whole import until

CUTS = [10, pytest.param(120, marks=pytest.mark.long)]
FIRST_BYTES = 10_000  # of promises, before the first cut
CUTS_UNTIL_A_LOSS = 100  # at most
PAUSE = 0.3  # seconds between cuts, at most

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


# ---------------------------------------------------------------- who writes


class Writer:
    """A program of tests/powercut_writers.py, and what it has promised until now."""

    def __init__(self, what: str, disk: Disk, file: Path, synchronous: str) -> None:
        command = [sys.executable, "-m", "tests.powercut_writers", what]
        self._file = file
        self._process = subprocess.Popen(
            [*command, str(disk.folder), str(file), synchronous], stderr=subprocess.PIPE, text=True
        )
        until("promises", lambda: self.told() > FIRST_BYTES or not self.alive)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def told(self) -> int:
        """How much it has promised until now, in bytes."""
        return self._file.stat().st_size if self._file.exists() else 0

    def promises(self, until: int) -> list[dict]:
        return [json.loads(line) for line in self._file.read_bytes()[:until].splitlines()]

    def last_words(self) -> str:
        assert self._process.stderr is not None
        return self._process.stderr.read()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def writing(what: str, folder: Path, synchronous: str = "FULL") -> Iterator[tuple[Disk, Writer]]:
    with (
        Disk(folder) as disk,
        closing(Writer(what, disk, folder / "promises", synchronous)) as writer,
    ):
        yield disk, writer


class Cuts(NamedTuple):
    promised: list[dict]  # before the last cut
    lost: list[int]  # of each cut


def cut_power(
    disk: Disk,
    writer: Writer,
    count: int,
    account: Account,
    lost: Callable[[list[dict], Path], int],
) -> Cuts:
    """Cut it so often; `lost` compares what was promised before a cut with what is found."""
    losses = []
    for _ in range(count):
        time.sleep(account.dice.uniform(0, PAUSE))
        assert writer.alive, writer.last_words()
        told = writer.told()
        disk.cut()
        promised = writer.promises(told)
        with disk.started() as found:
            losses.append(lost(promised, found))
    return Cuts(promised, losses)


def loses(
    disk: Disk, writer: Writer, account: Account, lost: Callable[[list[dict], Path], int]
) -> bool:
    """Does a cut lose something? A checkpoint of SQLite's just before it may save all, by luck."""
    return any(cut_power(disk, writer, 1, account, lost).lost[0] for _ in range(CUTS_UNTIL_A_LOSS))


# ---------------------------------------------------------------- a kiosk


def votes_lost_by_a_kiosk(promised: list[dict], found: Path) -> int:
    """Confirmed votes that are not in the outbox, which is sound up to its end."""
    last = promised[-1]
    with closing(opened(found)) as box:
        kept = list(box.votes())
        assert [vote.seq for vote in kept] == list(range(box.oldest, box.checkpoint.seq + 1))
        lost = max(0, last["seq"] - box.checkpoint.seq)
        assert lost or box.head_at(last["seq"]) == last["head"]
        return lost


@pytest.mark.fault(
    6, how="the ext4 under a writer cloned at one instant (reflink), mounted, opened, compared"
)
@pytest.mark.parametrize("count", CUTS)
def test_no_vote_that_a_light_confirmed_is_lost_in_a_power_cut(
    count: int, account: Account, tmp_path: Path
) -> None:
    with writing("kiosk", tmp_path) as (disk, writer):
        cuts = cut_power(disk, writer, count, account, votes_lost_by_a_kiosk)
    account.note(len(cuts.promised), sum(cuts.lost), doubled=0)
    assert cuts.lost == [0] * count


@pytest.mark.fault(6, how="the same with synchronous=NORMAL must lose: the harness has teeth")
def test_a_kiosk_that_did_not_wait_for_its_disk_would_lose_votes(
    account: Account, tmp_path: Path
) -> None:
    with writing("kiosk", tmp_path, "NORMAL") as (disk, writer):
        assert loses(disk, writer, account, votes_lost_by_a_kiosk), (
            "the harness finds no loss where there must be some"
        )


# ---------------------------------------------------------------- a collector


def votes_lost_by_a_collector(promised: list[dict], found: Path) -> int:
    """Receipted votes that are not in the ledger, which is sound, chained and counted."""
    last = {line["epoch"]: line for line in promised}
    with open_ledger(found / "ledger.db") as db:
        assert db.conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        lost = 0
        for name, line in last.items():
            epoch = epochs.find(db, name)
            assert epoch is not None
            lost += max(0, line["seq"] - epoch.seq)
            assert epoch.seq < line["seq"] or votes.head_at(db, epoch, line["seq"]) == line["head"]
            assert chain_of(db, epoch) == epoch.head
        assert rebuild(db, local_day(ZONE)) == Differences(0, 0, 0, 0)
        return lost


def chain_of(db, epoch: epochs.Epoch) -> str:
    """The head after all votes of an epoch, from genesis."""
    head, seq = wire.genesis(epoch.kiosk, epoch.key), 0
    for vote in votes.between(db, epoch.e, 0, 2**53):
        head, seq = wire.next_head(head, wire.leaf(epoch.kiosk, epoch.epoch, vote)), vote.seq
    assert seq == epoch.seq
    return head


@pytest.mark.fault(
    6, how="the ext4 under a writer cloned at one instant (reflink), mounted, opened, compared"
)
@pytest.mark.parametrize("count", CUTS)
def test_no_vote_that_a_receipt_confirmed_is_lost_in_a_power_cut(
    count: int, account: Account, tmp_path: Path
) -> None:
    with writing("collector", tmp_path) as (disk, writer):
        cuts = cut_power(disk, writer, count, account, votes_lost_by_a_collector)
    receipted = {line["epoch"]: line["seq"] for line in cuts.promised}
    account.note(sum(receipted.values()), sum(cuts.lost), doubled=0)
    assert cuts.lost == [0] * count


@pytest.mark.fault(6, how="the same with synchronous=NORMAL must lose: the harness has teeth")
def test_a_collector_that_did_not_wait_for_its_disk_would_lose_votes(
    account: Account, tmp_path: Path
) -> None:
    with writing("collector", tmp_path, "NORMAL") as (disk, writer):
        assert loses(disk, writer, account, votes_lost_by_a_collector), (
            "the harness finds no loss where there must be some"
        )
