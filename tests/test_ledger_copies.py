"""A vote counts once, wherever a kiosk had to carry it and in whatever order its copies come."""

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace
from sqlite_utils import Database

from collector.ledger import comparing, counts
from collector.ledger.counts import Differences
from collector.ledger.schema import migrations
from collector.ledger.store import open_ledger
from kiosk import wire
from tests.fleet import TestCollector, TestKiosk

NONE = Differences(0, 0, 0, 0)


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    return collector.kiosk()


def faces(collector: TestCollector) -> dict[str, int]:
    assert counts.rebuild(collector.db, collector.day) == NONE
    return {face: n for (_, face), n in collector.counted().items()}


def carried(collector: TestCollector, kiosk: TestKiosk, seed: int = 2, after: int = 0) -> TestKiosk:
    return collector.add(kiosk.successor(seed, after))


# ---------------------------------------------------------------- one at a time


@pytest.mark.parametrize("order", ["old first", "new first"])
def test_the_copy_that_is_stored_first_counts(
    collector: TestCollector, kiosk: TestKiosk, order: str
) -> None:
    for face in ("smile", "frown", "smile"):
        kiosk.press(face)
    new = carried(collector, kiosk)
    sealed = [kiosk.votes(), new.votes()]
    for message in sealed if order == "old first" else reversed(sealed):
        (receipt,) = collector.take(message)
        assert (receipt.status, receipt.through) == ("ok", 3)
    assert faces(collector) == {"smile": 2, "frown": 1}
    first = kiosk if order == "old first" else new
    rows = collector.rows("SELECT epoch, SUM(counted) FROM votes JOIN epochs USING (e) GROUP BY 1")
    assert dict(rows) == {kiosk.epoch: 0, new.epoch: 0} | {first.epoch: 3}


def test_two_epochs_that_carried_the_same_vote_count_it_once(
    collector: TestCollector, kiosk: TestKiosk
) -> None:
    """A card that was cloned after its fork, say."""
    kiosk.press("smile")
    for new in (carried(collector, kiosk, seed=2), carried(collector, kiosk, seed=3)):
        collector.take(new.votes())
    assert faces(collector) == {"smile": 1}


def test_a_vote_carried_twice_keeps_its_first_place(
    collector: TestCollector, kiosk: TestKiosk
) -> None:
    kiosk.press("smile")
    new = carried(collector, kiosk, seed=2)
    newest = carried(collector, new, seed=3)
    assert newest.chain[0].origin == wire.Origin(kiosk.epoch, 1)
    for each in (newest, kiosk, new):
        collector.take(each.votes())
    assert faces(collector) == {"smile": 1}


def test_a_clones_vote_of_the_same_seq_and_face_is_another_vote(
    collector: TestCollector, kiosk: TestKiosk
) -> None:
    kiosk.press("smile")
    clone = kiosk.clone()
    kiosk.press("frown")
    clone.press("frown")
    collector.take(kiosk.votes())
    assert collector.take(clone.votes())[0].status == "fork"
    collector.take(carried(collector, clone, after=1).votes())
    assert faces(collector) == {"smile": 1, "frown": 2}


def test_another_kiosk_cannot_claim_a_vote(collector: TestCollector, kiosk: TestKiosk) -> None:
    """Who listens at the broker knows salts. What he signs hides nobody else's vote."""
    kiosk.press("smile")
    thief = collector.kiosk("thief-01", seed=7)
    thief.append(replace(kiosk.chain[0], origin=wire.Origin(kiosk.epoch, 1)))
    collector.take(thief.votes())
    collector.take(kiosk.votes())
    assert faces(collector) == {"smile": 2}


def test_a_vote_that_is_carried_twice_into_one_batch_counts_once(
    collector: TestCollector, kiosk: TestKiosk
) -> None:
    kiosk.press("smile")
    new = carried(collector, kiosk)
    new.append(replace(new.chain[0], seq=2))
    collector.take(new.votes())
    assert faces(collector) == {"smile": 1}
    collector.take(kiosk.votes())
    assert faces(collector) == {"smile": 1}


@pytest.mark.parametrize("stored", [0, 1, 2])
@pytest.mark.parametrize("new_first", [False, True])
def test_a_correction_that_was_carried_corrects_once(
    collector: TestCollector, kiosk: TestKiosk, stored: int, new_first: bool
) -> None:
    """The old epoch has brought none, the first or both of the two; the new one brings both."""
    kiosk.press("smile")
    collector.clock.ms += 1000
    kiosk.press("frown", replaces=1)
    new = carried(collector, kiosk)
    old_part = [kiosk.votes(0, stored)] if stored else []
    parts = [new.votes(), *old_part] if new_first else [*old_part, new.votes()]
    for part in parts:
        collector.take(part)
    assert faces(collector) == {"frown": 1}


def test_a_test_that_was_carried_takes_back_the_vote_it_began_as(
    collector: TestCollector, kiosk: TestKiosk
) -> None:
    kiosk.press("smile")
    collector.take(kiosk.votes())
    kiosk.press("smile", replaces=1, test=True)
    collector.take(carried(collector, kiosk).votes())
    assert faces(collector) == {}


def test_a_ledger_from_before_knows_its_corrections_still(tmp_path: Path) -> None:
    """Votes of a window and their counts, as they were stored before there were copies."""
    collector = TestCollector(tmp_path / "new")
    kiosk = collector.kiosk()
    for face, replaces in (("smile", None), ("neutral", 1), ("frown", 1), ("smile", None)):
        kiosk.press(face, replaces=replaces)
    collector.take(kiosk.votes())
    now = collector.rows("SELECT * FROM superseded"), collector.rows("SELECT * FROM corrections")
    old = Database(tmp_path / "old.db")
    migrations.apply(old, stop_before="0011_copies")
    old.conn.execute("ATTACH ? AS new", (str(collector.path),))
    for table in ("votes", "epochs"):
        names = ", ".join(row[1] for row in old.conn.execute(f"PRAGMA table_info({table})"))
        old.conn.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM new.{table}")
    old.conn.execute("INSERT INTO corrections VALUES (1, 1, 3)")
    old.conn.commit()
    old.close()
    with open_ledger(tmp_path / "old.db") as migrated:
        tables = [
            migrated.conn.execute(f"SELECT * FROM {table}").fetchall()
            for table in ("superseded", "corrections")
        ]
    assert tuple(tables) == now


# ---------------------------------------------------------------- any order


def model(db: Database) -> Counter[str]:
    """Face → votes that count, from nothing but the stored rows, in plain words.

    Votes are the same if they first stood at one place with one salt and one time. A window is the
    vote that its corrections name, and these; the last of it counts, in the order in which they
    first stood.
    """
    rows = db.conn.execute(
        "SELECT epoch, votes.seq, COALESCE(origin_epoch, epoch), COALESCE(origin_seq, votes.seq),"
        " salt, time, face, test, corrects FROM votes JOIN epochs USING (e)"
    ).fetchall()
    identity = {(row[0], row[1]): tuple(row[2:6]) for row in rows}
    kinds = {tuple(row[2:6]): (row[6], row[7]) for row in rows}
    members: dict[tuple, set[tuple]] = {}
    for epoch, seq, *_, corrects in rows:
        if corrects is not None:
            first = identity[epoch, corrects]
            members.setdefault(first, {first}).add(identity[epoch, seq])
    beaten = set()
    for first, window in members.items():
        beaten |= window - {max(window, key=lambda one: (one[0] != first[0], one[1], one[2]))}
    return Counter(face for one, (face, test) in kinds.items() if not test and one not in beaten)


class Forking(RuleBasedStateMachine):
    """One kiosk's name on several cards: clones, older images, new epochs; batches in any order."""

    root: Path

    @initialize()
    def start(self) -> None:
        self.collector = TestCollector(self.root / str(len(list(self.root.iterdir()))))
        self.cards = [self.collector.kiosk()]
        self.seed = 100

    @rule(
        card=st.integers(0, 9),
        face=st.sampled_from(["smile", "neutral", "frown"]),
        back=st.none() | st.integers(1, 3),
        test=st.sampled_from([False, False, False, True]),
        wait=st.sampled_from([0, 500, 60_000]),
    )
    def press(self, *, card: int, face: str, back: int | None, test: bool, wait: int) -> None:
        kiosk = self.cards[card % len(self.cards)]
        self.collector.clock.ms += wait
        replaces = None if back is None else max(1, len(kiosk.chain) + 1 - back)
        kiosk.press(face, replaces=replaces, test=test)

    @rule(card=st.integers(0, 9), forget=st.integers(0, 3))
    def clone(self, card: int, forget: int) -> None:
        """Another card from an image of this one, which may be older."""
        if len(self.cards) < 6:
            kiosk = self.cards[card % len(self.cards)]
            self.seed += 1
            self.cards.append(kiosk.clone(max(0, len(kiosk.chain) - forget), self.seed))

    @rule(card=st.integers(0, 9), unreceipted=st.integers(0, 6))
    def begin_epoch(self, card: int, unreceipted: int) -> None:
        if len(self.cards) < 6:
            kiosk = self.cards[card % len(self.cards)]
            self.seed += 1
            receipted = max(0, len(kiosk.chain) - unreceipted)
            self.cards.append(self.collector.add(kiosk.successor(self.seed, receipted)))

    @rule(card=st.integers(0, 9), length=st.integers(1, 4))
    def send(self, card: int, length: int) -> None:
        kiosk = self.cards[card % len(self.cards)]
        stored = comparing.stored(self.collector.db, kiosk.epoch)
        if stored < len(kiosk.chain):
            self.collector.take(kiosk.votes(stored, stored + length))

    @invariant()
    def each_vote_counts_once(self) -> None:
        assert Counter(self.faces()) == model(self.collector.db)
        assert comparing.effective(self.collector.db) == sum(self.faces().values())

    @invariant()
    def what_was_stored_first_counts(self) -> None:
        doubled = self.collector.value(
            "SELECT COUNT(*) FROM (SELECT 1 FROM votes JOIN epochs USING (e) WHERE NOT test"
            " GROUP BY COALESCE(origin_epoch, epoch), COALESCE(origin_seq, votes.seq), salt, time"
            " HAVING SUM(counted) <> 1)"
        )
        assert doubled == 0

    @invariant()
    def counts_are_what_counting_anew_gives(self) -> None:
        assert counts.rebuild(self.collector.db, self.collector.day) == NONE

    def faces(self) -> dict[str, int]:
        return {face: n for (_, face), n in self.collector.counted().items()}

    def teardown(self) -> None:
        self.collector.db.close()


def test_each_vote_counts_once_whatever_cards_are_cloned_and_restored(tmp_path: Path) -> None:
    machine = type("ForkingHere", (Forking,), {"root": tmp_path})
    settings_ = settings(max_examples=40, stateful_step_count=30, deadline=None)
    run_state_machine_as_test(machine, settings=settings_)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_counts_do_not_depend_on_the_order_of_arrival(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Three epochs, each with a part of the last; every batch arrives, in two orders."""
    outcomes = []
    for order in (seed + 1, seed + 2):
        collector = TestCollector(tmp_path_factory.mktemp("order"))
        cards = three_epochs(collector, random.Random(seed))
        deliver(collector, cards, random.Random(order))
        outcomes.append(faces(collector))
        collector.db.close()
    assert outcomes[0] == outcomes[1]


def three_epochs(collector: TestCollector, chance: random.Random) -> list[TestKiosk]:
    cards = [collector.kiosk()]
    for seed in (2, 3):
        for _ in range(chance.randrange(1, 6)):
            press(cards[-1], chance)
        carried_from = chance.randrange(len(cards[-1].chain))
        cards.append(carried(collector, cards[-1], seed, carried_from))
    press(cards[-1], chance)
    return cards


def press(kiosk: TestKiosk, chance: random.Random) -> None:
    kiosk.clock.ms += chance.choice([200, 700, 30_000])
    face = chance.choice(["smile", "neutral", "frown"])
    back = chance.choice([None, None, 1, 2])
    replaces = None if back is None or back > len(kiosk.chain) else len(kiosk.chain) + 1 - back
    kiosk.press(face, replaces=replaces, test=chance.random() < 0.1)


def deliver(collector: TestCollector, cards: list[TestKiosk], chance: random.Random) -> None:
    unsent = dict.fromkeys(range(len(cards)), 0)
    while unsent:
        number = chance.choice(list(unsent))
        kiosk, sent = cards[number], unsent[number]
        collector.take(kiosk.votes(sent, sent + chance.randrange(1, 4)))
        unsent[number] = comparing.stored(collector.db, kiosk.epoch)
        if unsent[number] == len(kiosk.chain):
            del unsent[number]
