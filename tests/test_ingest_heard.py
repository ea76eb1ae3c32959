"""Which health counts as a sign of life: not a replay, and none of a key that nobody trusts."""

from pathlib import Path

import pytest

from collector.ledger.epochs import of_kiosk, set_state
from collector.ledger.store import writing
from tests.fleet import TestCollector, TestKiosk


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    return collector.kiosk()


def quarters(collector: TestCollector) -> int:
    rows = collector.rows("SELECT quarters FROM heard")
    return sum(int.from_bytes(row[0], "little").bit_count() for row in rows)


def test_a_kiosk_is_heard_in_each_quarter_of_an_hour(
    collector: TestCollector, kiosk: TestKiosk
) -> None:
    for expected in (1, 2, 3):
        collector.take(kiosk.health())
        assert quarters(collector) == expected
        collector.clock.ms += 900_000
        kiosk.press("smile")


def test_a_replay_is_no_sign_of_life(collector: TestCollector, kiosk: TestKiosk) -> None:
    old = kiosk.health()
    collector.take(old)
    collector.clock.ms += 86_400_000
    collector.take(old)
    assert quarters(collector) == 1


@pytest.mark.parametrize("state", ["held", "closed", "revoked"])
def test_a_key_that_is_not_trusted_keeps_no_kiosk_alive(
    collector: TestCollector, kiosk: TestKiosk, state: str
) -> None:
    [epoch] = of_kiosk(collector.db, kiosk.name)
    with writing(collector.db):
        set_state(collector.db, epoch, state)
    collector.take(kiosk.health())
    assert quarters(collector) == 0


def test_a_clone_keeps_no_kiosk_alive(collector: TestCollector, kiosk: TestKiosk) -> None:
    kiosk.press("smile")
    collector.take(kiosk.hello(), kiosk.votes())
    clone = kiosk.clone(0)
    clone.press("frown")
    collector.take(clone.health())
    assert quarters(collector) == 0
