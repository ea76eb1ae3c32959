"""When was a vote pressed, and how well is that known? With clocks right, wrong and mad."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.ingest.timing import (
    APART_MS,
    EARLIEST,
    Evidence,
    bounds_of,
    floor_of,
    offset_of,
    resolve,
)
from collector.ledger.epochs import Greeting
from collector.ledger.votes import Dating
from kiosk import wire
from tests.fleet import START_MS, Clock, TestCollector, TestKiosk

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
QUARTER = 900


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    return collector.kiosk()


def datings(collector: TestCollector) -> list[Dating]:
    return [
        Dating(*row) for row in collector.rows("SELECT quality, lo, hi FROM votes ORDER BY e, seq")
    ]


def quarter_after(ms: int) -> int:
    """The end of the quarter of an hour that holds this moment, Unix seconds."""
    return (ms // 900_000 + 1) * 900


def send(collector: TestCollector, kiosk: TestKiosk, after: int = 0, greet: bool = True) -> None:
    """As a kiosk does: a hello, its receipt, then the votes; a second apart."""
    if greet:
        collector.take(kiosk.hello())
        collector.clock.ms += SECOND
    collector.take(kiosk.votes(after))


def quarter_of(ms: int) -> int:
    return ms // 900_000 * QUARTER


# ---------------------------------------------------------------- A


def test_a_synced_clock_dates_a_vote_to_its_quarter(collector: TestCollector, kiosk: TestKiosk):
    for _ in range(3):
        kiosk.press("smile")
        collector.clock.ms += 14 * MINUTE
    send(collector, kiosk)
    assert datings(collector) == [
        Dating("A", START_MS // 1000, START_MS // 1000 + 900),
        Dating("A", START_MS // 1000, START_MS // 1000 + 900),
        Dating("A", START_MS // 1000 + 900, START_MS // 1000 + 1800),
    ]


@pytest.mark.fault(
    25, how="up to 40 days late, in fake time: a real broker would add the wait only"
)
@pytest.mark.parametrize("delay", [0, MINUTE, DAY, 40 * DAY])
def test_however_late_a_batch_comes_the_synced_clock_holds(
    collector: TestCollector, kiosk: TestKiosk, delay: int
):
    kiosk.press("smile")
    collector.clock.ms += delay
    send(collector, kiosk)
    assert datings(collector) == [Dating("A", START_MS // 1000, START_MS // 1000 + 900)]


@pytest.mark.parametrize(
    ("error_ms", "quality"),
    [(4 * MINUTE, "A"), (-4 * MINUTE, "A"), (6 * MINUTE, "D"), (9 * DAY, "D"), (-9 * DAY, "D")],
)
def test_a_synced_clock_that_contradicts_the_receipts_is_not_believed(
    collector: TestCollector, kiosk: TestKiosk, error_ms: int, quality: str
):
    kiosk.error_ms = error_ms
    collector.clock.ms += 7 * MINUTE
    kiosk.press("smile")
    send(collector, kiosk)
    (dating,) = datings(collector)
    assert dating.quality == quality
    assert dating.hi * 1000 > collector.clock.ms - SECOND


@pytest.mark.fault(19, how="a clock that lies, and a lost hello; fake time")
def test_where_the_hello_was_lost_a_health_shows_that_a_clock_lies(
    collector: TestCollector, kiosk: TestKiosk
):
    """A collector that has just started may miss a hello; its receipt then answers to a health."""
    kiosk.error_ms = -DAY
    collector.clock.ms += 7 * MINUTE
    kiosk.press("smile")
    kiosk.hello()  # lost
    collector.clock.ms += 3 * SECOND
    assert collector.take(kiosk.health())
    send(collector, kiosk, greet=False)
    assert [dating.quality for dating in datings(collector)] == ["D"]


@pytest.mark.fault(25, how="a broker that holds a health and a batch for two days; fake time")
def test_a_health_that_is_late_proves_no_more_than_its_hello(
    collector: TestCollector, kiosk: TestKiosk
):
    """The batch was sent before the health arrived: only the hello's arrival bounds it."""
    kiosk.synced = False
    collector.clock.ms += 7 * MINUTE
    kiosk.press("smile")
    collector.take(kiosk.hello())
    health = kiosk.health()
    collector.clock.ms += SECOND
    batch, pressed_s = kiosk.votes(), collector.clock.ms // 1000 - 1
    collector.clock.ms += 2 * DAY
    collector.take(health)
    collector.take(batch)
    (dating,) = datings(collector)
    assert dating.lo is not None
    assert dating.lo <= pressed_s < dating.hi


def test_a_step_of_the_clock_within_a_boot_demotes_what_was_before(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.error_ms = -3 * HOUR
    kiosk.press("smile")
    kiosk.error_ms = 0
    kiosk.press("frown")
    send(collector, kiosk)
    begin = START_MS // 1000
    assert datings(collector) == [Dating("B", begin, begin + 900), Dating("A", begin, begin + 900)]


def test_a_quarter_that_is_not_that_of_the_clock_is_not_believed(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.press("smile", quarter=START_MS // 1000 - 9000)
    send(collector, kiosk)
    assert datings(collector) == [Dating("B", START_MS // 1000, START_MS // 1000 + 900)]


def test_synced_presses_of_an_earlier_boot_witness_for_each_other(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.press("smile")
    kiosk.synced = False
    kiosk.press("frown")
    kiosk.reboot()
    collector.clock.ms += DAY
    send(collector, kiosk)
    assert collector.qualities() == "AB"


def test_synced_presses_that_contradict_each_other_witness_nothing(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.press("smile")
    kiosk.error_ms = HOUR
    kiosk.press("frown")
    kiosk.error_ms = 0
    kiosk.reboot()
    collector.clock.ms += DAY
    send(collector, kiosk)
    assert collector.qualities() == "DD"


def test_time_does_not_run_backwards_along_the_chain(collector: TestCollector, kiosk: TestKiosk):
    """Order is by seq: a vote far before the last dated one was not pressed then."""
    kiosk.press("smile")
    send(collector, kiosk)
    kiosk.reboot()
    kiosk.error_ms = -DAY
    kiosk.press("frown")
    kiosk.reboot()
    kiosk.error_ms = 0
    collector.clock.ms += HOUR
    send(collector, kiosk, after=1)
    assert datings(collector)[1].quality == "C"
    assert datings(collector)[1].lo == START_MS // 1000


# ---------------------------------------------------------------- B


def test_a_clock_that_is_synced_later_dates_the_votes_before(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.synced, kiosk.error_ms = False, -20_000 * DAY
    for _ in range(3):
        kiosk.press("smile")
        collector.clock.ms += 10 * MINUTE
    kiosk.synced, kiosk.error_ms = True, 0
    send(collector, kiosk)
    begin = START_MS // 1000
    assert datings(collector) == [
        Dating("B", begin, begin + 900),
        Dating("B", begin, begin + 900),
        Dating("B", begin + 900, begin + 1800),
    ]


def test_a_synced_health_dates_later_votes_of_its_boot(collector: TestCollector, kiosk: TestKiosk):
    collector.take(kiosk.health())
    kiosk.synced, kiosk.error_ms = False, 77 * DAY
    kiosk.press("smile")
    collector.clock.ms += DAY
    collector.take(kiosk.votes())
    assert datings(collector) == [Dating("B", START_MS // 1000, START_MS // 1000 + 900)]


def test_without_any_right_clock_the_round_trip_of_a_receipt_dates_a_vote(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.synced, kiosk.error_ms = False, -20_000 * DAY
    collector.clock.ms += 5 * MINUTE
    kiosk.press("smile")
    collector.clock.ms += 2 * HOUR
    send(collector, kiosk)
    assert datings(collector) == [Dating("B", START_MS // 1000, START_MS // 1000 + 900)]


def test_a_round_trip_over_the_edge_of_a_quarter_leaves_an_interval(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.synced = False
    collector.clock.ms += 15 * MINUTE
    kiosk.press("smile")
    send(collector, kiosk)
    (dating,) = datings(collector)
    edge = START_MS // 1000 + 900
    assert dating.quality == "C"
    assert (dating.lo, dating.hi) == (edge - 900, edge + 900)


def test_a_batch_that_echoes_no_known_hello_has_no_lower_bound(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.synced = False
    kiosk.press("smile")
    collector.clock.ms += HOUR
    collector.take(kiosk.votes())
    assert datings(collector) == [Dating("D", None, START_MS // 1000 + 900)]


# ---------------------------------------------------------------- a broker that holds back (F25)


@pytest.mark.parametrize("late_hello", [0, 2 * DAY])
@pytest.mark.parametrize("late_votes", [0, 2 * DAY])
@pytest.mark.parametrize("synced", [True, False])
def test_what_comes_two_days_late_lands_in_no_wrong_quarter(
    collector: TestCollector, kiosk: TestKiosk, late_hello: int, late_votes: int, synced: bool
):
    kiosk.synced = synced
    collector.clock.ms += 5 * MINUTE
    kiosk.press("smile")
    hello = kiosk.hello()
    collector.clock.ms += late_hello
    collector.take(hello)
    collector.clock.ms += SECOND
    votes = kiosk.votes()
    collector.clock.ms += late_votes
    collector.take(votes)
    (dating,) = datings(collector)
    assert (dating.lo or 0) <= START_MS // 1000 + 300 < dating.hi
    assert (dating.quality in "AB") == (synced or not (late_hello and late_votes))


def test_votes_that_did_not_wait_for_a_receipt_land_in_no_wrong_quarter(
    collector: TestCollector, kiosk: TestKiosk
):
    """No kiosk of ours does so. Where its clock is synced, the contradiction is seen."""
    kiosk.press("smile")
    hello, votes = kiosk.hello(), kiosk.votes()
    collector.clock.ms += 2 * DAY
    collector.take(hello, votes)
    assert collector.qualities() == "D"


def test_an_old_hello_played_again_does_not_move_a_delayed_batch(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.synced = False
    collector.clock.ms += 5 * MINUTE
    kiosk.press("smile")
    hello = kiosk.hello()
    collector.take(hello)
    collector.clock.ms += SECOND
    votes = kiosk.votes()
    kiosk.reboot()
    collector.take(kiosk.hello())
    collector.clock.ms += 2 * DAY
    collector.take(hello)
    collector.take(votes)
    assert datings(collector) == [Dating("B", START_MS // 1000, START_MS // 1000 + 900)]


# ---------------------------------------------------------------- C and D


def test_neighbours_enclose_a_vote_of_a_boot_without_a_clock(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.press("smile")
    collector.clock.ms += HOUR
    kiosk.reboot()
    kiosk.synced = False
    kiosk.press("frown")
    kiosk.press("frown")
    collector.clock.ms += HOUR
    kiosk.reboot()
    kiosk.synced = True
    kiosk.press("smile")
    send(collector, kiosk)
    assert collector.qualities() == "ACCA"
    begin = START_MS // 1000
    assert datings(collector)[1:3] == [Dating("C", begin, begin + 2 * 3600 + 900)] * 2


def test_the_dated_vote_before_may_have_come_in_an_earlier_batch(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.press("smile")
    send(collector, kiosk)
    kiosk.reboot()
    kiosk.synced = False
    kiosk.press("frown")
    kiosk.reboot()
    collector.clock.ms += HOUR
    send(collector, kiosk, after=1)
    end = quarter_after(collector.clock.ms)
    assert datings(collector)[1] == Dating("C", START_MS // 1000, end)


def test_nothing_before_nothing_known(collector: TestCollector, kiosk: TestKiosk):
    kiosk.synced = False
    kiosk.press("smile")
    collector.clock.ms += 5 * MINUTE
    kiosk.reboot()
    kiosk.press("frown")
    send(collector, kiosk)
    assert collector.qualities() == "DB"
    assert collector.rows("SELECT first_day, quality FROM counts_day ORDER BY 2") == [
        ("2025-11-23", "B"),
        ("", "D"),
    ]


def test_an_erased_vote_keeps_its_quarter_but_no_proof_of_it(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.press("smile")
    kiosk.synced = False
    kiosk.press("frown")
    collector.clock.ms += 60 * DAY
    collector.take(kiosk.erased_votes())
    begin, end = START_MS // 1000, quarter_after(collector.clock.ms)
    assert datings(collector) == [Dating("B", begin, begin + 900), Dating("C", begin, end)]


@pytest.mark.parametrize("synced", [True, False])
def test_nothing_that_is_kept_for_ever_tells_the_second_of_a_press(
    collector: TestCollector, kiosk: TestKiosk, synced: bool
):
    """A kiosk that is connected sends at once: when a vote arrived tells when it was pressed."""
    kiosk.synced = synced
    for _ in range(5):
        collector.clock.ms += 123_457
        kiosk.press("smile")
        send(collector, kiosk, after=len(kiosk.chain) - 1)
    kept = collector.rows("SELECT lo, hi, received_ms / 1000.0 FROM votes")
    kept += collector.rows("SELECT received_ms / 1000.0 FROM checkpoints")
    assert {at % 900 for row in kept for at in row if at is not None} == {0}


def test_our_own_clock_that_ran_ahead_for_a_day_does_no_lasting_harm(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.synced = False
    kiosk.press("smile")
    collector.take(kiosk.hello())
    collector.db.conn.execute(
        "UPDATE epochs SET dated_at = ?", (START_MS // 1000 + 10 * 365 * 86400,)
    )
    collector.db.conn.commit()
    kiosk.synced = True
    kiosk.press("frown")
    send(collector, kiosk)
    assert collector.qualities()[-1] == "A"


# ---------------------------------------------------------------- absurd values


ABSURD = st.one_of(
    st.integers(0, wire.MAX_INT),
    st.sampled_from([0, 1, START_MS, 253_402_300_799_000, wire.MAX_INT]),
    st.integers(START_MS - DAY, START_MS + DAY),
)
BOOTS = st.sampled_from(["0a" * 16, "0b" * 16])
CLOCKS = st.sampled_from(["synced", "unsynced"])
QUARTERS = st.none() | ABSURD.map(lambda value: value // 900 * 900)
MOMENTS = st.builds(wire.Moment, boot=BOOTS, up=ABSURD, wall=ABSURD, clock=CLOCKS)
FINES = st.none() | st.builds(
    wire.Fine, tsalt=st.just("00" * 16), wall=ABSURD, clock=CLOCKS, boot=BOOTS, up=ABSURD
)


def _vote(seq: int, fine: wire.Fine | None, quarter: int | None) -> wire.Vote:
    return wire.Vote(
        seq, "smile", "pelayanan", None, None, False, quarter, "00" * 16, "00" * 32, fine
    )


@settings(max_examples=300, deadline=None)
@given(
    presses=st.lists(st.tuples(FINES, QUARTERS), min_size=1, max_size=8),
    sent=MOMENTS,
    hello=st.none() | st.builds(Greeting, st.sampled_from(["n", "m"]), ABSURD, ABSURD),
    anchors=st.dictionaries(BOOTS, st.integers(-wire.MAX_INT, wire.MAX_INT)),
    dated_at=st.none() | st.integers(EARLIEST, wire.MAX_INT),
    received_ms=st.integers(START_MS, START_MS + 400 * DAY),
)
def test_whatever_clocks_say_a_dating_is_sane(
    presses: list[tuple[wire.Fine | None, int | None]],
    *,
    sent: wire.Moment,
    hello: Greeting | None,
    anchors: dict[str, int],
    dated_at: int | None,
    received_ms: int,
):
    votes = [_vote(seq, fine, quarter) for seq, (fine, quarter) in enumerate(presses, 1)]
    offset = offset_of(sent, received_ms)
    offsets = anchors if offset is None else anchors | {sent.boot: offset}
    bounds = bounds_of(sent, "n", received_ms, hello)
    floor = floor_of(dated_at, received_ms)
    found, _ = resolve(votes, Evidence(received_ms, floor, offsets, bounds))
    assert len(found) == len(votes)
    for quality, lo, hi in found:
        assert (lo is None) == (quality == "D")
        assert hi * 1000 <= received_ms + APART_MS + 900_000
        if quality in "AB":
            assert lo is not None
            assert (lo % QUARTER, hi - lo) == (0, QUARTER)
            assert lo >= EARLIEST
        elif lo is not None:
            assert lo < hi


@pytest.mark.fault(
    19, 25, how="a month of reboots, wrong clocks, messages held for days; fake time"
)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_no_vote_is_dated_wrongly_at_a_or_b_whatever_happens_to_network_and_clock(
    tmp_path_factory: pytest.TempPathFactory, seed: int
):
    """A simulated month of reboots, unsynced clocks and delays: A and B hold the true quarter, C
    encloses the truth."""
    chance = random.Random(seed)
    clock = Clock()
    collector = TestCollector(tmp_path_factory.mktemp("month"), clock)
    kiosk = collector.kiosk()
    truth: list[int] = []
    stored = 0
    for _ in range(12):
        if chance.random() < 0.5:
            kiosk.reboot()
        kiosk.synced = chance.random() < 0.4
        kiosk.error_ms = 0 if kiosk.synced else chance.choice([-20_000 * DAY, -DAY, HOUR, 0])
        for _ in range(chance.randrange(4)):
            clock.ms += chance.randrange(30 * MINUTE)
            kiosk.press("smile")
            truth.append(clock.ms // 1000)
        clock.ms += chance.choice([SECOND, HOUR, DAY])
        if chance.random() < 0.6 and len(truth) > stored:
            hello = kiosk.hello()
            clock.ms += chance.choice([0, MINUTE, 2 * DAY])
            collector.take(hello)
            clock.ms += chance.choice([0, SECOND, MINUTE])
            votes = kiosk.votes(stored)
            clock.ms += chance.choice([0, MINUTE, 2 * DAY])
            collector.take(votes)
            stored = len(truth)
    for pressed, (quality, lo, hi) in zip(truth, datings(collector), strict=False):
        assert (lo or 0) <= pressed < hi, (quality, seed)
    collector.db.close()
