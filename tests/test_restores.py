"""Older states come back: nothing is ever marked receipted that is not stored."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.brokers import Nats
from tests.whole import Identity, Whole, until

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


def receipted(whole: Whole, name: str) -> set[Identity]:
    state = whole.outbox(name)
    votes = state["votes"]
    assert isinstance(votes, list)
    return {
        Identity(str(state["epoch"]), vote["seq"], vote["face"], vote["time"])
        for vote in votes
        if vote["receipted"]
    }


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


def test_a_card_from_an_older_image_marks_nothing_that_is_not_stored(tmp_path: Path) -> None:
    with Nats(tmp_path) as broker, Whole(tmp_path, broker, 1) as whole:
        (name,) = whole.names
        outbox = tmp_path / name / "outbox.db"
        whole.start_kiosk(name, *PRESSING)
        until("some votes", lambda: len(whole.stored()) > 2)
        image = copy_of(outbox, tmp_path / "image.db")
        then = len(whole.stored())
        until("later votes", lambda: len(whole.stored()) > then + 3)
        whole.stop_kiosk(name)
        put_back(image, outbox)
        whole.start_kiosk(name, "--every", "0.3", "--for", "8", "--drain", "2")
        whole.kiosk_ended(name, 60)
        assert receipted(whole, name) <= set(whole.stored())
        state = whole.outbox(name)
        assert int(str(state["queue"])) > 0, "its new votes are on a branch: none is receipted"
        assert "fork" in whole.log("collector") + whole.log(name)
