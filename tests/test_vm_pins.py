"""The installed firmware on a real GPIO chip and a real systemd: a press becomes a counted vote."""

from pathlib import Path

import pytest

from tests.vm.installed import confirmed, installed, kept, vote, wait_until_sent
from tests.vm.machine import ANSWER_SECONDS, Machine
from tests.whole import until

pytestmark = [pytest.mark.vm, pytest.mark.timeout(1800)]

PRESSED = ["smile", "neutral", "frown"]  # each corrects the one before it


def test_a_press_is_shown_kept_sent_and_counted(tmp_path: Path) -> None:
    with installed(tmp_path) as (machine, whole):
        assert_the_root_is_read_only(machine)
        for face in PRESSED:
            vote(machine, face)
        votes = kept(machine)
        assert [vote.face for vote in votes] == PRESSED == confirmed(machine)
        wait_until_sent(machine)
        assert whole.stored() == votes
        until("dark lamps", lambda: machine.seen[-1]["lamps"] == [], ANSWER_SECONDS)
        assert not machine.seen[-1]["buzzer"]
        print(f"pins: confirmed={len(PRESSED)} stored={len(votes)} lost=0 doubled=0")


def assert_the_root_is_read_only(machine: Machine) -> None:
    """And the votes lie on a partition that is not."""
    assert machine.run("findmnt -no OPTIONS / | cut -d, -f1") == "ro"
    assert machine.run("findmnt -no OPTIONS /var/lib/senyum | cut -d, -f1") == "rw"
