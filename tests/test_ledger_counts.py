"""Counts follow the votes: whatever happens, they are what counting anew would give."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from collector.ledger import counts, registry
from collector.ledger.counts import Differences, local_day
from collector.ledger.placements import Placement, counter_of
from tests.fleet import START_MS, TestCollector, TestKiosk

NONE = Differences(0, 0, 0, 0)


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


# ---------------------------------------------------------------- where and when


def test_days_are_cut_where_the_deployment_stands():
    day = local_day(ZoneInfo("Asia/Makassar"))
    assert day(1_763_913_599) == "2025-11-23"  # 23:59:59 WITA
    assert day(1_763_913_600) == "2025-11-24"


FIRST, SECOND = Placement(1000, 2000, "a"), Placement(2000, None, "b")


@pytest.mark.parametrize(
    ("lo", "hi", "counter"),
    [
        (1000, 1900, "a"),
        (1100, 2000, "a"),
        (2000, 2900, "b"),
        (1500, 2400, "b"),  # moved within the interval: where it stood at the end
        (500, 1400, "a"),
        (100, 1000, ""),
        (None, 1500, "a"),  # undated: where it stood at the end
        (None, 900, ""),
        (None, 10**9, "b"),
    ],
)
def test_a_vote_counts_where_its_kiosk_stood(lo: int | None, hi: int, counter: str):
    assert counter_of([FIRST, SECOND], lo, hi) == counter


def test_a_move_takes_along_what_was_pressed_after_it(collector: TestCollector):
    kiosk = collector.kiosk()
    kiosk.press("smile")
    collector.clock.ms += 3_600_000
    kiosk.press("frown")
    collector.take(kiosk.votes())
    registry.move_kiosk(collector.db, kiosk.name, "loket-2", START_MS // 1000 + 1800, collector.day)
    assert collector.counted() == {("loket-1", "smile"): 1, ("loket-2", "frown"): 1}
    assert counts.rebuild(collector.db, collector.day) == NONE


def test_two_kiosks_at_one_counter_are_told_apart(collector: TestCollector):
    one, two = collector.kiosk("a-1", seed=1), collector.kiosk("a-2", seed=2)
    for kiosk in (one, two):
        kiosk.press("smile")
        collector.take(kiosk.votes())
    registry.move_kiosk(collector.db, "a-1", "loket-2", 0, collector.day)
    assert collector.counted() == {("loket-1", "smile"): 1, ("loket-2", "smile"): 1}


# ---------------------------------------------------------------- rebuild


def test_rebuild_finds_and_mends_what_is_wrong(collector: TestCollector):
    kiosk = collector.kiosk()
    for face in ("smile", "frown"):
        kiosk.press(face)
    kiosk.press("frown", replaces=2)
    collector.take(kiosk.votes())
    right = collector.counted()
    assert counts.rebuild(collector.db, collector.day) == NONE
    collector.db.conn.execute("UPDATE counts_day SET n = 7 WHERE face = 'smile'")
    collector.db.conn.execute("DELETE FROM counts_quarter WHERE face = 'frown'")
    collector.db.conn.execute("DELETE FROM corrections")
    collector.db.conn.commit()
    found = counts.rebuild(collector.db, collector.day)
    assert found.days == 2, "the wrong row, and the right one that was not there"
    assert (found.corrections, found.quarters) == (1, 1)
    assert collector.counted() == right
    assert counts.rebuild(collector.db, collector.day) == NONE


class Counting(RuleBasedStateMachine):
    """Presses, corrections, tests, reboots, wrong clocks, moves, new kiosks, in any order."""

    folder: Path

    @initialize()
    def start(self) -> None:
        self.folder = self.root / str(len(list(self.root.iterdir())))
        self.collector = TestCollector(self.folder)
        self.kiosks: list[TestKiosk] = []
        self.stored: dict[str, int] = {}
        self.add()

    root: Path

    @rule()
    def add(self) -> None:
        if len(self.kiosks) < 3:
            number = len(self.kiosks) + 1
            kiosk = TestKiosk(f"kiosk-{number}", self.collector.clock, seed=number)
            self.collector.add(kiosk, from_at=START_MS // 1000)
            self.kiosks.append(kiosk)
            self.stored[kiosk.name] = 0

    @rule(
        which=st.integers(0, 2),
        face=st.sampled_from(["smile", "neutral", "frown"]),
        question=st.sampled_from(["pelayanan", "waktu"]),
        back=st.none() | st.integers(1, 4),
        test=st.sampled_from([False, False, False, True]),
        wait=st.sampled_from([0, 500, 1500, 900_000, 40_000_000]),
    )
    def press(
        self, *, which: int, face: str, question: str, back: int | None, test: bool, wait: int
    ) -> None:
        kiosk = self.kiosks[which % len(self.kiosks)]
        self.collector.clock.ms += wait
        replaces = None if back is None else max(1, len(kiosk.chain) + 1 - back)
        kiosk.press(face, question=question, replaces=replaces, test=test)

    @rule(which=st.integers(0, 2), synced=st.booleans(), error=st.sampled_from([0, -(10**12)]))
    def reboot(self, which: int, synced: bool, error: int) -> None:
        kiosk = self.kiosks[which % len(self.kiosks)]
        kiosk.reboot()
        kiosk.synced, kiosk.error_ms = synced, 0 if synced else error

    @rule(which=st.integers(0, 2), length=st.integers(1, 5), greet=st.booleans())
    def send(self, which: int, length: int, greet: bool) -> None:
        kiosk = self.kiosks[which % len(self.kiosks)]
        stored = self.stored[kiosk.name]
        if greet:
            self.collector.take(kiosk.hello())
        if stored < len(kiosk.chain):
            self.collector.take(kiosk.votes(stored, stored + length))
            self.stored[kiosk.name] = min(len(kiosk.chain), stored + length)

    @rule(which=st.integers(0, 2), counter=st.integers(1, 2), back=st.integers(0, 100_000))
    def move(self, which: int, counter: int, back: int) -> None:
        kiosk = self.kiosks[which % len(self.kiosks)]
        from_at = max(START_MS, self.collector.clock.ms - back * 1000) // 1000
        registry.move_kiosk(
            self.collector.db, kiosk.name, f"loket-{counter}", from_at, self.collector.day
        )

    @invariant()
    def counts_are_what_counting_anew_gives(self) -> None:
        assert counts.rebuild(self.collector.db, self.collector.day) == NONE

    @invariant()
    def every_vote_counts_once_or_is_a_test_or_corrected(self) -> None:
        counted = self.collector.value("SELECT COALESCE(SUM(n), 0) FROM counts_day")
        expected = self.collector.value(
            "SELECT COUNT(*) FROM votes v WHERE NOT test AND NOT EXISTS (SELECT 1 FROM votes c"
            " WHERE c.e = v.e AND c.corrects = COALESCE(v.corrects, v.seq) AND c.seq > v.seq)"
        )
        assert counted == expected
        assert self.collector.value("SELECT COUNT(*) FROM counts_day WHERE n < 1") == 0

    def teardown(self) -> None:
        self.collector.db.close()


def test_counts_are_always_what_counting_anew_gives(tmp_path: Path):
    machine = type("CountingHere", (Counting,), {"root": tmp_path})
    settings_ = settings(max_examples=20, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(machine, settings=settings_)
