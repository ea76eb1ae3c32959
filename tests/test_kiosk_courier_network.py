"""The courier against a network that loses, repeats, reorders and delays, and against backups.

A small model of a collector answers as docs/wire.md says. Always: only what it has said in this
conversation, of votes that it had, is marked. In the end, when the network is kind again: every
vote is there once, in order.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.courier import Action, Courier, Mark, SendHealth, SendHello, SendVotes
from kiosk.wire import BATCH_VOTES, Receipt

GENESIS = "00" * 32
MINUTE = 60_000


class Hello(NamedTuple):
    nonce: str
    seq: int
    head: str


class Votes(NamedTuple):
    nonce: str
    after: int
    prev: str
    heads: tuple[str, ...]


class Health(NamedTuple):
    nonce: str
    seq: int
    head: str


Message = Hello | Votes | Health


# ---------------------------------------------------------------- the collector


@dataclass
class Collector:
    """Keeps the head after each vote; `heads[0]` is the genesis."""

    heads: list[str] = field(default_factory=lambda: [GENESIS])
    now: int = 10**12
    taken: int = 0  # votes, repeats included

    def answer(self, message: Message) -> Receipt | None:
        self.now += 1
        match message:
            case Votes():
                return self._take(message)
            case Health(seq=seq) if seq < len(self.heads) and self._agrees(message):
                return None
            case Hello() | Health():
                return self._receipt(message.nonce, "ok" if self._agrees(message) else "fork")

    def _agrees(self, message: Hello | Health) -> bool:
        return message.seq >= len(self.heads) or self.heads[message.seq] == message.head

    def _take(self, batch: Votes) -> Receipt:
        stored = len(self.heads) - 1
        theirs = [batch.prev, *batch.heads]
        if batch.after > stored:
            return self._receipt(batch.nonce, "ok")
        common = min(stored, batch.after + len(batch.heads))
        if theirs[common - batch.after] != self.heads[common]:
            return self._receipt(batch.nonce, "fork")
        self.taken += len(batch.heads)
        self.heads += theirs[common - batch.after + 1 :]
        return self._receipt(batch.nonce, "ok")

    def _receipt(self, nonce: str, status: str) -> Receipt:
        return Receipt(
            v=1,
            epoch="0e" * 32,
            status=status,  # type: ignore[arg-type]
            through=len(self.heads) - 1,
            head=self.heads[-1],
            nonce=nonce,
            time=self.now,
        )


# ---------------------------------------------------------------- the kiosk


class Kiosk:
    """A chain of heads, a courier, and what it has marked."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.heads = [GENESIS]
        self.marked = 0
        self.now = 1000
        self.courier = Courier(random)
        self.connected = False
        self.nonce: str | None = None
        self.earned: set[Mark] = set()  # what may be marked
        self.sent: list[tuple[int, Action]] = []  # since the last receipt

    @property
    def seq(self) -> int:
        return len(self.heads) - 1

    def head_at(self, seq: int) -> str | None:
        return self.heads[seq] if seq < len(self.heads) else None

    def vote(self, count: int) -> None:
        self.heads += [self.random.randbytes(8).hex() for _ in range(count)]

    def restart(self) -> None:
        """The process dies; the chain and the cursor are on disk."""
        self.courier, self.connected, self.nonce = Courier(self.random), False, None
        self.earned.clear()
        self.sent.clear()

    def hear(self, receipt: Receipt) -> None:
        mine = self.connected and receipt.nonce == self.nonce
        if mine and receipt.status == "ok" and self.head_at(receipt.through) == receipt.head:
            self.earned.add(Mark(receipt.through, receipt.time))
        if mine:
            self.sent.clear()
        self.courier.receipt(receipt, self.head_at, self.now)

    def act(self) -> list[Message]:
        """Do all that is due now; what goes out."""
        out: list[Message] = []
        for _ in range(1000):
            due = self.courier.due()
            if due is None or due > self.now:
                return out
            out += [
                message
                for action in self.courier.advance(self.now, self.seq)
                for message in self.perform(action)
            ]
        raise AssertionError("always due, never done")

    def perform(self, action: Action) -> list[Message]:
        if not isinstance(action, Mark):
            assert self.connected, "sent without a connection"
            self.sent.append((self.now, action))
        match action:
            case Mark(through=through):
                assert action in self.earned, "marked what nobody has said in this conversation"
                self.marked = through
            case SendHello(nonce=nonce):
                self.nonce = nonce
                self.earned.clear()
                return [Hello(nonce, self.seq, self.heads[-1])]
            case SendVotes(after=after, nonce=nonce):
                assert nonce == self.nonce
                heads = tuple(self.heads[after + 1 : after + 1 + BATCH_VOTES])
                assert heads, "an empty batch"
                return [Votes(nonce, after, self.heads[after], heads)]
            case SendHealth(nonce=nonce):
                assert nonce == self.nonce
                return [Health(nonce, self.seq, self.heads[-1])]
        return []


# ---------------------------------------------------------------- all together


class NetworkMachine(RuleBasedStateMachine):
    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.kiosk = Kiosk(Random(seed))
        self.collector = Collector()
        self.backup = list(self.collector.heads)
        self.image = (list(self.kiosk.heads), self.kiosk.marked)
        self.cloned = False  # the kiosk went on from an old card: its chain may have forked
        self.up: list[Message] = []
        self.down: list[Receipt] = []
        self.cellar: list[Receipt] = []  # every receipt ever: a broker may find any of them

    def act(self) -> None:
        self.up += self.kiosk.act()

    # ------------------------------------------------------------ at the counter

    @rule(count=st.sampled_from([1, 1, 2, 5, BATCH_VOTES - 1, BATCH_VOTES, 3 * BATCH_VOTES, 3000]))
    def vote(self, count: int) -> None:
        self.kiosk.vote(count)
        self.act()

    @rule(ms=st.sampled_from([1, 100, 1000, 5000, 10_000, 60_000, 130_000]))
    def wait(self, ms: int) -> None:
        end = self.kiosk.now + ms
        while (due := self.kiosk.courier.due()) is not None and due <= end:
            self.kiosk.now = max(self.kiosk.now, due)
            self.act()
        self.kiosk.now = end
        self.collector.now += ms

    @rule()
    def connect(self) -> None:
        self.kiosk.connected = True
        self.kiosk.courier.connected(self.kiosk.now)
        self.kiosk.sent.clear()
        self.act()

    @precondition(lambda self: self.kiosk.connected)
    @rule()
    def disconnect(self) -> None:
        self.kiosk.connected = False
        self.kiosk.courier.disconnected()
        self.act()

    @rule()
    def kill_the_kiosk(self) -> None:
        self.kiosk.restart()

    @rule()
    def copy_the_card(self) -> None:
        self.image = (list(self.kiosk.heads), self.kiosk.marked)

    @rule()
    def put_the_old_card_in(self) -> None:
        self.kiosk.restart()
        heads, self.kiosk.marked = self.image
        self.cloned |= len(heads) < len(self.kiosk.heads)
        self.kiosk.heads = list(heads)

    # ------------------------------------------------------------ on the way

    @precondition(lambda self: self.up)
    @rule(data=st.data(), keep=st.booleans())
    def deliver_up(self, data: st.DataObject, keep: bool) -> None:
        """Any message, in any order, perhaps not for the last time."""
        place = data.draw(st.integers(0, len(self.up) - 1))
        receipt = self.collector.answer(self.up[place] if keep else self.up.pop(place))
        if receipt is not None:
            self.down.append(receipt)
            self.cellar.append(receipt)

    @precondition(lambda self: self.down)
    @rule(data=st.data())
    def deliver_down(self, data: st.DataObject) -> None:
        self.kiosk.hear(self.down.pop(data.draw(st.integers(0, len(self.down) - 1))))
        self.act()

    @precondition(lambda self: self.cellar)
    @rule(data=st.data())
    def find_an_old_receipt(self, data: st.DataObject) -> None:
        self.kiosk.hear(data.draw(st.sampled_from(self.cellar[-20:])))
        self.act()

    @precondition(lambda self: self.kiosk.nonce)
    @rule(through=st.integers(0, 4000), status=st.sampled_from(["ok", "held", "revoked"]))
    def say_something_else(self, through: int, status: str) -> None:
        """A receipt for a head that is nobody's, or a refusal."""
        receipt = self.collector._receipt(str(self.kiosk.nonce), status)
        self.kiosk.hear(
            Receipt(1, receipt.epoch, receipt.status, through, "ff" * 32, receipt.nonce, 2**50)
        )
        self.act()

    @rule()
    def lose_everything_on_the_way(self) -> None:
        self.up.clear()
        self.down.clear()

    @rule()
    def keep_it_flowing(self) -> None:
        self.flow(lambda: False, until=self.kiosk.now)

    # ------------------------------------------------------------ at the collector

    @rule()
    def back_up(self) -> None:
        self.backup = list(self.collector.heads)

    @rule()
    def restore(self) -> None:
        self.collector.heads = list(self.backup)

    # ------------------------------------------------------------ what is always so

    @invariant()
    def silence_is_met_with_few_messages(self) -> None:
        recent = [at for at, _ in self.kiosk.sent if at > self.kiosk.now - MINUTE]
        # 4 batches, hellos after at least 5, 10, 20 and 30 s, health every 54 s or more
        assert len(recent) <= 4 + 5 + 2

    @invariant()
    def what_is_marked_is_ours(self) -> None:
        assert self.kiosk.marked <= self.kiosk.seq

    # ------------------------------------------------------------ in the end

    @precondition(lambda self: not self.cloned)
    @rule(reconnect=st.booleans())
    def calm_down(self, reconnect: bool) -> None:
        """The network is kind from now on: all that is on the way arrives, in order."""
        if reconnect or not self.kiosk.connected:
            self.connect()
        before, missing = self.collector.taken, self.missing()
        self.flow(self.quiet)
        assert self.quiet()
        assert self.collector.heads == self.kiosk.heads
        assert self.collector.taken - before <= missing + 8 * BATCH_VOTES

    def quiet(self) -> bool:
        marked = self.kiosk.marked == self.kiosk.seq
        return marked and self.missing() == 0 and self.kiosk.courier.standing == "ok"

    def missing(self) -> int:
        return len(self.kiosk.heads) - len(self.collector.heads)

    def flow(self, done: Callable[[], bool], until: int | None = None) -> None:
        """Deliver in order at once, and let time pass, at most 10 minutes."""
        end = self.kiosk.now + 10 * MINUTE if until is None else until
        self.act()
        up, down = deque(self.up), deque(self.down)
        self.up.clear()
        self.down.clear()
        while True:
            while up or down:
                while up:
                    receipt = self.collector.answer(up.popleft())
                    down.extend([receipt] if receipt is not None else [])
                while down:
                    self.kiosk.hear(down.popleft())
                    up.extend(self.kiosk.act())
            due = self.kiosk.courier.due()
            if done() or due is None or due > end:
                return
            self.collector.now += max(0, due - self.kiosk.now)
            self.kiosk.now = max(self.kiosk.now, due)
            up.extend(self.kiosk.act())


NetworkMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestNetwork = NetworkMachine.TestCase
