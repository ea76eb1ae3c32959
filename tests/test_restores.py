"""A collector from an older backup: every vote comes back. For cards see tests/test_forks.py."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.brokers import Nats
from tests.whole import Whole, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PRESSING = ("--every", "0.3", "--for", "600")


def copy_of(database: Path, to: Path) -> Path:
    """A consistent copy while somebody may be writing."""
    with sqlite3.connect(database) as source, sqlite3.connect(to) as target:
        source.backup(target)
    source.close()
    target.close()
    return to


def put_back(copy: Path, database: Path) -> None:
    for leftover in database.parent.glob(f"{database.name}-*"):
        leftover.unlink()
    shutil.copyfile(copy, database)


@pytest.mark.fault(23, how="the ledger of a minute ago put back under whole processes")
def test_a_collector_from_an_older_backup_gets_every_vote_again(tmp_path: Path) -> None:
    ledger = tmp_path / "collector" / "ledger.db"
    with Nats(tmp_path) as broker, Whole(tmp_path, broker, 3) as whole:
        for name in whole.names:
            whole.start_kiosk(name, *PRESSING)
        until("some votes", lambda: len(whole.stored()) > 5)
        backup = copy_of(ledger, tmp_path / "backup.db")
        held_then = len(whole.stored())
        until("later votes", lambda: len(whole.stored()) > 2 * held_then)
        whole.kill_collector()
        put_back(backup, ledger)
        whole.start_collector()
        for name in whole.names:
            whole.stop_kiosk(name)
        whole.wait_until_quiet()
        stored = whole.stored()
        assert set(stored) == whole.confirmed()
        assert len(stored) == len(set(stored))
