"""What the fleet page is told of a kiosk."""

from pathlib import Path

import pytest

from collector.ledger import fleet
from tests.fleet import TestCollector, TestKiosk


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    return collector.kiosk()


def machine(collector: TestCollector) -> fleet.Machine:
    (found,) = fleet.machines(collector.db)
    return found


def test_a_kiosk_that_never_spoke(collector: TestCollector, kiosk: TestKiosk):
    found = machine(collector)
    assert (found.kiosk, found.health, found.hint, found.missing) == ("dukcapil-01", None, None, 0)
    assert [placement.counter for placement in found.placed] == ["loket-1"]


def test_health_tells_when_how_and_what_is_missing(collector: TestCollector, kiosk: TestKiosk):
    for _ in range(5):
        kiosk.press("smile")
    collector.take(kiosk.votes(0, 3), kiosk.health())
    found = machine(collector)
    assert found.health is not None
    assert found.health.received_ms == collector.clock.ms
    assert found.health.said.temperature == 48_000
    assert found.missing == 2
    collector.take(kiosk.votes(3))
    assert machine(collector).missing == 0


def test_an_old_health_is_no_sign_of_life(collector: TestCollector, kiosk: TestKiosk):
    kiosk.press("smile")
    collector.take(kiosk.votes())
    old = kiosk.health()
    collector.clock.ms += 60_000
    new = kiosk.health()
    collector.take(old)
    collector.take(new)
    last = machine(collector).health
    collector.clock.ms += 86_400_000
    collector.take(old, new)
    assert machine(collector).health == last
    kiosk.reboot()
    collector.take(kiosk.health())
    assert machine(collector).health != last


def test_a_late_will_says_nothing_of_the_present_connection(
    collector: TestCollector, kiosk: TestKiosk
):
    collector.take(kiosk.status("online", 1))
    collector.take(kiosk.status("online", 2), kiosk.status("offline", 1))
    hint = machine(collector).hint
    assert hint is not None
    assert hint.state == "online"
    collector.take(kiosk.status("offline", 2))
    hint = machine(collector).hint
    assert hint is not None
    assert hint.state == "offline"


def test_a_new_key_waits_and_its_health_is_not_believed(collector: TestCollector, kiosk: TestKiosk):
    new = TestKiosk(kiosk.name, collector.clock, seed=2)
    new.press("smile")
    collector.take(new.hello(), new.votes(), new.health(), new.status("online", 1))
    found = machine(collector)
    assert [epoch.state for epoch in found.epochs] == ["approved", "held"]
    assert (found.held, found.health, found.hint) == (1, None, None)


def test_refused_messages_are_counted(collector: TestCollector, kiosk: TestKiosk):
    collector.take(("senyum/1/dukcapil-01/votes", b""))
    collector.take(*[("senyum/1/dukcapil-01/votes", b"")] * 200)
    found = machine(collector)
    assert (found.quarantined, found.overflow) == (120, 81)


def test_votes_that_nobody_has_any_more_are_told(collector: TestCollector, kiosk: TestKiosk):
    """A ledger restored from too old a backup: the kiosk has let go of what is missing."""
    for _ in range(3):
        kiosk.press("smile")
    collector.take(kiosk.hello())
    assert machine(collector).lost_before is None
    collector.db.conn.execute("UPDATE hellos SET oldest = 3")
    collector.db.conn.commit()
    assert machine(collector).lost_before == 3
