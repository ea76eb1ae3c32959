"""The power of the whole machine goes in mid-voting (F7): what a lamp confirmed is kept, once."""

import random
from pathlib import Path

import pytest

from tests.accounts import new_seed
from tests.vm.installed import boot, installed, kept, wait_until_sent
from tests.vm.machine import Machine
from tests.vm.power import vote_until_cut
from tests.vm.reckoning import Reckoning
from tests.whole import Identity

pytestmark = pytest.mark.vm


@pytest.mark.timeout(1200)
def test_one_power_cut(tmp_path: Path) -> None:
    assert_nothing_is_lost(tmp_path, cuts=1)


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_twenty_power_cuts(tmp_path: Path) -> None:
    assert_nothing_is_lost(tmp_path, cuts=20)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_power_cuts_while_a_slow_card_commits(tmp_path: Path) -> None:
    """Presses come while the one before is still being written."""
    assert_nothing_is_lost(tmp_path, cuts=5, data_writes=8)


def assert_nothing_is_lost(tmp_path: Path, cuts: int, data_writes: int | None = None) -> None:
    seed = new_seed()
    print(f"{cuts} power cuts, seed {seed}")
    with installed(tmp_path, data_writes=data_writes) as (machine, whole):
        reckoning, votes = cut_and_cut_again(machine, random.Random(seed), cuts)
        wait_until_sent(machine)
        machine.shut_down()
        reckoning = reckoning.in_ledger(votes, whole.stored())
        print(f"F7 power cut of the machine: cuts={cuts} seed={seed} {reckoning}")
        assert reckoning.confirmed >= cuts, "the run pressed too little to show anything"
        assert (reckoning.lost, reckoning.doubled) == (0, 0)
        assert reckoning.unseen <= cuts, "a cut leaves at most one vote in doubt"
        assert whole.stored() == votes


def cut_and_cut_again(
    machine: Machine, dice: random.Random, cuts: int
) -> tuple[Reckoning, list[Identity]]:
    """The reckoning, and every vote on the disk at the end, with the machine on again."""
    reckoning = Reckoning()
    votes: list[Identity] = []
    for _ in range(cuts):
        lamps = vote_until_cut(machine, dice)
        machine.power_on()
        boot(machine)
        before, votes = votes, kept(machine)
        assert votes[: len(before)] == before, "what had survived one cut did not survive the next"
        faces = [vote.face for vote in votes[len(before) :]]
        assert faces[: len(lamps)] == lamps, f"lamps said {lamps}, the disk says {faces}"
        reckoning = reckoning.after(lamps, faces)
        print(f"after this cut: {reckoning}", flush=True)
    return reckoning, votes
