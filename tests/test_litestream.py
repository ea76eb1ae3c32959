"""Litestream beside ingest: what it has replicated is restored, the fleet fills the tail."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.accounts import Account
from tests.brokers import Nats, find, require
from tests.test_faults_restored import BRISKLY, Fleet, compare
from tests.test_systemd import LITESTREAM, command
from tests.whole import Identity, until, votes_in

EXAMPLE = Path(__file__).parents[1] / "systemd" / "litestream.yml"
LEDGER, REPLICA = "/var/lib/senyum-collector/ledger.db", "/var/backups/senyum/replica"


def litestream(*words: str) -> str:
    require("litestream")
    done = subprocess.run(
        [str(find("litestream")), *words], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_example_names_the_ledger_and_another_disk() -> None:
    said = litestream("databases", "-config", str(EXAMPLE))
    assert LEDGER in said
    text = EXAMPLE.read_text()
    assert f"path: {REPLICA}" in text


def test_a_replica_keeps_the_time_of_a_press_no_longer_than_a_backup_may() -> None:
    hours = re.search(r"retention: (\d+)h", EXAMPLE.read_text())
    assert hours
    assert int(hours[1]) <= 30 * 24


@contextmanager
def replicating(fleet: Fleet, replica: Path) -> Iterator[None]:
    """As the unit runs it, with the example's paths made those of the test; killed at the end."""
    config = fleet.folder / "litestream.yml"
    text = EXAMPLE.read_text().replace(LEDGER, str(fleet.ledger)).replace(REPLICA, str(replica))
    config.write_text(text)
    program, *words = command(LITESTREAM)
    words = [str(config) if word.startswith("/etc/") else word for word in words]
    with (fleet.folder / "litestream.log").open("ab") as log:
        process = subprocess.Popen([str(find(Path(program).name)), *words], stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_was_replicated_is_restored_and_the_rest_comes_from_the_kiosks(
    tmp_path: Path, account: Account
) -> None:
    require("litestream")
    replica, copy = tmp_path / "replica", tmp_path / "copy.db"
    with Nats(tmp_path) as broker, Fleet(tmp_path, broker, 3) as fleet:
        with replicating(fleet, replica):
            fleet.start_all(BRISKLY)
            until("votes", lambda: len(fleet.stored()) > 40, 60)
            replicated = set(fleet.stored())
            until("the replica follows", lambda: replicated <= votes_of(fleet, replica), 60)
        until("a tail", lambda: len(fleet.stored()) > len(replicated) + 10, 60)
        fleet.kill_collector()
        before = fleet.stored()
        for file in fleet.ledger.parent.glob("ledger.db*"):
            file.unlink()

        litestream("restore", "-o", str(copy), f"file://{replica}")
        fleet.collector("restore", str(copy))
        restored = fleet.stored()
        assert replicated <= set(restored) < set(before)
        fleet.start_collector()
        until("all of before", lambda: set(before) <= set(fleet.stored()), 120)
        with replicating(fleet, replica):
            until("the replica follows", lambda: set(before) <= votes_of(fleet, replica), 60)
        fleet.stop_all()
        print(
            f"stored before {len(before)} · in the replica {len(restored)} ·"
            f" from the kiosks {len(set(before) - set(restored))}"
        )
        compare(fleet, account)


def votes_of(fleet: Fleet, replica: Path) -> set[Identity]:
    """What a restore would bring now."""
    copy = fleet.folder / "look.db"
    copy.unlink(missing_ok=True)
    done = subprocess.run(
        [str(find("litestream")), "restore", "-o", str(copy), f"file://{replica}"],
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    return set(votes_in(copy)) if done.returncode == 0 else set()
