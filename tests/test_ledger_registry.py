"""Kiosks, their places and keys: what can be registered, and what is said when it cannot."""

from pathlib import Path

import pytest

from collector.ledger import counts, epochs, places, registry
from collector.ledger.placements import Placement, placements
from collector.ledger.places import UnknownPlace
from collector.ledger.registry import RegistryError
from collector.ledger.store import writing
from tests.fleet import START_MS, TestCollector, TestKiosk

START = START_MS // 1000


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    return collector.kiosk()


def test_an_added_kiosk_stands_where_it_was_put_and_its_key_is_approved(
    collector: TestCollector, kiosk: TestKiosk
):
    (machine,) = registry.kiosks(collector.db)
    assert machine.kiosk == "dukcapil-01"
    assert machine.placed == [Placement(0, None, "loket-1")]
    assert [(epoch.epoch, epoch.state) for epoch in machine.epochs] == [(kiosk.epoch, "approved")]


def test_adding_the_same_again_changes_nothing(collector: TestCollector, kiosk: TestKiosk):
    collector.add(kiosk, from_at=START)
    assert placements(collector.db, kiosk.name) == [Placement(0, None, "loket-1")]
    assert len(epochs.of_kiosk(collector.db, kiosk.name)) == 1


def test_a_kiosk_may_get_a_second_key(collector: TestCollector, kiosk: TestKiosk):
    collector.add(TestKiosk(kiosk.name, collector.clock, seed=2))
    assert [e.state for e in epochs.of_kiosk(collector.db, kiosk.name)] == ["approved"] * 2


@pytest.mark.parametrize("key", ["", "ab", "zz" * 32, "ab" * 33, "ab" * 31 + " a"])
def test_a_key_that_is_none_is_refused(collector: TestCollector, key: str):
    with pytest.raises(RegistryError, match="64 hex digits, as 'senyum-kiosk key' prints them"):
        registry.add_kiosk(
            collector.db, "a", key, "loket-1", from_at=0, day=collector.day, now=START
        )
    assert registry.kiosks(collector.db) == []


@pytest.mark.parametrize("name", ["", "Dukcapil", "a_b", "a--b", "-a", "a" * 33, "a\n", "a/b"])
def test_a_name_that_no_topic_can_carry_is_refused(collector: TestCollector, name: str):
    kiosk = TestKiosk("any", collector.clock)
    with pytest.raises(RegistryError, match="such as dukcapil-01"):
        registry.add_kiosk(
            collector.db, name, kiosk.key.public, "loket-1", from_at=0, day=collector.day, now=1
        )


def test_an_unknown_counter_is_answered_with_those_near(collector: TestCollector):
    with pytest.raises(UnknownPlace, match="near it: loket-"):
        collector.add(TestKiosk("a", collector.clock), counter="lokte-1")
    assert registry.kiosks(collector.db) == [], "nothing was half done"


def test_a_key_belongs_to_one_kiosk(collector: TestCollector, kiosk: TestKiosk):
    thief = TestKiosk("other", collector.clock)
    with pytest.raises(RegistryError, match="belongs to kiosk dukcapil-01"):
        collector.add(thief)


def test_a_key_that_waits_or_was_revoked_is_not_approved_by_adding(
    collector: TestCollector, kiosk: TestKiosk
):
    registry.revoke(collector.db, kiosk.epoch)
    with pytest.raises(RegistryError, match=f"revoked; 'kiosk approve {kiosk.epoch[:12]}'"):
        collector.add(kiosk)


def test_a_kiosk_moves_from_a_date_and_the_latest_word_holds(
    collector: TestCollector, kiosk: TestKiosk
):
    registry.move_kiosk(collector.db, kiosk.name, "loket-2", START, collector.day)
    registry.move_kiosk(collector.db, kiosk.name, "loket-1", START + 900, collector.day)
    assert placements(collector.db, kiosk.name) == [
        Placement(0, START, "loket-1"),
        Placement(START, START + 900, "loket-2"),
        Placement(START + 900, None, "loket-1"),
    ]
    registry.move_kiosk(collector.db, kiosk.name, "loket-2", 5, collector.day)
    assert placements(collector.db, kiosk.name) == [
        Placement(0, 5, "loket-1"),
        Placement(5, None, "loket-2"),
    ]


def test_what_is_not_there_cannot_be_moved_retired_or_revoked(collector: TestCollector):
    with pytest.raises(RegistryError, match="no kiosk 'x'"):
        registry.move_kiosk(collector.db, "x", "loket-1", 0, collector.day)
    with pytest.raises(RegistryError, match="no kiosk 'x'"):
        registry.retire_kiosk(collector.db, "x", collector.day, 0)
    with pytest.raises(RegistryError, match="no epoch begins with 'ab'"):
        registry.revoke(collector.db, "ab")


def test_a_retired_kiosk_stays_retired(collector: TestCollector, kiosk: TestKiosk):
    registry.retire_kiosk(collector.db, kiosk.name, collector.day, START)
    assert placements(collector.db, kiosk.name) == [Placement(0, START, "loket-1")]
    for change in (
        lambda: registry.retire_kiosk(collector.db, kiosk.name, collector.day, START),
        lambda: registry.move_kiosk(collector.db, kiosk.name, "loket-2", 0, collector.day),
        lambda: collector.add(kiosk),
    ):
        with pytest.raises(RegistryError, match="retired"):
            change()


def test_an_epoch_is_found_by_its_beginning_if_that_is_enough(
    collector: TestCollector, kiosk: TestKiosk
):
    assert registry.find_epoch(collector.db, kiosk.epoch[:6].upper()).kiosk == kiosk.name
    collector.kiosk("b", seed=2)
    with pytest.raises(RegistryError, match="2 epochs begin with ''"):
        registry.find_epoch(collector.db, "")


def test_places_can_be_changed_and_read(collector: TestCollector):
    agency = places.Agency("bkpsdm", "BKPSDM", "BKPSDM", "pegawai", "Perda", False, "2020-01-01")
    with writing(collector.db):
        places.put_agencies(collector.db, [agency])
        places.put_agencies(collector.db, [agency._replace(name="Badan Kepegawaian")])
        places.put_units(collector.db, [places.Unit("u", "bkpsdm", "Unit", "Martapura")])
        places.put_counters(collector.db, [places.Counter("c", "u", "Loket")])
        places.put_questions(collector.db, [places.Question("waktu", "Cepat?", "Quick?")])
    assert places.agencies(collector.db)[0] == agency._replace(name="Badan Kepegawaian")
    assert places.spots(collector.db)[0] == places.Spot(
        "c", "Loket", "u", "Unit", "bkpsdm", "Badan Kepegawaian"
    )
    assert [q.question for q in places.questions(collector.db)] == ["pelayanan", "waktu"]
    assert counts.rebuild(collector.db, collector.day) == (0, 0, 0, 0)
