"""The cursor as the collector sees it: repeats, gaps, forks, restores; who is answered what."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from collector.ingest.approve import AlreadyApproved, approve
from collector.ledger import registry
from collector.ledger.epochs import Epoch
from collector.ledger.registry import RegistryError
from kiosk import wire
from tests.fleet import BY, Clock, TestCollector, TestKiosk


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    """Ten votes, of which six are stored."""
    kiosk = collector.kiosk()
    press(kiosk, 10)
    collector.take(kiosk.votes(0, 6))
    return kiosk


def press(kiosk: TestKiosk, votes: int) -> None:
    for number in range(votes):
        kiosk.press(("smile", "frown", "neutral")[number % 3])


def only(receipts: list[wire.Receipt]) -> wire.Receipt:
    assert len(receipts) == 1
    return receipts[0]


def said(receipts: list[wire.Receipt]) -> tuple[str, int]:
    receipt = only(receipts)
    return receipt.status, receipt.through


# ---------------------------------------------------------------- what a receipt says


def test_a_receipt_names_the_stored_end_of_the_chain_its_nonce_and_our_time(
    collector: TestCollector, kiosk: TestKiosk
):
    collector.clock.ms += 4711
    receipt = only(collector.take(kiosk.hello()))
    assert receipt == wire.Receipt(
        v=1,
        epoch=kiosk.epoch,
        status="ok",
        through=6,
        head=kiosk.heads[6],
        nonce=kiosk.nonce,
        time=collector.clock.ms,
    )


def test_a_first_hello_is_answered_from_genesis(collector: TestCollector):
    kiosk = collector.kiosk()
    receipt = only(collector.take(kiosk.hello()))
    assert (receipt.through, receipt.head) == (0, kiosk.heads[0])


def test_many_batches_of_one_drain_get_one_receipt_with_the_last_word(
    collector: TestCollector, kiosk: TestKiosk
):
    receipts = collector.take(*[kiosk.votes(at, at + 1) for at in range(6, 10)])
    assert said(receipts) == ("ok", 10)


def test_each_conversation_gets_its_own_receipt(collector: TestCollector, kiosk: TestKiosk):
    other = collector.kiosk("bkpsdm-01", seed=2)
    receipts = collector.take(kiosk.votes(6), kiosk.hello(), kiosk.hello(), other.hello())
    assert sorted((r.epoch == kiosk.epoch, r.through) for r in receipts) == [
        (False, 0),
        (True, 10),
        (True, 10),
        (True, 10),
    ]


# ---------------------------------------------------------------- repeats, gaps, overlaps


@pytest.mark.parametrize(
    ("after", "last", "through"),
    [
        (0, 6, 6),  # the same again
        (2, 4, 6),  # a part of it, long ago
        (0, 1, 6),
        (4, 8, 8),  # overlaps: the new end is stored
        (0, 10, 10),
        (6, 10, 10),  # continues
        (7, 10, 6),  # a gap: nothing is stored, and the cursor goes back
        (9, 10, 6),
    ],
)
def test_a_batch_is_stored_as_far_as_it_continues_what_is_stored(
    collector: TestCollector, kiosk: TestKiosk, after: int, last: int, through: int
):
    receipt = only(collector.take(kiosk.votes(after, last)))
    assert (receipt.status, receipt.through) == ("ok", through)
    assert receipt.head == kiosk.heads[through]
    assert [seq for seq, _ in collector.stored(kiosk)] == list(range(1, through + 1))
    assert sum(collector.counted().values()) == through


@pytest.mark.fault(11, 12, how="batches in any order, repeated; hypothesis, in-process")
@settings(max_examples=40, deadline=None)
@given(batches=st.lists(st.tuples(st.integers(0, 11), st.integers(1, 12)), max_size=25))
def test_whatever_comes_in_whatever_order_is_stored_once_and_never_with_a_hole(
    tmp_path_factory: pytest.TempPathFactory, batches: list[tuple[int, int]]
):
    collector = TestCollector(tmp_path_factory.mktemp("order"))
    kiosk = collector.kiosk()
    press(kiosk, 12)
    through = 0
    for after, length in batches:
        last = min(12, after + length)
        if after <= through:
            through = max(through, last)
        assert said(collector.take(kiosk.votes(after, last))) == ("ok", through)
    assert collector.stored(kiosk) == [(v.seq, v.face) for v in kiosk.chain[:through]]
    collector.db.close()


# ---------------------------------------------------------------- restores


@pytest.mark.fault(23, how="the ledger's file put back; in-process")
def test_a_collector_restored_from_a_backup_gets_the_missing_votes_again(
    collector: TestCollector, kiosk: TestKiosk, tmp_path: Path
):
    backup = tmp_path / "backup"
    backup.mkdir()
    collector.db.conn.execute("VACUUM INTO ?", (str(backup / "ledger.db"),))
    collector.take(kiosk.votes(6))
    restored = TestCollector(backup, collector.clock)
    # The kiosk believes that all is receipted; its next health corrects that.
    assert said(restored.take(kiosk.health())) == ("ok", 6)
    assert said(restored.take(kiosk.hello())) == ("ok", 6)
    assert said(restored.take(kiosk.votes(6))) == ("ok", 10)
    assert restored.counted() == collector.counted()
    shutil.rmtree(backup)


def test_an_older_card_of_the_same_chain_is_told_where_the_ledger_stands(
    collector: TestCollector, kiosk: TestKiosk
):
    """It holds fewer votes than the ledger, so the head says nothing to it: it marks nothing."""
    restored = kiosk.clone(4)
    receipt = only(collector.take(restored.hello()))
    assert (receipt.status, receipt.through, receipt.head) == ("ok", 6, kiosk.heads[6])


@pytest.mark.fault(21, how="a card restored from an old image votes on; in-process")
def test_an_older_card_that_went_on_is_a_fork(collector: TestCollector, kiosk: TestKiosk):
    restored = kiosk.clone(4)
    press(restored, 2)
    assert said(collector.take(restored.hello())) == ("fork", 6)
    assert said(collector.take(restored.votes(4))) == ("fork", 6)
    assert collector.stored(kiosk) == [(v.seq, v.face) for v in kiosk.chain[:6]]
    assert collector.rows("SELECT why, first, last FROM held") == [("fork", 5, 6)]
    assert collector.rows("SELECT seq, flag FROM flags") == [(5, "fork"), (6, "fork")]


@pytest.mark.parametrize("branch", [0, 1, 3, 5])
@pytest.mark.parametrize("length", [1, 3, 8])
def test_another_history_at_any_place_is_a_fork(
    collector: TestCollector, kiosk: TestKiosk, branch: int, length: int
):
    clone = kiosk.clone(branch)
    press(clone, length)
    assert said(collector.take(clone.votes(branch))) == ("fork", 6)
    assert said(collector.take(clone.votes())) == ("fork", 6)
    assert said(collector.take(kiosk.votes(6))) == ("ok", 10), "the branch stored first goes on"
    assert collector.stored(kiosk) == [(v.seq, v.face) for v in kiosk.chain]


def test_a_fork_just_behind_the_stored_end_is_seen(collector: TestCollector, kiosk: TestKiosk):
    clone = kiosk.clone(5)
    press(clone, 3)
    assert said(collector.take(clone.votes(6))) == ("fork", 6)


def test_a_fork_is_held_once_and_within_bounds(collector: TestCollector, kiosk: TestKiosk):
    clone = kiosk.clone(3)
    press(clone, 5)
    collector.take(clone.votes(3))
    collector.take(clone.votes(3), clone.votes(3))
    assert collector.value("SELECT COUNT(*) FROM held") == 1


def test_an_old_head_is_found_between_checkpoints(collector: TestCollector, kiosk: TestKiosk):
    """The ledger keeps one head a batch; those between are computed from the votes."""
    clone = kiosk.clone(3)
    assert said(collector.take(clone.hello())) == ("ok", 6)
    clone.heads[-1] = "00" * 32
    assert said(collector.take(clone.hello())) == ("fork", 6)


# ---------------------------------------------------------------- health


def test_health_is_answered_only_if_votes_are_missing(collector: TestCollector, kiosk: TestKiosk):
    assert said(collector.take(kiosk.health())) == ("ok", 6)
    collector.take(kiosk.votes(6))
    assert collector.take(kiosk.health()) == []


def test_health_of_a_clone_is_answered_with_fork(collector: TestCollector, kiosk: TestKiosk):
    clone = kiosk.clone(5)
    press(clone, 1)
    assert said(collector.take(clone.health())) == ("fork", 6)


def test_a_status_is_never_answered(collector: TestCollector, kiosk: TestKiosk):
    assert collector.take(kiosk.status("online", 1)) == []


# ---------------------------------------------------------------- new, held, approved epochs


@pytest.fixture
def reflashed(collector: TestCollector, kiosk: TestKiosk) -> TestKiosk:
    """The same kiosk with a new key, two votes under it."""
    new = TestKiosk(kiosk.name, collector.clock, seed=5)
    press(new, 2)
    return new


def test_a_new_key_is_held_and_its_votes_are_kept_but_not_counted(
    collector: TestCollector, kiosk: TestKiosk, reflashed: TestKiosk
):
    assert said(collector.take(reflashed.hello())) == ("held", 0)
    receipt = only(collector.take(reflashed.votes()))
    assert (receipt.status, receipt.through, receipt.head) == ("held", 0, reflashed.heads[0])
    assert collector.stored(reflashed) == []
    assert sum(collector.counted().values()) == 6
    assert said(collector.take(kiosk.votes(6))) == ("ok", 10), "the old key goes on"


def test_approval_stores_what_was_held(
    collector: TestCollector, kiosk: TestKiosk, reflashed: TestKiosk
):
    collector.take(reflashed.hello())
    collector.take(reflashed.votes(1, 2))  # came too early: a gap
    collector.take(reflashed.votes(0, 1))
    collector.take(reflashed.votes())
    epoch = approve(collector.db, collector.ingest, reflashed.epoch[:10], BY)
    assert (epoch.state, epoch.seq) == ("approved", 2)
    assert collector.stored(reflashed) == [(1, "smile"), (2, "frown")]
    assert sum(collector.counted().values()) == 8
    assert collector.value("SELECT COUNT(*) FROM held") == 0
    assert said(collector.take(reflashed.hello())) == ("ok", 2)


def test_approval_needs_an_epoch_that_waits(collector: TestCollector, kiosk: TestKiosk):
    with pytest.raises(AlreadyApproved, match="dukcapil-01"):
        approve(collector.db, collector.ingest, kiosk.epoch, BY)
    with pytest.raises(RegistryError, match="kiosk list"):
        approve(collector.db, collector.ingest, "zz", BY)


def test_at_most_two_epochs_of_a_kiosk_wait(collector: TestCollector, kiosk: TestKiosk):
    others = [TestKiosk(kiosk.name, collector.clock, seed=seed) for seed in (11, 12, 13)]
    receipts = [collector.take(other.hello()) for other in others]
    assert [len(answer) for answer in receipts] == [1, 1, 0]
    assert collector.refusals() == ["too-many-epochs"]
    assert said(collector.take(others[0].hello())) == ("held", 0)


def test_votes_that_come_with_a_hello_that_is_refused_are_refused_as_well(
    collector: TestCollector, kiosk: TestKiosk
):
    first, second, third = (TestKiosk(kiosk.name, collector.clock, seed=n) for n in (11, 12, 13))
    collector.take(first.hello(), second.hello())
    third.press("smile")
    assert collector.take(third.hello(), third.votes()) == []
    rows = collector.rows("SELECT kiosk, topic, reason, detail FROM quarantine ORDER BY id")
    topic = f"senyum/1/{kiosk.name}"
    assert rows == [
        (kiosk.name, f"{topic}/hello", "too-many-epochs", "others wait for approval already"),
        (kiosk.name, f"{topic}/votes", "unknown-epoch", f"epoch {third.epoch[:16]}…"),
    ]


def test_an_epoch_knows_since_when_it_is_there_and_when_its_last_batch_came(
    collector: TestCollector, kiosk: TestKiosk, reflashed: TestKiosk
):
    collector.clock.ms += 3_600_123
    collector.take(reflashed.hello())
    kiosk.press("smile")
    collector.take(kiosk.hello(), kiosk.votes())
    now_s = collector.clock.ms // 1000
    query = "SELECT added_at FROM epochs WHERE epoch = ?"
    assert collector.value(query, reflashed.epoch) == now_s
    query = "SELECT received_ms FROM epochs WHERE epoch = ?"
    assert collector.value(query, kiosk.epoch) // 900_000 == now_s // 900


def test_a_retired_kiosk_begins_no_new_epoch(
    collector: TestCollector, kiosk: TestKiosk, reflashed: TestKiosk
):
    registry.retire_kiosk(collector.db, kiosk.name, collector.day, collector.clock.ms // 1000)
    assert collector.take(reflashed.hello()) == []
    assert collector.refusals() == ["unknown-kiosk"]


def test_a_retired_kiosk_still_sends_what_it_pressed(collector: TestCollector, kiosk: TestKiosk):
    quarter = collector.clock.ms // 1000 + 900
    registry.retire_kiosk(collector.db, kiosk.name, collector.day, quarter)
    assert said(collector.take(kiosk.votes(6))) == ("ok", 10)
    collector.clock.ms += 3_600_000
    kiosk.press("frown")
    assert said(collector.take(kiosk.votes(10))) == ("ok", 11)
    assert collector.counted()["", "frown"] == 1, "after its end it stands nowhere"


# ---------------------------------------------------------------- revoked and closed epochs


@pytest.mark.parametrize("end", [registry.revoke, registry.close])
def test_an_ended_epoch_takes_no_new_vote_but_confirms_the_old(
    collector: TestCollector, kiosk: TestKiosk, end: Callable[[Database, str], Epoch]
):
    end(collector.db, kiosk.epoch[:12])
    assert said(collector.take(kiosk.votes(6))) == ("revoked", 6)
    assert said(collector.take(kiosk.votes(4))) == ("revoked", 6)
    assert said(collector.take(kiosk.hello())) == ("revoked", 6)
    assert said(collector.take(kiosk.votes(0, 6))) == ("ok", 6)
    assert len(collector.stored(kiosk)) == 6
    assert collector.refusals() == ["revoked", "revoked"]


def test_a_revoked_key_may_be_approved_again(collector: TestCollector, kiosk: TestKiosk):
    registry.revoke(collector.db, kiosk.epoch)
    approve(collector.db, collector.ingest, kiosk.epoch, BY)
    assert said(collector.take(kiosk.votes(6))) == ("ok", 10)


# ---------------------------------------------------------------- votes carried into a new epoch


def test_a_carried_vote_counts_once(collector: TestCollector, kiosk: TestKiosk):
    """After a fork a kiosk cannot know which of its votes have arrived under the old key."""
    new = collector.add(kiosk.successor(5, receipted=4))
    assert said(collector.take(new.votes())) == ("ok", 6)
    assert len(collector.stored(new)) == 6
    assert sum(collector.counted().values()) == 10


def test_a_vote_carried_from_another_kiosk_is_a_vote(collector: TestCollector, kiosk: TestKiosk):
    other = collector.kiosk("bkpsdm-01", seed=2)
    other.press("smile", origin=wire.Origin(kiosk.epoch, 1))
    collector.take(other.votes())
    assert sum(collector.counted().values()) == 7


def test_a_late_hello_is_not_a_new_one(collector: TestCollector, kiosk: TestKiosk):
    """What a hello proves about a clock rests on when it came first; see timing."""
    early = kiosk.hello()
    collector.clock.ms += 60_000
    late = kiosk.hello()
    collector.take(early)
    collector.take(late)
    collector.clock.ms += 86_400_000
    collector.take(early)
    assert collector.rows("SELECT nonce, received_ms FROM hellos") == [
        (kiosk.nonce, Clock().ms + 60_000)
    ]
