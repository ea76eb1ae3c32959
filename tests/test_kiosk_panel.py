"""The panel: from a finger on mock pins to rows, lamps and letters. Time is moved by hand."""

import socket
import threading
import time

import pytest

from kiosk import wire
from kiosk.link import Arrived, Down, LinkClosed, Ready, Up
from kiosk.panel import NoPins, real_pins
from kiosk.signals import Seen
from tests.bench import NEXT_COLLECTOR, STRANGER, WALL, Uplink, bench


@pytest.fixture
def kiosk(tmp_path):
    with bench(tmp_path) as kiosk:
        yield kiosk


def faces(kiosk):
    return [vote.face for vote in kiosk.votes]


# ---------------------------------------------------------------- presses and lamps


def test_a_press_becomes_a_row(kiosk):
    kiosk.push("smile")
    (vote,) = kiosk.votes
    assert (vote.seq, vote.face, vote.question, vote.replaces) == (1, "smile", "pelayanan", None)
    assert vote.fine.up == 100_000, "the moment of the finger, not of the row"
    assert kiosk.seen == [Seen("counted", "smile")]


def test_the_light_comes_after_the_commit(kiosk):
    kiosk.push("smile")
    points = ["press_decided", "before_commit", "after_commit", "counted", "after_lamp"]
    assert [point for point in kiosk.history if point in points] == points


def test_a_bouncing_contact_is_one_vote(kiosk):
    for down in (True, False, True, False, True):
        kiosk.move("smile", down)
    kiosk.wait(200)
    for down in (False, True, False):
        kiosk.move("smile", down)
    kiosk.wait(200)
    assert faces(kiosk) == ["smile"]


def test_again_too_soon_is_no_vote_and_looks_different(kiosk):
    kiosk.push("smile")
    kiosk.push("smile")
    assert kiosk.signals == ["counted", "too_soon"]
    assert faces(kiosk) == ["smile"]


def test_who_presses_again_while_a_slow_card_commits_hears_first_that_it_counted(
    kiosk, monkeypatch
):
    store = kiosk.kiosk.outbox.append

    def slow(*vote):
        for down in (False, True, False):
            kiosk.clock.ms += 200
            kiosk.move("frown", down)
        return store(*vote)

    monkeypatch.setattr(kiosk.kiosk.outbox, "append", slow)
    kiosk.move("frown", True)
    kiosk.wait(250)
    assert kiosk.seen == [Seen("counted", "frown")]
    assert kiosk.lit() == {"frown"}, "as long as the tone lasts"
    kiosk.wait(1000)
    assert kiosk.signals == ["counted", "too_soon"]
    assert faces(kiosk) == ["frown"]


def test_votes_that_a_slow_card_held_up_are_stored_and_shown_one_by_one(kiosk, monkeypatch):
    """Three citizens chose the same; a power cut would leave one of the votes in doubt."""
    store, slow = kiosk.kiosk.outbox.append, [True]

    def append(*vote):
        if slow:
            slow.clear()
            for down in (False, True, False, True, False):
                kiosk.clock.ms += 4000 if down else 200
                kiosk.move("frown", down)
        return store(*vote)

    monkeypatch.setattr(kiosk.kiosk.outbox, "append", append)
    kiosk.move("frown", True)
    while not kiosk.votes:
        kiosk.wait(10)
    for citizens in (1, 2, 3):
        assert len(kiosk.votes) == citizens
        kiosk.wait(200)
        assert len(kiosk.votes) == citizens, "before the tone was heard out"
        kiosk.wait(60)
    assert kiosk.seen == [Seen("counted", "frown")] * 3


def test_a_less_favourable_face_corrects_the_vote(kiosk):
    kiosk.push("smile")
    kiosk.push("frown")
    assert kiosk.signals == ["counted", "counted"]
    assert [(vote.face, vote.replaces) for vote in kiosk.votes] == [("smile", None), ("frown", 1)]


def test_a_second_correction_names_the_first_vote_too(kiosk):
    for face in ("smile", "neutral", "frown"):
        kiosk.push(face)
    assert [vote.replaces for vote in kiosk.votes] == [None, 1, 1]


def test_a_more_favourable_face_corrects_nothing(kiosk):
    kiosk.push("frown")
    kiosk.push("smile")
    assert kiosk.signals == ["counted", "too_soon"]
    assert faces(kiosk) == ["frown"]
    assert kiosk.kiosk.tally.counters().contested == 1


def test_the_next_citizen_is_counted(kiosk):
    kiosk.push("smile")
    kiosk.wait(3000)
    kiosk.push("smile")
    assert kiosk.signals == ["counted", "counted"]
    assert [vote.replaces for vote in kiosk.votes] == [None, None]


def test_a_button_held_at_the_start_is_no_vote_until_it_was_released(tmp_path):
    with bench(tmp_path, held=("smile",)) as kiosk:
        kiosk.wait(500)
        assert kiosk.votes == []
        kiosk.move("smile", False)
        kiosk.wait(100)
        kiosk.push("smile")
        assert faces(kiosk) == ["smile"]


def test_a_stuck_button_leaves_the_others_alone(kiosk):
    kiosk.move("smile", True)
    kiosk.wait(11_000)
    assert kiosk.kiosk.tally.stuck() == ("smile",)
    kiosk.push("frown")
    assert faces(kiosk) == ["smile", "frown"]
    kiosk.move("smile", False)
    kiosk.wait(300)
    assert kiosk.kiosk.tally.stuck() == ()


# ---------------------------------------------------------------- a disk that takes nothing


@pytest.fixture
def full(kiosk):
    """A kiosk whose database may not grow by one page, as on a full disk."""
    kiosk.push("smile")
    kiosk.wait(5000)
    kiosk.kiosk.outbox._db.execute("PRAGMA max_page_count = 1")
    while "cannot_store" not in kiosk.signals:
        kiosk.push("neutral")
        kiosk.wait(5000)
    return kiosk


@pytest.mark.fault(16, how="the lamps of a kiosk whose disk takes nothing")
def test_a_full_disk_is_never_confirmed_and_told_differently(full):
    assert full.signals.count("counted") == len(full.votes)
    assert full.kiosk.tally.counters().refused == full.signals.count("cannot_store")


def test_when_there_is_room_again_the_same_citizen_can_vote_at_once(full):
    before = len(full.votes)
    full.kiosk.outbox._db.execute("PRAGMA max_page_count = 100000")
    full.push("smile")
    assert full.seen[-1] == Seen("counted", "smile")
    assert len(full.votes) == before + 1


def test_a_receipt_that_cannot_be_noted_stops_nothing(kiosk, caplog):
    kiosk.push("smile")
    kiosk.connect()
    kiosk.kiosk.outbox._db.execute("PRAGMA query_only = ON")
    kiosk.answer(1)
    assert kiosk.kiosk.outbox.queue == 1
    assert "receipt not noted" in caplog.text
    kiosk.kiosk.outbox._db.execute("PRAGMA query_only = OFF")
    kiosk.wait(5000)
    kiosk.push("smile")
    kiosk.answer(2)
    assert kiosk.kiosk.outbox.queue == 0


def test_a_time_is_erased_when_the_collector_says_that_30_days_have_passed(kiosk):
    kiosk.push("smile")
    kiosk.connect()
    kiosk.answer(1)
    assert kiosk.votes[0].fine is not None
    kiosk.answer(1, time=WALL + 30 * 86_400_000)
    assert kiosk.votes[0].fine is None


# ---------------------------------------------------------------- test mode


def _chord(kiosk):
    kiosk.move("smile", True)
    kiosk.wait(30)
    kiosk.move("frown", True)
    kiosk.wait(5200)
    kiosk.move("smile", False)
    kiosk.move("frown", False)
    kiosk.wait(1000)


def test_in_test_mode_votes_are_stored_as_such_and_never_shown_as_counted(kiosk):
    _chord(kiosk)
    kiosk.push("neutral")
    kiosk.wait(1000)
    assert [(vote.face, vote.test) for vote in kiosk.votes] == [("neutral", True)]
    assert "counted" not in kiosk.signals
    assert "test_stored" in kiosk.signals


def test_a_slow_chord_takes_back_the_vote_that_its_first_press_became(kiosk):
    kiosk.move("smile", True)
    kiosk.wait(400)
    _chord(kiosk)
    assert [(vote.face, vote.replaces, vote.test) for vote in kiosk.votes] == [
        ("smile", None, False),
        ("smile", 1, True),
    ]


def test_without_a_laptop_the_lamps_tell_of_buttons_card_and_receipt(kiosk):
    """As docs/check.md tells it: the chord, each face, the read-out."""
    kiosk.connect()
    kiosk.answer(0)
    _chord(kiosk)
    for face in ("frown", "neutral", "smile"):
        kiosk.push(face)
        kiosk.wait(1500)
    stored = [seen.face for seen in kiosk.seen if seen.signal == "test_stored"]
    assert stored == ["frown", "neutral", "smile"]
    assert longest_flash(kiosk, "neutral") < 200
    kiosk.answer(3)
    kiosk.wait(5000)  # the read-out that is under way may have begun before
    assert longest_flash(kiosk, "neutral") >= 450


def longest_flash(kiosk, face):
    """Of its lamp alone, in ms, over more than one read-out."""
    longest = shining = 0
    for _ in range(1000):
        kiosk.wait(10)
        shining = shining + 10 if kiosk.lit() == {face} else 0
        longest = max(longest, shining)
    return longest


def test_at_night_lamps_are_dark_but_for_a_technician(kiosk):
    front = kiosk.kiosk.panel._front
    front.brightness = 0
    kiosk.push("smile")
    assert (kiosk.lit(), len(kiosk.votes)) == (set(), 1)
    kiosk.wait(5000)
    kiosk.kiosk.panel.identify()
    assert kiosk.lit() == {"frown"}
    kiosk.wait(6000)
    _chord(kiosk)
    shone = set()
    for _ in range(500):
        kiosk.wait(10)
        shone |= kiosk.lit()
    assert shone == {"frown", "neutral", "smile"}
    _chord(kiosk)
    kiosk.wait(5000)
    kiosk.push("smile")
    assert kiosk.lit() == set()


def short_flashes(kiosk, face):
    """Of its lamp alone between two beginnings of the read-out, which light it for 300 ms."""
    flashes, shining = [], 0
    for _ in range(2000):
        kiosk.wait(10)
        if kiosk.lit() == {face}:
            shining += 10
        elif shining:
            flashes.append(shining)
            shining = 0
    begins = [at for at, ms in enumerate(flashes) if 200 < ms < 400]
    return begins[1] - begins[0] - 1


@pytest.mark.parametrize(("away_ms", "flashes"), [(1_000_000, 2), (3_600_000, 3)])
def test_an_hour_without_network_is_told_to_a_technician_and_to_nobody_else(
    kiosk, away_ms, flashes
):
    uplink = kiosk.connect()
    kiosk.answer(0)
    uplink.say(Down())
    kiosk.wait(100)
    kiosk.clock.ms += away_ms
    shown = len(kiosk.seen)
    kiosk.wait(2000)
    assert (kiosk.lit(), len(kiosk.seen)) == (set(), shown)
    _chord(kiosk)
    assert short_flashes(kiosk, "frown") == flashes


def test_test_mode_tells_the_technician_again_and_again_and_then_ends(tmp_path):
    with bench(tmp_path, test_ms=20_000) as kiosk:
        _chord(kiosk)
        kiosk.wait(18_000)
        assert kiosk.signals.count("test_mode") >= 3
        kiosk.wait(10_000)
        told = kiosk.signals.count("test_mode")
        kiosk.wait(10_000)
        assert kiosk.signals.count("test_mode") == told


# ---------------------------------------------------------------- the loop


def test_an_edge_on_another_thread_wakes_the_loop(kiosk):
    threading.Timer(0.05, lambda: kiosk.move("smile", True)).start()
    began = time.monotonic()
    kiosk.kiosk.panel.step(30)
    assert time.monotonic() - began < 5


def test_an_idle_panel_sleeps(kiosk):
    kiosk.wait(5000)
    began = time.process_time()
    kiosk.kiosk.panel.step(0.3)
    assert time.process_time() - began < 0.05


def test_presses_without_a_network_are_all_kept(tmp_path):
    with bench(tmp_path, settle_ms=500) as kiosk:
        kiosk.STEP_MS = 60
        for number in range(300):
            kiosk.push(("smile", "frown")[number % 2], hold=180)
            kiosk.wait(480)
        assert kiosk.signals == ["counted"] * 300
        assert kiosk.kiosk.outbox.queue == 300


def test_there_are_never_mock_pins_in_production(monkeypatch):
    """Not even when the environment asks for them."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    with pytest.raises(NoPins, match="senyum-kiosk simulate"):
        real_pins()


# ---------------------------------------------------------------- the post


def test_the_will_is_signed_and_says_offline(kiosk):
    uplink = kiosk.connect()
    letter = wire.unseal(uplink.will.topic, uplink.will.payload)
    letter.verify(kiosk.key)
    assert letter.message.state == "offline"


def test_when_connected_it_says_online_and_hello(kiosk):
    kiosk.push("smile")
    uplink = kiosk.connect()
    online, hello = uplink.published
    assert online.retain
    assert not hello.retain
    assert {online.qos, hello.qos} == {1}
    (status,), (greeting,) = uplink.letters(wire.Status), uplink.letters(wire.Hello)
    assert (status.state, status.seq) == ("online", 1)
    assert (greeting.seq, greeting.oldest, greeting.key) == (1, 1, kiosk.key)
    for message in uplink.published:
        wire.unseal(message.topic, message.payload).verify(kiosk.key)


def test_each_connection_has_a_higher_birth(kiosk):
    uplink = kiosk.connect()
    uplink.say(Down())
    uplink.say(Ready())
    uplink.say(Up())
    kiosk.step()
    kiosk.step()
    first, second = uplink.letters(wire.Status)
    assert second.birth > first.birth
    assert wire.unseal(uplink.will.topic, uplink.will.payload).message.birth == second.birth


def test_votes_follow_the_receipt_and_leave_the_queue_with_the_next(kiosk):
    kiosk.push("smile")
    kiosk.wait(5000)
    kiosk.push("frown")
    uplink = kiosk.connect()
    kiosk.answer(0)
    (batch,) = uplink.letters(wire.Votes)
    assert [vote.face for vote in batch.votes] == ["smile", "frown"]
    assert kiosk.kiosk.outbox.queue == 2
    kiosk.answer(2)
    assert kiosk.kiosk.outbox.queue == 0


def test_a_vote_while_connected_is_sent_at_once(kiosk):
    uplink = kiosk.connect()
    kiosk.answer(0)
    kiosk.push("smile")
    (batch,) = uplink.letters(wire.Votes)
    assert batch.votes == tuple(kiosk.votes)


def test_many_votes_go_in_batches_that_fit(tmp_path):
    with bench(tmp_path, settle_ms=500) as kiosk:
        kiosk.STEP_MS = 60
        for _ in range(wire.BATCH_VOTES + 5):
            kiosk.push("smile", hold=180)
            kiosk.wait(480)
        uplink = kiosk.connect()
        kiosk.answer(0)
        for _ in range(20):
            kiosk.step()
        batches = uplink.letters(wire.Votes)
        assert [len(batch.votes) for batch in batches] == [wire.BATCH_VOTES, 5]


def test_the_receipt_of_the_next_collector_key_is_believed(kiosk):
    kiosk.push("smile")
    kiosk.connect()
    kiosk.answer(1, signed_by=NEXT_COLLECTOR)
    assert kiosk.kiosk.outbox.queue == 0


NOT_FOR_US = [
    {"signed_by": STRANGER},
    {"kiosk": "other-01"},
    {"epoch": "0d" * 32},
    {"nonce": "b2" * 16},
]
NOT_NOW = [{"head": "00" * 32}, {"status": "held"}, {"status": "revoked"}, {"status": "fork"}]


@pytest.mark.parametrize("changes", [*NOT_FOR_US, *NOT_NOW])
def test_a_receipt_that_does_not_fit_releases_nothing(kiosk, changes):
    kiosk.push("smile")
    kiosk.connect()
    kiosk.answer(1, **changes)
    assert kiosk.kiosk.outbox.queue == 1


@pytest.mark.parametrize("changes", NOT_FOR_US)
def test_a_receipt_that_is_not_for_us_disturbs_nothing(kiosk, changes):
    kiosk.push("smile")
    kiosk.connect()
    kiosk.answer(1, **changes)
    kiosk.answer(1)
    assert kiosk.kiosk.outbox.queue == 0


def test_what_is_no_receipt_is_ignored_and_told(kiosk, caplog):
    kiosk.push("smile")
    uplink = kiosk.connect()
    receipt = kiosk.receipt(1)
    (hello,) = [message for message in uplink.published if message.topic.endswith("hello")]
    for nonsense in (
        Arrived(receipt.topic, b""),
        Arrived(receipt.topic, b"\xff" * 1000),
        Arrived(receipt.topic, receipt.payload[:-1]),
        Arrived(receipt.topic, bytes(wire.MAX_BYTES + 1)),
        Arrived("senyum/1/other-01/receipt", receipt.payload),
        Arrived("elsewhere", receipt.payload),
        Arrived(hello.topic, hello.payload),
        kiosk.receipt(1, signed_by=STRANGER),
    ):
        uplink.say(nonsense)
        for _ in range(8):
            kiosk.step()
    assert kiosk.kiosk.outbox.queue == 1
    assert caplog.text.count("message ignored") == 8
    assert "reason=forged" in caplog.text
    kiosk.answer(1)
    assert kiosk.kiosk.outbox.queue == 0


def test_health_is_sent_with_counters(kiosk):
    kiosk.push("smile")
    kiosk.push("smile")
    uplink = kiosk.connect()
    kiosk.answer(1)
    kiosk.wait(70_000)
    health = uplink.letters(wire.Health)[0]
    assert (health.counters.votes, health.counters.too_soon) == (1, 1)
    assert (health.seq, health.queue, health.stuck) == (1, 0, ())
    assert health.disk_free > 0


# ---------------------------------------------------------------- an uplink that misbehaves


def test_without_an_uplink_votes_are_counted_as_ever(kiosk):
    uplink = kiosk.connect()
    uplink.end.close()
    kiosk.uplink = None
    kiosk.push("smile")
    assert kiosk.signals == ["counted"]


def test_a_newer_uplink_takes_the_place_of_an_older(kiosk):
    older = kiosk.connect()
    newer = kiosk.connect()
    assert newer.letters(wire.Hello)
    with pytest.raises(LinkClosed):
        older.listen()
    older.end.close()
    kiosk.push("smile")
    kiosk.answer(0)
    assert newer.letters(wire.Votes)


def test_an_uplink_that_talks_nonsense_is_hung_up_on(kiosk, caplog):
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(kiosk.settings.socket))
        stranger.sendall(b"\xff" * 100)
        kiosk.wait(50)
        assert stranger.recv(1) == b""
    assert "uplink gone" in caplog.text
    kiosk.push("smile")
    assert kiosk.signals == ["counted"]
    assert kiosk.connect().letters(wire.Hello)


def test_messages_for_an_uplink_that_never_reads_do_not_pile_up(kiosk):
    deaf = Uplink(kiosk.settings.socket)
    for _ in range(40_000):
        try:
            deaf.say(Ready())
        except OSError:
            break
        kiosk.step()
    else:
        pytest.fail("the panel keeps writing to somebody who does not read")
    deaf.end.close()
    kiosk.push("smile")
    assert kiosk.signals == ["counted"]


# ---------------------------------------------------------------- after a restart


def test_after_a_restart_the_chain_goes_on(tmp_path):
    with bench(tmp_path) as kiosk:
        kiosk.push("smile")
        first = kiosk.kiosk.outbox.checkpoint
    with bench(tmp_path) as kiosk:
        assert kiosk.kiosk.outbox.checkpoint == first
        kiosk.push("frown")
        assert [(vote.seq, vote.replaces) for vote in kiosk.votes] == [(1, None), (2, None)]
