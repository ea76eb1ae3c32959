"""A correction moves one count, of one citizen, within one settle window."""

from pathlib import Path

import pytest

from collector.ingest.corrections import CHORD_MS, SLACK_MS, fault
from collector.ledger.counts import Differences, rebuild
from collector.ledger.votes import First
from kiosk import wire
from tests.fleet import TestCollector, TestKiosk

SECOND, DAY = 1000, 86_400_000


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    return collector.kiosk()


def faces(collector: TestCollector) -> dict[str, int]:
    return {face: n for (_, face), n in collector.counted().items()}


def flags(collector: TestCollector) -> list[tuple[int, str]]:
    return collector.rows("SELECT seq, flag FROM flags ORDER BY seq")


@pytest.mark.parametrize("apart", [True, False], ids=["two batches", "one batch"])
def test_a_correction_moves_the_count(collector: TestCollector, kiosk: TestKiosk, apart: bool):
    kiosk.press("smile")
    if apart:
        collector.take(kiosk.votes())
        assert faces(collector) == {"smile": 1}
    collector.clock.ms += 2 * SECOND
    kiosk.press("frown", replaces=1)
    collector.take(kiosk.votes(1 if apart else 0))
    assert faces(collector) == {"frown": 1}
    assert collector.rows("SELECT * FROM corrections") == [(1, 1, 1, 2)]
    assert flags(collector) == []


@pytest.mark.parametrize("split", [0, 1, 2])
def test_of_several_corrections_the_last_counts(
    collector: TestCollector, kiosk: TestKiosk, split: int
):
    for face, replaces in (("smile", None), ("neutral", 1), ("frown", 1)):
        kiosk.press(face, replaces=replaces)
        collector.clock.ms += SECOND
    if split:
        collector.take(kiosk.votes(0, split))
    collector.take(kiosk.votes(split))
    assert faces(collector) == {"frown": 1}
    assert collector.rows("SELECT * FROM corrections") == [(1, 1, 1, 3)]


def test_a_correction_over_midnight_counts_on_its_own_day(
    collector: TestCollector, kiosk: TestKiosk
):
    collector.clock.ms += (24 * 60 - 9 * 60 - 15) * 60 * SECOND - SECOND
    kiosk.press("smile")
    collector.clock.ms += 2 * SECOND
    kiosk.press("frown", replaces=1)
    collector.take(kiosk.votes())
    assert collector.rows("SELECT first_day, face, n FROM counts_day") == [
        ("2025-11-24", "frown", 1)
    ]


def test_a_test_vote_is_stored_and_never_counted(collector: TestCollector, kiosk: TestKiosk):
    kiosk.press("smile", test=True)
    collector.take(kiosk.votes())
    assert len(collector.stored(kiosk)) == 1
    assert faces(collector) == {}


def test_a_test_chord_takes_its_first_press_back(collector: TestCollector, kiosk: TestKiosk):
    kiosk.press("smile")
    collector.take(kiosk.votes())
    collector.clock.ms += 7 * SECOND  # the chord is held for five seconds
    kiosk.press("frown", test=True, replaces=1)
    collector.take(kiosk.votes(1))
    assert faces(collector) == {}
    assert flags(collector) == []


WRONG = {
    "correction-late": lambda c, k: k.press("frown", replaces=1),
    "correction-of-nothing": lambda c, k: k.press("frown", replaces=77),
    "correction-over-restart": lambda c, k: (k.reboot(), k.press("frown", replaces=1)),
}


@pytest.mark.parametrize("flag", WRONG)
def test_what_is_no_correction_counts_as_a_vote_and_is_flagged(
    collector: TestCollector, kiosk: TestKiosk, flag: str
):
    kiosk.press("smile")
    collector.clock.ms += 4 * SECOND
    WRONG[flag](collector, kiosk)
    collector.take(kiosk.votes())
    assert faces(collector) == {"smile": 1, "frown": 1}
    assert flags(collector) == [(2, flag)]


def test_a_correction_cannot_be_corrected(collector: TestCollector, kiosk: TestKiosk):
    kiosk.press("smile")
    kiosk.press("neutral", replaces=1)
    kiosk.press("frown", replaces=2)
    collector.take(kiosk.votes())
    assert faces(collector) == {"neutral": 1, "frown": 1}
    assert flags(collector) == [(3, "correction-of-correction")]


def test_a_vote_cannot_replace_itself_or_a_later_one(collector: TestCollector, kiosk: TestKiosk):
    kiosk.press("smile", replaces=1)
    kiosk.press("frown", replaces=3)
    kiosk.press("smile")
    collector.take(kiosk.votes())
    assert faces(collector) == {"smile": 2, "frown": 1}
    assert flags(collector) == [(1, "correction-of-nothing"), (2, "correction-of-nothing")]


def test_a_test_vote_is_not_turned_into_a_vote(collector: TestCollector, kiosk: TestKiosk):
    kiosk.press("smile", test=True)
    kiosk.press("frown", replaces=1)
    collector.take(kiosk.votes())
    assert faces(collector) == {"frown": 1}
    assert flags(collector) == [(2, "correction-of-test")]


def test_a_correction_of_an_unknown_question_is_moved_too(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.press("smile", question="kebersihan")
    kiosk.press("frown", question="kebersihan", replaces=1)
    collector.take(kiosk.votes())
    assert collector.rows("SELECT question, face, n FROM counts_day") == [
        ("kebersihan", "frown", 1)
    ]


def test_where_times_are_erased_only_the_very_next_vote_corrects(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.press("smile")
    kiosk.press("frown", replaces=1)
    for _ in range(5):
        kiosk.press("smile")
    kiosk.press("frown", replaces=3)
    collector.clock.ms += 40 * DAY
    collector.take(kiosk.erased_votes())
    assert faces(collector) == {"frown": 2, "smile": 5}
    assert flags(collector) == [(8, "correction-unproven")]


# ---------------------------------------------------------------- once the exact times are erased

AT = 1_763_860_500


def erased(seq: int, replaces: int, quarter: int | None) -> wire.Vote:
    """A correction whose exact time is gone."""
    salt, time = "00" * 16, "00" * 32
    return wire.Vote(seq, "frown", "pelayanan", replaces, None, False, quarter, salt, time, None)


def erased_first(quarter: int | None) -> First:
    return First(test=False, corrects=None, quarter=quarter, boot=None, up_ms=None)


@pytest.mark.parametrize("seq", [18, 19, 20, 21])
@pytest.mark.parametrize("later", [-900, 0, 900])
def test_without_exact_times_a_neighbour_of_its_quarter_is_of_its_window(
    seq: int, later: int
) -> None:
    assert fault(erased(seq, 17, AT + later), erased_first(AT), 3000) is None


@pytest.mark.parametrize(
    ("seq", "quarter", "first"),
    [(22, AT, AT), (18, AT + 1800, AT), (18, AT - 1800, AT), (18, None, AT), (18, AT, None)],
)
def test_without_exact_times_what_is_further_away_proves_nothing(
    seq: int, quarter: int | None, first: int | None
) -> None:
    assert fault(erased(seq, 17, quarter), erased_first(first), 3000) == "correction-unproven"


def test_without_exact_times_and_quarters_nothing_is_proven() -> None:
    assert fault(erased(18, 17, None), erased_first(None), 3000) == "correction-unproven"


# ---------------------------------------------------------------- the window, to the millisecond

BOOT, SETTLE_MS = "0a" * 16, 3000


def timed(up: int, *, seq: int = 18, replaces: int | None = 17, test: bool = False) -> wire.Vote:
    salt, time = "00" * 16, "00" * 32
    fine = wire.Fine(salt, 0, "unsynced", BOOT, up)
    return wire.Vote(seq, "frown", "pelayanan", replaces, None, test, AT, salt, time, fine)


def timed_first(up: int | None = 1000, boot: str | None = BOOT) -> First:
    return First(test=False, corrects=None, quarter=AT, boot=boot, up_ms=up)


@pytest.mark.parametrize(
    ("after_ms", "test", "found"),
    [
        (-1, False, "correction-late"),
        (0, False, None),
        (SETTLE_MS + SLACK_MS, False, None),
        (SETTLE_MS + SLACK_MS + 1, False, "correction-late"),
        (CHORD_MS + SLACK_MS, True, None),
        (CHORD_MS + SLACK_MS + 1, True, "correction-late"),
    ],
)
def test_a_correction_comes_within_its_window(after_ms: int, test: bool, found: str | None) -> None:
    assert fault(timed(1000 + after_ms, test=test), timed_first(), SETTLE_MS) == found


def test_what_replaces_nothing_or_itself_corrects_nothing() -> None:
    nothing = "correction-of-nothing"
    assert fault(timed(1000), None, SETTLE_MS) == nothing
    assert fault(timed(1000, replaces=None), timed_first(), SETTLE_MS) == nothing
    assert fault(timed(1000, seq=17), timed_first(), SETTLE_MS) == nothing


@pytest.mark.parametrize("first", [timed_first(None), timed_first(boot=None)])
def test_half_an_exact_time_is_none(first: First) -> None:
    """Then the quarter decides, as where both are erased."""
    assert fault(timed(10**9), first, SETTLE_MS) is None
    assert fault(erased(18, 17, AT), timed_first(), SETTLE_MS) is None


@pytest.mark.parametrize(
    ("origins", "second_time"),
    [((1, 1), 1), ((1, 1), 2), ((2, 1), 2)],
    ids=["a copy of it", "of its salt alone", "that stood before it"],
)
def test_a_vote_that_says_it_corrects_its_own_like_is_rebuilt_the_same(
    collector: TestCollector, kiosk: TestKiosk, origins: tuple[int, int], second_time: int
) -> None:
    for up, replaces, origin in zip((1, second_time), (None, 1), origins, strict=True):
        fine = wire.Fine("01" * 16, up, "synced", "00" * 16, up)
        seq, time = len(kiosk.chain) + 1, wire.time_commitment(fine)
        first = wire.Origin("ab" * 32, origin)
        kiosk.append(
            wire.Vote(
                seq, "smile", "pelayanan", replaces, first, False, None, "02" * 16, time, fine
            )
        )
    collector.take(kiosk.votes())
    before = faces(collector)
    assert sum(before.values()) == 1
    assert rebuild(collector.db, collector.day) == Differences(0, 0, 0, 0)
    assert faces(collector) == before
