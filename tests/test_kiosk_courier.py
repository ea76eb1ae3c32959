"""The kiosk's side of the conversation, move by move."""

from itertools import pairwise
from random import Random

import pytest

from kiosk.courier import (
    LONGEST_TALK_MS,
    Action,
    Courier,
    Mark,
    SendHealth,
    SendHello,
    SendVotes,
)
from kiosk.wire import BATCH_VOTES, Receipt

START = 100_000


def our_head(seq: int) -> str:
    return f"{seq:064x}"


class Desk:
    """A kiosk that keeps votes `base` to `seq`, and a hand that moves time and writes receipts."""

    def __init__(self, seq: int = 0, base: int = 0, random: Random | None = None) -> None:
        self.courier = Courier(random or Random(7))
        self.seq, self.base = seq, base
        self.now = START
        self.nonce = ""
        self.collector_ms = 10**12

    def head_at(self, seq: int) -> str | None:
        return our_head(seq) if self.base <= seq <= self.seq else None

    def act(self) -> list[Action]:
        """Everything that is to be done now."""
        actions: list[Action] = []
        while (due := self.courier.due()) is not None and due <= self.now:
            actions += self.courier.advance(self.now, self.seq)
        actions += self.courier.advance(self.now, self.seq)
        for action in actions:
            if isinstance(action, SendHello):
                self.nonce = action.nonce
        return actions

    def connect(self) -> list[Action]:
        self.courier.connected(self.now)
        return self.act()

    def wait(self, ms: int) -> list[Action]:
        self.now += ms
        return self.act()

    def wait_until_due(self) -> list[Action]:
        due = self.courier.due()
        assert due is not None
        return self.wait(max(0, due - self.now))

    def hear(
        self,
        through: int,
        status: str = "ok",
        head: str | None = None,
        nonce: str | None = None,
        later: int = 1,
    ) -> list[Action]:
        self.collector_ms += later
        receipt = Receipt(
            v=1,
            epoch="0e" * 32,
            status=status,  # type: ignore[arg-type]
            through=through,
            head=our_head(through) if head is None else head,
            nonce=self.nonce if nonce is None else nonce,
            time=self.collector_ms,
        )
        self.courier.receipt(receipt, self.head_at, self.now)
        return self.act()

    def marked(self, through: int) -> Mark:
        return Mark(through, self.collector_ms)

    def votes(self, *after: int) -> list[SendVotes]:
        return [SendVotes(each, self.nonce) for each in after]


def greets(actions: list[Action]) -> bool:
    return any(isinstance(action, SendHello) for action in actions)


# ---------------------------------------------------------------- a conversation


def test_before_it_is_connected_nothing_is_due() -> None:
    desk = Desk(seq=5)
    assert desk.courier.due() is None
    assert desk.wait(10**7) == []


def test_a_connection_begins_with_a_hello() -> None:
    desk = Desk(seq=5)
    assert desk.connect() == [SendHello(desk.nonce)]
    assert len(desk.nonce) == 32
    int(desk.nonce, 16)


def test_votes_follow_where_the_collector_stands() -> None:
    desk = Desk(seq=5)
    desk.connect()
    assert desk.hear(3) == [desk.marked(3), *desk.votes(3)]
    assert desk.hear(5) == [desk.marked(5)]


def test_a_vote_in_a_quiet_conversation_goes_out_at_once() -> None:
    desk = Desk(seq=5)
    desk.connect()
    desk.hear(5)
    desk.seq = 6
    assert desk.act() == desk.votes(5)


def test_a_few_batches_are_on_their_way_at_a_time() -> None:
    desk = Desk(seq=10 * BATCH_VOTES)
    desk.connect()
    one = BATCH_VOTES
    assert desk.hear(0) == [desk.marked(0), *desk.votes(0, one, 2 * one, 3 * one)]
    assert desk.hear(one) == [desk.marked(one), *desk.votes(4 * one)]
    assert desk.hear(5 * one)[1:] == desk.votes(*(each * one for each in range(5, 9)))


def test_one_batch_at_a_time_so_that_no_press_waits_for_four() -> None:
    desk = Desk(seq=10 * BATCH_VOTES)
    desk.connect()
    desk.courier.receipt(
        Receipt(1, "0e" * 32, "ok", 0, our_head(0), desk.nonce, 1), desk.head_at, desk.now
    )
    first = desk.courier.advance(desk.now, desk.seq)
    assert first == [Mark(0, 1), SendVotes(0, desk.nonce)]
    assert desk.courier.due() == 0


def test_one_receipt_may_answer_several_batches() -> None:
    desk = Desk(seq=3 * BATCH_VOTES)
    desk.connect()
    desk.hear(0)
    assert desk.hear(desk.seq) == [desk.marked(desk.seq)]
    assert desk.courier.standing == "ok"


def test_a_collector_that_has_more_than_was_sent_is_believed() -> None:
    desk = Desk(seq=50)
    desk.connect()
    desk.hear(10)
    desk.seq = 60
    assert desk.hear(55)[0] == desk.marked(55)


# ---------------------------------------------------------------- what moves the cursor


@pytest.mark.fault(26, how="receipts of another nonce or head, to the courier")
@pytest.mark.parametrize(
    "stale", [{"nonce": "b2" * 16}, {"nonce": ""}, {"head": "00" * 32}, {"head": our_head(4)}]
)
def test_only_the_current_nonce_and_our_own_head_mark(stale: dict[str, str]) -> None:
    desk = Desk(seq=5)
    desk.connect()
    actions = desk.hear(5, **stale)
    assert not any(isinstance(action, Mark) for action in actions)


@pytest.mark.fault(26, how="a receipt of the conversation before, to the courier")
def test_the_nonce_of_an_earlier_conversation_marks_nothing() -> None:
    desk = Desk(seq=5)
    desk.connect()
    old = desk.nonce
    desk.courier.disconnected()
    assert desk.hear(5, nonce=old) == []
    desk.connect()
    assert desk.nonce != old
    assert desk.hear(5, nonce=old) == []


def test_a_receipt_for_votes_that_are_not_kept_marks_nothing() -> None:
    desk = Desk(seq=50, base=20)
    desk.connect()
    assert desk.hear(10, head="11" * 32) == []
    assert desk.courier.standing == "fork"


def test_a_receipt_that_was_earned_is_noted_though_the_connection_is_gone() -> None:
    desk = Desk(seq=5)
    desk.connect()
    desk.courier.receipt(
        Receipt(1, "0e" * 32, "ok", 5, our_head(5), desk.nonce, 77), desk.head_at, desk.now
    )
    desk.courier.disconnected()
    assert desk.courier.due() == 0
    assert desk.act() == [Mark(5, 77)]


def test_a_receipt_that_was_delayed_does_not_move_the_cursor() -> None:
    """The collector had 5, was restored to 2, said so; then its earlier word comes out."""
    desk = Desk(seq=5)
    desk.connect()
    desk.hear(2)
    assert desk.hear(5, later=-1) == []


def test_two_receipts_of_the_same_millisecond_are_both_believed() -> None:
    desk = Desk(seq=5)
    desk.connect()
    desk.hear(3)
    assert desk.hear(5, later=0) == [desk.marked(5)]


# ---------------------------------------------------------------- when nothing comes back


def test_silence_begins_the_conversation_anew() -> None:
    desk = Desk(seq=5)
    desk.connect()
    first = desk.nonce
    assert not greets(desk.wait(4_999))
    assert greets(desk.wait(5_001))
    assert desk.nonce != first


def test_votes_without_a_receipt_are_sent_again_after_a_new_hello() -> None:
    desk = Desk(seq=5)
    desk.connect()
    desk.hear(3)
    actions = desk.wait(10_000)
    assert SendHello(desk.nonce) in actions
    assert not any(isinstance(action, SendVotes) for action in actions)
    assert desk.hear(3) == [desk.marked(3), *desk.votes(3)]


def hello_times(desk: Desk, until: int) -> list[int]:
    """When hellos go out, if nobody answers."""
    times = [desk.now] if greets(desk.connect()) else []
    while desk.now < until:
        if greets(desk.wait_until_due()):
            times.append(desk.now)
    return times


@pytest.mark.parametrize("seed", range(20))
def test_the_longer_the_silence_the_rarer_the_hello(seed: int) -> None:
    times = hello_times(Desk(seq=5, random=Random(seed)), START + 3_600_000)
    gaps = [later - sooner for sooner, later in pairwise(times)]
    for number, gap in enumerate(gaps):
        longest = min(60_000, 10_000 * 2**number)
        assert longest / 2 <= gap <= longest
    assert len(gaps) < 125


def test_a_fleet_does_not_speak_in_chorus() -> None:
    second = [hello_times(Desk(random=Random(seed)), START + 11_000)[1] for seed in range(100)]
    assert len(set(second)) > 80
    assert max(second) - min(second) > 4000


def test_after_a_failure_one_batch_goes_ahead() -> None:
    desk = Desk(seq=10 * BATCH_VOTES)
    desk.connect()
    desk.hear(0)
    desk.wait(10_000)
    assert desk.hear(0)[1:] == desk.votes(0)
    assert len(desk.hear(BATCH_VOTES)) == 1 + 4


def test_a_new_connection_is_no_failure() -> None:
    desk = Desk(seq=10 * BATCH_VOTES)
    desk.connect()
    desk.connect()
    assert len(desk.hear(0)) == 1 + 4


def test_a_collector_that_never_takes_a_batch_is_not_flooded() -> None:
    desk = Desk(seq=10 * BATCH_VOTES)
    desk.connect()
    actions = desk.hear(0)
    end = desk.now + 3_600_000
    while desk.now < end:
        actions += desk.wait_until_due()
        if desk.courier.due() is not None:
            actions += desk.hear(0)
    batches = [action for action in actions if isinstance(action, SendVotes)]
    assert len(batches) < 4 + 2 * 60


def test_repeats_of_a_receipt_send_nothing_again() -> None:
    desk = Desk(seq=10 * BATCH_VOTES)
    desk.connect()
    desk.hear(0)
    for _ in range(1000):
        assert [a for a in desk.hear(0, later=0) if not isinstance(a, Mark)] == []


def test_a_repeat_of_a_receipt_does_not_end_the_conversation() -> None:
    desk = Desk(seq=5)
    desk.connect()
    desk.hear(5)
    desk.hear(5)
    assert not greets(desk.wait(LONGEST_TALK_MS // 2 - 1))


def test_as_long_as_receipts_come_nobody_begins_anew() -> None:
    desk = Desk(seq=100 * BATCH_VOTES)
    desk.connect()
    desk.hear(0)
    for batch in range(1, 90):
        assert not greets(desk.wait(4_900))
        desk.hear(batch * BATCH_VOTES)


def test_repeats_of_a_receipt_do_not_keep_a_dead_conversation_alive() -> None:
    desk = Desk(seq=10 * BATCH_VOTES)
    desk.connect()
    actions = desk.hear(0)
    for _ in range(20):
        actions += desk.wait(1000)
        actions += desk.hear(0, later=0)
    assert sum(isinstance(action, SendHello) for action in actions) >= 1


def test_silence_after_some_receipts_is_silence_too() -> None:
    desk = Desk(seq=10 * BATCH_VOTES)
    desk.connect()
    desk.hear(0)
    desk.hear(BATCH_VOTES)
    assert greets(desk.wait(10_000))


def test_progress_makes_patience_short_again() -> None:
    desk = Desk(seq=5)
    desk.connect()
    for _ in range(10):
        desk.wait(60_000)
    desk.hear(4)
    desk.hear(5)
    desk.seq = 6
    desk.act()
    assert greets(desk.wait(10_000))


# ---------------------------------------------------------------- a collector from a backup


def test_a_collector_that_has_less_at_the_next_hello_gets_the_rest_again() -> None:
    desk = Desk(seq=5)
    desk.connect()
    desk.hear(5)
    desk.courier.disconnected()
    desk.connect()
    assert desk.hear(2) == [desk.marked(2), *desk.votes(2)]


def test_a_collector_restored_in_mid_conversation_heals_without_a_new_connection() -> None:
    desk = Desk(seq=5)
    desk.connect()
    desk.hear(5)
    desk.wait(120_000)
    first = desk.nonce
    actions = desk.hear(2)  # its answer to our health
    assert actions == [desk.marked(2), SendHello(desk.nonce)]
    assert desk.nonce != first
    assert desk.hear(2) == [desk.marked(2), *desk.votes(2)]


def test_a_collector_that_has_forgotten_the_epoch_is_greeted_within_the_hour() -> None:
    """It cannot answer to a health whose key it does not know."""
    desk = Desk(seq=5)
    desk.connect()
    desk.hear(5)
    began, actions = desk.now, desk.wait_until_due()
    while not greets(actions):
        assert actions == [SendHealth(desk.nonce)]
        actions = desk.wait_until_due()
    assert LONGEST_TALK_MS / 2 <= desk.now - began <= LONGEST_TALK_MS
    assert desk.hear(2) == [desk.marked(2), *desk.votes(2)]
    assert len(desk.votes(2)) == 1, "a whole window: nothing had failed"


def test_votes_on_their_way_are_not_interrupted_however_long_it_takes() -> None:
    batches = 2 * LONGEST_TALK_MS // 4_900
    desk = Desk(seq=batches * BATCH_VOTES)
    desk.connect()
    desk.hear(0)
    for batch in range(1, batches):
        assert not greets(desk.wait(4_900))
        desk.hear(batch * BATCH_VOTES)
    assert greets(desk.hear(desk.seq)), "when it is quiet at last"


def test_two_collectors_that_disagree_do_not_make_a_storm() -> None:
    desk = Desk(seq=10)
    desk.connect()
    actions: list[Action] = []
    for turn in range(6000):
        actions += desk.hear(9 if turn % 2 else 3)
        actions += desk.wait(10)
    hellos = sum(isinstance(action, SendHello) for action in actions)
    assert hellos <= 60_000 // 5_000 + 1
    assert sum(isinstance(action, SendVotes) for action in actions) <= 4 * (hellos + 1)


# ---------------------------------------------------------------- held, fork, revoked


@pytest.mark.parametrize("status", ["held", "fork", "revoked"])
def test_who_is_refused_releases_nothing_and_asks_rarely(status: str) -> None:
    desk = Desk(seq=5)
    desk.connect()
    assert desk.courier.standing == "unknown"
    assert desk.hear(5, status) == []
    assert desk.courier.standing == status
    refused_at = desk.now
    while not greets(desk.wait_until_due()):
        pass
    assert 60_000 <= desk.now - refused_at <= 120_000
    assert desk.hear(3) == [desk.marked(3), *desk.votes(3)]
    assert desk.courier.standing == "ok"


def test_the_refused_do_not_ask_in_chorus() -> None:
    waits = set()
    for seed in range(50):
        desk = Desk(random=Random(seed))
        desk.connect()
        desk.hear(0, "held")
        while not greets(desk.wait_until_due()):
            pass
        waits.add((desk.now - START) // 1000)
    assert len(waits) > 20
    assert 60 <= min(waits) <= max(waits) <= 120


@pytest.mark.parametrize("status", ["held", "fork", "revoked"])
def test_who_is_refused_in_the_middle_stops_sending(status: str) -> None:
    desk = Desk(seq=10 * BATCH_VOTES)
    desk.connect()
    desk.hear(0)
    assert desk.hear(BATCH_VOTES, status) == []
    assert desk.hear(BATCH_VOTES) == []
    desk.seq += 1
    assert desk.act() == []


def test_who_is_refused_still_says_how_it_is() -> None:
    desk = Desk(seq=5)
    desk.connect()
    desk.hear(0, "held")
    assert desk.wait(5_000) == [SendHealth(desk.nonce)]


def test_a_card_that_is_older_than_the_collector_waits_and_asks_again() -> None:
    desk = Desk(seq=5)
    desk.connect()
    assert desk.hear(8, head="99" * 32) == []
    assert desk.courier.standing == "fork"
    assert greets(desk.wait(10_000))


def test_a_collector_that_suddenly_contradicts_is_asked_again() -> None:
    desk = Desk(seq=5)
    desk.connect()
    desk.hear(5)
    desk.wait(120_000)
    desk.hear(7, head="99" * 32)
    assert desk.courier.standing == "fork"
    assert greets(desk.wait(10_000))


def test_a_branch_that_a_hello_cannot_show_is_shown_once() -> None:
    desk = Desk(seq=8)
    desk.connect()
    assert desk.hear(5, head="99" * 32) == desk.votes(5)
    assert desk.hear(5, head="99" * 32) == []
    assert desk.hear(5, "fork", head="99" * 32) == []
    assert greets(desk.wait(120_000))
    assert desk.hear(5, head="99" * 32) == []
    assert desk.courier.standing == "fork"


def test_a_branch_is_shown_though_other_votes_are_on_their_way() -> None:
    desk = Desk(seq=10 * BATCH_VOTES)
    desk.connect()
    desk.hear(0)
    assert desk.hear(BATCH_VOTES, head="99" * 32) == desk.votes(BATCH_VOTES)


def test_a_collector_that_agreed_again_is_shown_the_next_branch() -> None:
    desk = Desk(seq=8)
    desk.connect()
    desk.hear(5, "fork")
    desk.wait(120_000)
    desk.hear(8)
    desk.connect()
    assert desk.hear(5, head="99" * 32) == desk.votes(5)


def test_a_branch_whose_showing_was_lost_is_shown_again() -> None:
    desk = Desk(seq=8)
    desk.connect()
    desk.hear(5, head="99" * 32)
    assert greets(desk.wait(10_000))
    assert desk.hear(5, head="99" * 32) == desk.votes(5)


# ---------------------------------------------------------------- health


def test_health_goes_out_every_minute_and_not_in_chorus() -> None:
    desk = Desk()
    desk.connect()
    desk.hear(0)
    times = []
    while desk.now < START + 3_600_000:
        actions = desk.wait_until_due()
        if greets(actions):
            desk.hear(0)
        else:
            assert actions == [SendHealth(desk.nonce)]
            times.append(desk.now)
    assert times[0] <= START + 5_000
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert all(54_000 <= gap <= 66_000 for gap in gaps)
    assert len(set(gaps)) > 40


def test_a_flapping_connection_does_not_multiply_health() -> None:
    desk = Desk()
    actions: list[Action] = []
    for _ in range(60):
        actions += desk.connect()
        actions += desk.wait(6_000)
        desk.courier.disconnected()
        actions += desk.wait(1_000)
    assert sum(isinstance(action, SendHealth) for action in actions) <= 8
