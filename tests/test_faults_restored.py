"""The ledger or its disk fails: nothing is receipted, a backup comes, the fleet fills the gap."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from collector.ledger import registry
from collector.ledger.counts import local_day
from collector.ledger.store import open_ledger
from kiosk import keys
from kiosk.epochs import Epochs
from kiosk.succession import latest_place
from tests.accounts import Account
from tests.backups import spoil
from tests.brokers import HOST, Nats
from tests.fleet import ZONE
from tests.mounts import tmpfs
from tests.whole import QUIET_SECONDS, Identity, Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

KIOSKS = 50
DRAIN = ("--drain", "60")
PRESSING = ("--every", "2", "--for", "900", *DRAIN)
BRISKLY = ("--every", "0.3", "--for", "900", *DRAIN)
READERS = 4


class Fleet(Whole):
    """As Whole, made quickly: fifty kiosks are not registered by fifty commands."""

    def register(self, name: str, *_options: str) -> None:
        collector_key = keys.load_or_create(self.folder / "collector" / "collector.key").public
        own_key = keys.load(latest_place(Epochs(self.epochs(name)), name).key).public
        (self.folder / f"{name}.toml").write_text(
            f'[kiosk]\nid = "{name}"\ndata_dir = "{self.folder}/{name}"\n'
            f'run_dir = "{self.folder}/{name}/run"\n[collector]\nkey = "{collector_key}"\n'
            f'[broker]\nhost = "{HOST}"\nport = {self.broker.port}\n[panel]\nsettle_ms = 500\n'
        )
        db = open_ledger(self.ledger)
        day = local_day(ZONE)
        registry.add_kiosk(db, name, own_key, "disdukcapil-1", from_at=0, day=day, now=1)
        db.close()

    @property
    def ledger(self) -> Path:
        return self.folder / "collector" / "ledger.db"

    @property
    def newest_backup(self) -> Path:
        return max((self.folder / "collector" / "backups").glob("*.db"))

    def start_all(self, how: tuple[str, ...] = PRESSING) -> None:
        for name in self.names:
            self.start_kiosk(name, *how)

    def stop_all(self) -> None:
        """No more presses; each ends when all that it has is receipted."""
        for name in self.names:
            self._kiosks[name].send_signal(signal.SIGTERM)
        for name in self.names:
            assert self.kiosk_ended(name, QUIET_SECONDS) == 0, self.log(name)

    def confirmed(self) -> set[Identity]:
        with ThreadPoolExecutor(READERS) as pool:
            return {vote for votes in pool.map(self._committed, self.names) for vote in votes}


@pytest.mark.fault(23, how="`senyum-collector restore` of an older backup under 50 kiosks")
def test_fifty_kiosks_give_a_restored_collector_every_vote_again(
    tmp_path: Path, account: Account
) -> None:
    with Nats(tmp_path) as broker, Fleet(tmp_path, broker, KIOSKS) as fleet:
        fleet.start_all()
        until("every kiosk's votes", lambda: len(epochs(fleet.stored())) == KIOSKS, 120)
        fleet.collector("backup")
        in_backup = len(fleet.stored())
        until("later votes", lambda: len(fleet.stored()) > 4 * in_backup, 120)

        fleet.kill_collector()
        before = fleet.stored()
        spoil(fleet.ledger)
        said = fleet.collector("restore", str(fleet.newest_backup))
        restored = fleet.stored()
        began = time.monotonic()
        fleet.start_collector()
        until("what was stored before", lambda: set(before) <= set(fleet.stored()), 120)
        seconds = time.monotonic() - began

        fleet.stop_all()
        assert "Each kiosk learns that the collector is behind" in said
        assert set(restored) < set(before)
        compare(fleet, account)
        print(
            f"F23: kiosks {KIOSKS} · confirmed {account.confirmed} · stored before {len(before)}"
            f" · in the backup {len(restored)} · resent {len(set(before) - set(restored))}"
            f" · lost {account.lost} · doubled {account.doubled} · {seconds:.1f} s"
        )


@pytest.mark.fault(20, 23, how="pages of the ledger overwritten; a backup comes back")
def test_a_damaged_ledger_is_set_aside_and_the_fleet_fills_the_gap(
    tmp_path: Path, account: Account
) -> None:
    """F20: ingest says what is wrong and stores nothing into what is damaged."""
    with Nats(tmp_path) as broker, Fleet(tmp_path, broker, 2) as fleet:
        fleet.start_all(BRISKLY)
        until("some votes", lambda: len(fleet.stored()) > 5)
        fleet.collector("backup")
        until("later votes", lambda: len(fleet.stored()) > 25)
        fleet.kill_collector()
        before = fleet.stored()
        spoil(fleet.ledger, at=0, length=200_000)

        fleet.start_collector()
        assert fleet.collector_crashed() == 1
        assert "senyum-collector restore" in fleet.log("collector")
        damaged = fleet.ledger.read_bytes()
        fleet.collector("restore", str(fleet.newest_backup))
        (aside,) = fleet.ledger.parent.glob("set-aside-*")
        assert (aside / "ledger.db").read_bytes() == damaged

        fleet.start_collector()
        until("what was stored before", lambda: set(before) <= set(fleet.stored()), 120)
        fleet.stop_all()
        compare(fleet, account)


@pytest.mark.fault(20, how="the ledger's WAL cut")
def test_what_a_cut_wal_has_lost_comes_again(tmp_path: Path, account: Account) -> None:
    """F20: SQLite reads what is whole of it and says nothing; the kiosks still have the rest."""
    with Nats(tmp_path) as broker, Fleet(tmp_path, broker, 2) as fleet:
        fleet.start_all(BRISKLY)
        until("some votes", lambda: len(fleet.stored()) > 25)
        fleet.kill_collector()
        before = fleet.stored()
        wal = fleet.ledger.with_name("ledger.db-wal")
        os.truncate(wal, wal.stat().st_size // 2)
        assert len(fleet.stored()) < len(before), "there were votes in what was cut off"
        fleet.start_collector()
        until("what was stored before", lambda: set(before) <= set(fleet.stored()), 120)
        fleet.stop_all()
        compare(fleet, account)


@pytest.mark.fault(17, how="a tmpfs that is full, and has room again")
def test_a_full_disk_at_the_collector_gets_no_receipt_and_loses_nothing(
    tmp_path: Path, account: Account
) -> None:
    """F17: kiosks hold, ingest says so and goes on when there is room again, without a restart."""
    with (
        tmpfs(tmp_path / "collector", "4m") as disk,
        Nats(tmp_path) as broker,
        Fleet(tmp_path, broker, 2) as fleet,
    ):
        fleet.start_all(BRISKLY)
        until("some votes", lambda: len(fleet.stored()) > 5)
        fill_up(disk)
        until("it says so", lambda: "cannot_commit" in fleet.log("collector"), 60)
        stored = len(fleet.stored())
        until("kiosks hold", lambda: min(queue(fleet, name) for name in fleet.names) > 5, 60)
        assert len(fleet.stored()) <= stored + 1

        (disk / "ballast").unlink()
        until("votes again", lambda: len(fleet.stored()) > stored + 10, 120)
        fleet.stop_all()
        assert "restore" not in fleet.log("collector")
        compare(fleet, account)


def fill_up(disk: Path) -> None:
    with (disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(4096))


def queue(fleet: Fleet, name: str) -> int:
    return int(str(fleet.outbox(name)["queue"]))


def compare(fleet: Fleet, account: Account) -> None:
    """Nothing is under way any more: both ends hold the same, and the counts say so."""
    account.compare(fleet.confirmed(), fleet.stored())
    found = fleet.collector("rebuild").splitlines()
    assert all(line.endswith("as the votes say") for line in found), found


def epochs(votes: list[Identity]) -> set[str]:
    return {vote.epoch for vote in votes}
