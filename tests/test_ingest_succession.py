"""One card's epochs after each other: who announced the new one, two cards with one key, and what
an admin's word does."""

from pathlib import Path

import pytest

from collector.ingest.approve import approve
from collector.ingest.branches import drop_settled
from collector.ledger import epochs, forks, registry
from collector.ledger.registry import RegistryError
from kiosk import wire
from tests.fleet import BY, TestCollector, TestKiosk

DAY_MS = 86_400_000


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    """Two votes are stored; the card has two more."""
    kiosk = collector.kiosk()
    for face in ("smile", "frown", "smile", "neutral"):
        kiosk.press(face)
    collector.take(kiosk.hello(), kiosk.votes(0, 2))
    return kiosk


@pytest.fixture
def clone(collector: TestCollector, kiosk: TestKiosk) -> TestKiosk:
    """A card from an older image: its third and fourth vote are others. It has been heard."""
    clone = kiosk.clone(2)
    clone.press("frown")
    clone.press("frown")
    collector.take(kiosk.votes(2))
    assert said(collector, clone.hello()) == "fork"
    assert said(collector, clone.votes(2)) == "fork"
    return clone


def said(collector: TestCollector, *sealed: tuple[str, bytes]) -> str:
    return collector.take(*sealed)[-1].status


def announcer(collector: TestCollector, kiosk: TestKiosk) -> str:
    known = epochs.of_kiosk(collector.db, kiosk.name)
    (epoch,) = [each for each in known if each.epoch == kiosk.epoch]
    return epochs.announcer(epoch, known)


def is_forked(collector: TestCollector) -> bool:
    return bool(forks.unsettled(collector.db, "dukcapil-01"))


# ---------------------------------------------------------------- who announced it


def test_an_earlier_key_vouches_for_a_new_epoch(collector: TestCollector, kiosk: TestKiosk) -> None:
    new = kiosk.successor(2)
    assert said(collector, new.hello()) == "held"
    assert announcer(collector, new) == "trusted"
    kept = epochs.find(collector.db, new.epoch)
    assert kept is not None
    assert new.after is not None
    assert (kept.follows, kept.vouched) == (new.after.epoch, new.after.signature)
    registry.revoke(collector.db, kiosk.epoch)
    assert announcer(collector, new) == "distrusted", "a stolen key may announce what it likes"


def wrong_signature(new: TestKiosk, kiosk: TestKiosk, stranger: TestKiosk) -> wire.Succession:
    text = wire.succession_text(new.name, kiosk.epoch, new.epoch)
    return wire.Succession(kiosk.epoch, stranger.key.sign(text).hex())


def for_another_epoch(new: TestKiosk, kiosk: TestKiosk, stranger: TestKiosk) -> wire.Succession:
    text = wire.succession_text(new.name, kiosk.epoch, stranger.epoch)
    return wire.Succession(kiosk.epoch, kiosk.key.sign(text).hex())


def by_a_key_nobody_knows(new: TestKiosk, kiosk: TestKiosk, stranger: TestKiosk) -> wire.Succession:
    text = wire.succession_text(new.name, stranger.epoch, new.epoch)
    return wire.Succession(stranger.epoch, stranger.key.sign(text).hex())


def by_itself(new: TestKiosk, kiosk: TestKiosk, stranger: TestKiosk) -> wire.Succession:
    text = wire.succession_text(new.name, new.epoch, new.epoch)
    return wire.Succession(new.epoch, new.key.sign(text).hex())


CLAIMS = [wrong_signature, for_another_epoch, by_a_key_nobody_knows, by_itself]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_word_that_is_not_an_earlier_keys_only_lacks(
    collector: TestCollector, kiosk: TestKiosk, claim
) -> None:
    new = kiosk.successor(2)
    new.after = claim(new, kiosk, TestKiosk(kiosk.name, collector.clock, seed=9))
    assert said(collector, new.hello()) == "held"
    assert announcer(collector, new) == "unknown"


def test_the_key_of_another_kiosk_vouches_for_nothing(
    collector: TestCollector, kiosk: TestKiosk
) -> None:
    other = collector.kiosk("bkpsdm-01", seed=8)
    new = kiosk.successor(2)
    new.after = by_a_key_nobody_knows(new, kiosk, other)
    collector.take(new.hello())
    assert announcer(collector, new) == "unknown"


def test_what_a_first_hello_lacked_a_later_one_may_bring(
    collector: TestCollector, kiosk: TestKiosk
) -> None:
    new = kiosk.successor(2)
    after, new.after = new.after, None
    collector.take(new.hello())
    assert announcer(collector, new) == "unknown"
    new.after = after
    collector.take(new.hello())
    assert announcer(collector, new) == "trusted"


# ---------------------------------------------------------------- two cards with one key


def test_a_fork_is_told_once_and_kept_in_mind(
    collector: TestCollector, clone: TestKiosk, caplog: pytest.LogCaptureFixture
) -> None:
    (fork,) = forks.unsettled(collector.db, clone.name)
    assert (fork.epoch, fork.first_ms) == (clone.epoch, collector.clock.ms)
    caplog.clear()
    collector.clock.ms += 60_000
    collector.take(clone.health())
    assert "fork" not in caplog.text
    (again,) = forks.unsettled(collector.db, clone.name)
    assert (again.first_ms, again.last_ms) == (fork.first_ms, collector.clock.ms)


@pytest.mark.parametrize("decide", ["approve", "refuse", "revoke"])
def test_an_admins_word_settles_a_fork(
    collector: TestCollector, clone: TestKiosk, decide: str
) -> None:
    new = clone.successor(2, receipted=2)
    collector.take(new.hello(), new.votes())
    assert is_forked(collector)
    match decide:
        case "approve":
            approve(collector.db, collector.ingest, new.epoch, BY)
        case "refuse":
            registry.refuse(collector.db, new.epoch)
        case "revoke":
            registry.revoke(collector.db, clone.epoch)
    assert not is_forked(collector)


def test_an_approved_branch_counts_each_vote_once(
    collector: TestCollector, kiosk: TestKiosk, clone: TestKiosk
) -> None:
    new = clone.successor(2)
    collector.take(new.hello(), new.votes())
    approve(collector.db, collector.ingest, new.epoch, BY)
    assert sum(collector.counted().values()) == 6, "two of both, two of each"
    assert collector.value("SELECT COUNT(*) FROM held") == 0, "all of the branch has come"
    assert said(collector, kiosk.hello()) == "ok", "the other card goes on under the old key"


def test_a_branch_is_kept_until_all_of_it_has_come(
    collector: TestCollector, clone: TestKiosk
) -> None:
    new = clone.successor(2, receipted=2)
    collector.take(new.hello(), new.votes(0, 1))
    approve(collector.db, collector.ingest, new.epoch, BY)
    assert collector.rows("SELECT why FROM held") == [("fork",)]
    collector.take(new.votes(1))
    assert drop_settled(collector.db) == 1
    assert collector.value("SELECT COUNT(*) FROM held") == 0


def test_a_branch_about_which_nobody_has_decided_is_kept(
    collector: TestCollector, clone: TestKiosk
) -> None:
    collector.add(clone.successor(2, receipted=2))
    assert drop_settled(collector.db) == 0
    assert collector.rows("SELECT why FROM held") == [("fork",)]


def test_what_was_under_way_opens_nothing_and_a_clone_that_goes_on_does(
    collector: TestCollector, clone: TestKiosk
) -> None:
    registry.revoke(collector.db, clone.epoch)
    approve(collector.db, collector.ingest, clone.epoch, BY)
    collector.clock.ms += 2 * DAY_MS
    collector.take(clone.health())
    assert not is_forked(collector)
    collector.clock.ms += 2 * DAY_MS
    collector.take(clone.health())
    (fork,) = forks.unsettled(collector.db, clone.name)
    assert fork.first_ms == collector.clock.ms


# ---------------------------------------------------------------- refused


def test_a_refused_epoch_is_dropped_and_told(collector: TestCollector, kiosk: TestKiosk) -> None:
    new = kiosk.successor(2)
    collector.take(new.hello(), new.votes())
    assert registry.refuse(collector.db, new.epoch[:12]).state == "revoked"
    assert collector.value("SELECT COUNT(*) FROM held") == 0
    assert said(collector, new.hello()) == "revoked"
    assert said(collector, new.votes()) == "revoked"
    assert collector.stored(new) == []
    another = TestKiosk(kiosk.name, collector.clock, seed=3)
    assert said(collector, another.hello()) == "held", "there is room again"


@pytest.mark.parametrize("state", ["approved", "revoked", "closed"])
def test_only_a_key_that_waits_is_refused(
    collector: TestCollector, kiosk: TestKiosk, state: str
) -> None:
    (epoch,) = epochs.of_kiosk(collector.db, kiosk.name)
    epochs.set_state(collector.db, epoch, state)
    collector.db.conn.commit()
    with pytest.raises(RegistryError, match=f"is {state} and does not wait"):
        registry.refuse(collector.db, kiosk.epoch)


def test_a_revoked_keys_votes_come_in_the_next_epoch(
    collector: TestCollector, kiosk: TestKiosk
) -> None:
    """A key was stolen and revoked: what the box itself had pressed by then is not lost."""
    registry.revoke(collector.db, kiosk.epoch)
    assert said(collector, kiosk.votes(2)) == "revoked"
    new = kiosk.successor(2, receipted=2)
    collector.take(new.hello(), new.votes())
    approve(collector.db, collector.ingest, new.epoch, BY)
    assert sum(collector.counted().values()) == 4
