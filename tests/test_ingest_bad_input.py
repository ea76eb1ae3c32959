"""What is not valid is refused with a reason, and is in nobody's way: the good batch behind it is
stored, in the same drain and in the next."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.config import QuarantineSection
from collector.ingest.inbox import Arrival
from kiosk import wire
from tests.fleet import (
    Clock,
    Sealed,
    TestCollector,
    TestKiosk,
    signing_key,
)
from tests.golden import resign


@pytest.fixture
def collector(tmp_path: Path) -> TestCollector:
    return TestCollector(tmp_path)


@pytest.fixture
def kiosk(collector: TestCollector) -> TestKiosk:
    kiosk = collector.kiosk()
    for face in ("smile", "frown", "neutral"):
        kiosk.press(face)
    return kiosk


def _body(sealed: Sealed) -> bytes:
    return sealed[1].partition(b"\n")[2]


def _changed(kiosk: TestKiosk, **fields: object) -> Sealed:
    """A batch whose body says something else, well signed by the kiosk itself."""
    topic, payload = kiosk.votes()
    body = json.dumps(json.loads(_body((topic, payload))) | fields).encode()
    return topic, resign(topic, "votes", body, wire.unseal(topic, payload).checkpoint, kiosk.key)


def _header(payload: bytes, header: bytes) -> bytes:
    return header + b"\n" + payload.partition(b"\n")[2]


def malformed(kiosk: TestKiosk) -> Sealed:
    return kiosk.votes()[0], b"senyum/1 votes Ed25519 nothing\n{}"


def empty(kiosk: TestKiosk) -> Sealed:
    return kiosk.votes()[0], b""


def not_json(kiosk: TestKiosk) -> Sealed:
    topic, payload = kiosk.votes()
    body = b"[" * 100_000
    return topic, resign(topic, "votes", body, wire.unseal(topic, payload).checkpoint, kiosk.key)


def not_a_number(kiosk: TestKiosk) -> Sealed:
    topic, payload = kiosk.votes()
    body = _body((topic, payload)).replace(b'"test":false', b'"test":NaN')
    return topic, resign(topic, "votes", body, wire.unseal(topic, payload).checkpoint, kiosk.key)


def no_votes(kiosk: TestKiosk) -> Sealed:
    return _changed(kiosk, votes=[])


def twice_the_same_key(kiosk: TestKiosk) -> Sealed:
    topic, payload = kiosk.votes()
    body = _body((topic, payload)).replace(b'{"v":1,', b'{"v":1,"nonce":"%s",' % (b"0" * 32))
    return topic, resign(topic, "votes", body, wire.unseal(topic, payload).checkpoint, kiosk.key)


def oversize(kiosk: TestKiosk) -> Sealed:
    topic, payload = kiosk.votes()
    return topic, payload + b" " * wire.MAX_BYTES


def too_many_votes(kiosk: TestKiosk) -> Sealed:
    votes = json.loads(_body(kiosk.votes()))["votes"]
    return _changed(kiosk, votes=votes * 200)


def wrong_signature(kiosk: TestKiosk) -> Sealed:
    topic, payload = kiosk.votes()
    letter = wire.unseal(topic, payload)
    return topic, resign(topic, "votes", _body((topic, payload)), letter.checkpoint, signing_key(7))


def changed_after_signing(kiosk: TestKiosk) -> Sealed:
    topic, payload = kiosk.votes()
    return topic, payload.replace(b'"face":"frown"', b'"face":"smile"')


def unknown_version(kiosk: TestKiosk) -> Sealed:
    topic, payload = kiosk.votes()
    return topic, _header(payload, payload.partition(b"\n")[0].replace(b"senyum/1", b"senyum/2"))


def unknown_algorithm(kiosk: TestKiosk) -> Sealed:
    topic, payload = kiosk.votes()
    return topic, _header(payload, payload.partition(b"\n")[0].replace(b"Ed25519", b"Ed448"))


def other_kiosk_in_topic(kiosk: TestKiosk) -> Sealed:
    """Signed for the topic of another kiosk, with the key of this one."""
    other = TestKiosk("bkpsdm-01", kiosk.clock)
    other.key = kiosk.key
    other.epoch = kiosk.epoch
    other.press("smile")
    return other.votes()


def topic_changed_after_signing(kiosk: TestKiosk) -> Sealed:
    return "senyum/1/bkpsdm-01/votes", kiosk.votes()[1]


def topic_of_another_kind(kiosk: TestKiosk) -> Sealed:
    return "senyum/1/dukcapil-01/hello", kiosk.votes()[1]


def strange_topic(kiosk: TestKiosk) -> Sealed:
    return "senyum/1/\udcff\ud800/votes", kiosk.votes()[1]


def votes_of_an_unknown_epoch(kiosk: TestKiosk) -> Sealed:
    stranger = TestKiosk(kiosk.name, kiosk.clock, seed=8)
    stranger.press("smile")
    return stranger.votes()


def hello_of_an_unknown_kiosk(kiosk: TestKiosk) -> Sealed:
    return TestKiosk("nobody-01", kiosk.clock, seed=8).hello()


def hello_with_the_key_of_another(kiosk: TestKiosk) -> Sealed:
    """Names an epoch and shows a key, but not the key after which the epoch is named."""
    topic, payload = TestKiosk(kiosk.name, kiosk.clock, seed=8).hello()
    body = json.dumps(json.loads(_body((topic, payload))) | {"epoch": "ab" * 32}).encode()
    checkpoint = wire.Checkpoint("ab" * 32, 0, wire.unseal(topic, payload).checkpoint.head)
    return topic, resign(topic, "hello", body, checkpoint, signing_key(8))


def broken_chain(kiosk: TestKiosk) -> Sealed:
    votes = json.loads(_body(kiosk.votes()))["votes"]
    return _changed(kiosk, votes=[votes[0], votes[2]])


def poison_in_the_middle(kiosk: TestKiosk) -> Sealed:
    votes = json.loads(_body(kiosk.votes()))["votes"]
    votes[1]["face"] = "Smile; DROP TABLE votes"
    return _changed(kiosk, votes=votes)


def time_that_was_not_committed(kiosk: TestKiosk) -> Sealed:
    votes = json.loads(_body(kiosk.votes()))["votes"]
    votes[1]["fine"]["wall"] += 1
    return _changed(kiosk, votes=votes)


def a_receipt(kiosk: TestKiosk) -> Sealed:
    receipt = wire.Receipt(1, kiosk.epoch, "ok", 3, kiosk.heads[3], kiosk.nonce, kiosk.clock.ms)
    return kiosk.seal(receipt)


def _name(value: object) -> str:
    return str(getattr(value, "__name__", value))


BAD = {
    malformed: "malformed",
    empty: "malformed",
    not_json: "malformed",
    not_a_number: "malformed",
    no_votes: "malformed",
    twice_the_same_key: "malformed",
    oversize: "too-large",
    too_many_votes: "malformed",
    wrong_signature: "forged",
    changed_after_signing: "forged",
    unknown_version: "unknown-version",
    unknown_algorithm: "unknown-version",
    other_kiosk_in_topic: "wrong-kiosk",
    topic_changed_after_signing: "forged",
    topic_of_another_kind: "malformed",
    strange_topic: "malformed",
    votes_of_an_unknown_epoch: "unknown-epoch",
    hello_of_an_unknown_kiosk: "unknown-kiosk",
    hello_with_the_key_of_another: "broken-chain",
    broken_chain: "broken-chain",
    poison_in_the_middle: "malformed",
    time_that_was_not_committed: "broken-chain",
    a_receipt: "wrong-kind",
}
GOOD = [(1, "smile"), (2, "frown"), (3, "neutral")]


@pytest.mark.fault(14, how="a catalogue of bad messages, each before a good one; in-process")
@pytest.mark.parametrize(("bad", "reason"), BAD.items(), ids=_name)
def test_a_bad_message_is_refused_and_the_good_batch_behind_it_stored(
    collector: TestCollector, kiosk: TestKiosk, bad: Callable[[TestKiosk], Sealed], reason: str
):
    receipts = collector.take(bad(kiosk), kiosk.votes())
    assert collector.refusals() == [reason]
    assert [(receipt.status, receipt.through) for receipt in receipts] == [("ok", 3)]
    assert collector.stored(kiosk) == GOOD


@pytest.mark.parametrize("bad", BAD, ids=_name)
def test_a_bad_message_alone_gets_no_receipt(
    collector: TestCollector, kiosk: TestKiosk, bad: Callable[[TestKiosk], Sealed]
):
    assert collector.take(bad(kiosk)) == []
    assert collector.stored(kiosk) == []
    collector.take(kiosk.votes())
    assert collector.stored(kiosk) == GOOD


def test_a_stranger_who_shows_a_key_is_refused_with_all_that_it_signs(
    collector: TestCollector,
) -> None:
    """Its hello proves the key, and still nobody has registered it."""
    stranger = TestKiosk("bkpsdm-01", collector.clock, seed=7)
    stranger.press("smile")
    assert collector.take(stranger.hello(), stranger.votes()) == []
    assert collector.rows("SELECT kiosk, reason, detail FROM quarantine ORDER BY id") == [
        ("", "unknown-kiosk", "no kiosk bkpsdm-01 is registered"),
        ("", "unknown-epoch", f"epoch {stranger.epoch[:16]}…"),
    ]


def test_what_comes_on_no_topic_of_ours_is_nobodys(collector: TestCollector) -> None:
    collector.take(("somewhere/else", b"x"))
    assert collector.rows("SELECT kiosk, reason FROM quarantine") == [("", "malformed")]


def test_a_retained_or_redelivered_batch_is_only_a_repeat(
    collector: TestCollector, kiosk: TestKiosk
):
    sealed = kiosk.votes()
    for _ in range(3):
        assert [receipt.through for receipt in collector.take(sealed, sealed)] == [3]
    assert collector.stored(kiosk) == GOOD
    assert collector.refusals() == []
    assert sum(collector.counted().values()) == 3


@pytest.mark.fault(27, how="an unknown question and face; in-process")
def test_an_unknown_question_and_face_are_stored_and_receipted(
    collector: TestCollector, kiosk: TestKiosk
):
    kiosk.press("laugh", question="kebersihan")
    assert [receipt.through for receipt in collector.take(kiosk.votes())] == [4]
    rows = collector.rows("SELECT face, n FROM counts_day WHERE question = 'kebersihan'")
    assert rows == [("laugh", 1)]


@pytest.mark.fault(27, how="a kiosk without a place; in-process")
def test_an_unplaced_kiosk_is_stored_and_receipted_and_counted_once_placed(tmp_path: Path):
    collector = TestCollector(tmp_path)
    kiosk = TestKiosk("dukcapil-01", collector.clock)
    collector.add(kiosk, from_at=collector.clock.ms // 1000 + 86400)
    kiosk.press("smile")
    assert [receipt.through for receipt in collector.take(kiosk.votes())] == [1]
    assert collector.counted() == {("", "smile"): 1}
    collector.add(kiosk, from_at=0)
    assert collector.counted() == {("loket-1", "smile"): 1}


# ---------------------------------------------------------------- quarantine


BOUNDS = QuarantineSection(
    kiosk_bytes=20_000,
    total_bytes=30_000,
    kiosk_per_hour=50,
    total_per_hour=80,
    payload_bytes=1_000,
)


def _flood(collector: TestCollector, names: int, messages: int, hour: int = 0) -> list[Arrival]:
    received_ms = collector.clock.ms + hour * 3_600_000
    return [
        Arrival(f"senyum/1/flood-{number % names}/votes", b"x" * (number % 3000), received_ms)
        for number in range(messages)
    ]


def test_quarantine_stays_within_its_rate_under_a_flood(collector: TestCollector, kiosk: TestKiosk):
    ingest = collector.bounded(BOUNDS)
    for number in range(3):
        collector.add(TestKiosk(f"flood-{number}", collector.clock, seed=number + 10))
    loudest = _flood(collector, 1, 1000)
    receipts = ingest.take([*loudest, *_flood(collector, 3, 2000), Arrival(*kiosk.votes(), 1)])
    assert len(receipts) == 1
    assert collector.stored(kiosk) == GOOD
    kept = collector.rows("SELECT kiosk, COUNT(*) FROM quarantine GROUP BY kiosk")
    assert kept == [("flood-0", 50), ("flood-1", 15), ("flood-2", 15)]
    assert collector.value("SELECT SUM(n) FROM quarantine_overflow") == 3000 - 80


def test_quarantine_stays_within_its_bytes_and_keeps_the_latest(collector: TestCollector):
    ingest = collector.bounded(BOUNDS)
    for hour in range(0, 40, 2):
        ingest.take(_flood(collector, 5, 100, hour))
        assert collector.value("SELECT SUM(kept) FROM quarantine") <= BOUNDS.total_bytes
        assert collector.value("SELECT MAX(LENGTH(payload)) FROM quarantine") <= 1000
    latest = collector.value("SELECT MAX(received_ms) FROM quarantine")
    assert latest == collector.clock.ms + 38 * 3_600_000


def test_names_of_unknown_kiosks_share_one_bound(collector: TestCollector):
    collector.bounded(BOUNDS).take(_flood(collector, 1000, 1000))
    assert collector.rows("SELECT kiosk, COUNT(*) FROM quarantine GROUP BY kiosk") == [("", 50)]
    assert collector.rows("SELECT kiosk, n FROM quarantine_overflow") == [("", 950)]


def test_an_overflow_is_alarmed_but_not_at_every_message(
    collector: TestCollector, caplog: pytest.LogCaptureFixture
):
    ingest = collector.bounded(BOUNDS)
    for _ in range(30):
        ingest.take(_flood(collector, 1, 40))
    alarms = [record for record in caplog.records if "quarantine_overflow" in record.message]
    assert 1 <= len(alarms) <= 4
    assert {record.levelname for record in alarms} == {"ERROR"}


def test_what_is_held_stays_within_bounds_too(collector: TestCollector, kiosk: TestKiosk):
    ingest = collector.bounded(BOUNDS)
    new = TestKiosk(kiosk.name, collector.clock, seed=9)
    arrivals = [Arrival(*new.hello(), 1)]
    for _ in range(60):
        new.press("smile")
        arrivals.append(Arrival(*new.votes(len(new.chain) - 1), 1))
    for begin in range(0, len(arrivals), 10):
        ingest.take(arrivals[begin : begin + 10])
    held = collector.value("SELECT SUM(LENGTH(payload)) FROM held")
    assert BOUNDS.kiosk_bytes * 0.9 < held <= BOUNDS.kiosk_bytes
    kept = collector.value("SELECT COUNT(*) FROM held")
    assert collector.value("SELECT n FROM quarantine_overflow") == 60 - kept
    ingest.take([Arrival(*kiosk.votes(), 1)])
    assert collector.stored(kiosk) == GOOD


# ---------------------------------------------------------------- fuzz


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> tuple[TestCollector, TestKiosk]:
    collector = TestCollector(tmp_path_factory.mktemp("fuzz"), Clock())
    kiosk = collector.kiosk()
    for face in ("smile", "frown", "neutral"):
        kiosk.press(face)
    return collector, kiosk


Mutation = tuple[int, float, bytes, int]  # of which message, where, what is put in, what cut out
MUTATIONS = st.lists(
    st.tuples(st.integers(0, 2), st.floats(0, 1), st.binary(max_size=3), st.integers(0, 3)),
    min_size=1,
    max_size=30,
)


def _mutated(sealed: Sealed, where: float, put: bytes, cut: int) -> Sealed | None:
    topic, payload = sealed
    at = int(where * (len(payload) - 1))
    mutated = payload[:at] + put + payload[at + cut :]
    return None if mutated == payload else (topic, mutated)


@pytest.mark.fault(14, how="hypothesis changes bytes of good messages; in-process")
@settings(max_examples=50, deadline=None)
@given(mutations=MUTATIONS)
def test_no_mutated_byte_is_ever_stored_or_raises(
    fuzzed: tuple[TestCollector, TestKiosk], mutations: list[Mutation]
):
    collector, kiosk = fuzzed
    sealed = (kiosk.votes(), kiosk.hello(), kiosk.health())
    messages = [_mutated(sealed[which], *how) for which, *how in mutations]
    assert collector.take(*filter(None, messages)) == []
    assert collector.stored(kiosk) == []


@pytest.mark.fault(14, how="hypothesis invents bytes; in-process")
@settings(max_examples=50, deadline=None)
@given(messages=st.lists(st.tuples(st.text(max_size=60), st.binary(max_size=400)), max_size=20))
def test_no_bytes_at_all_raise(fuzzed: tuple[TestCollector, TestKiosk], messages: list[Sealed]):
    collector, _ = fuzzed
    ours = [(f"senyum/1/{topic}/votes", payload) for topic, payload in messages]
    assert collector.take(*messages, *ours) == []
