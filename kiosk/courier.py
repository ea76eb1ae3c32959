"""Which message is due next, and what a receipt means. Pure: time, chance and heads are handed in.

A conversation begins with a hello and its fresh nonce. The receipt that echoes the nonce says how
far the collector is; from there the votes follow, each at most once in a conversation. Whatever
goes wrong, be it a lost message or a collector that has forgotten something, ends the conversation,
and the next begins where that collector then stands. So does an hour: a collector that has
forgotten the epoch itself cannot answer to anything but a hello.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, Protocol

from kiosk.wire import BATCH_VOTES, Receipt

WINDOW: Final = 4  # batches on their way without a receipt
PATIENCE_MS: Final = 10_000  # silence that ends a conversation; doubled after each failure …
LONGEST_PATIENCE_MS: Final = 60_000  # … up to this, and then a random share of half to all of it
REFUSED_MS: Final = 60_000  # who is told held, fork or revoked asks again so much later, or twice
LONGEST_TALK_MS: Final = 3_600_000  # of a quiet conversation; a random share of half to all of it
HEALTH_MS: Final = 60_000
HEALTH_JITTER: Final = 0.1
SETTLING_MS: Final = 5_000  # a health follows a new connection within this

# "ok", "held", "fork" and "revoked" are the collector's words; "fork" is also our own, when it has
# votes that are not ours.
Standing = Literal["unknown", "ok", "held", "fork", "revoked"]
HeadAt = Callable[[int], str | None]  # our own head after a vote; None if we do not keep it


class Chance(Protocol):
    """As random.Random: nobody may foresee a nonce, nor a fleet speak in chorus."""

    def randbytes(self, n: int, /) -> bytes: ...

    def uniform(self, a: float, b: float, /) -> float: ...


# ---------------------------------------------------------------- what is to be done


class SendHello(NamedTuple):
    nonce: str


class SendVotes(NamedTuple):
    """The votes that follow seq `after`, up to BATCH_VOTES."""

    after: int
    nonce: str


class SendHealth(NamedTuple):
    nonce: str


class Mark(NamedTuple):
    """All votes up to `through` and no others are at the collector; `time` is its clock's, ms."""

    through: int
    time: int


Action = SendHello | SendVotes | SendHealth | Mark


@dataclass
class _Conversation:
    nonce: str
    began: int
    stale_at: int  # it may have outlived what the collector remembers: begin anew
    cursor: int | None = None  # how far the collector is; None: it has not said
    sent: int = 0  # the last vote that was sent
    on_the_way: list[int] = field(default_factory=list)  # last votes of batches without a receipt
    heard_ms: int = 0  # the collector's clock in its last receipt
    contradicted: bool = False  # the collector has other votes than we
    branch: int | None = None  # show it our votes after this one
    over: bool = False  # nothing is sent or believed any more

    @property
    def waits(self) -> bool:
        """For a word of the collector, which may never come."""
        return not self.over and (self.cursor is None or bool(self.on_the_way))


class Courier:
    """One kiosk's side of the conversation. Times are milliseconds since boot."""

    def __init__(self, random: Chance, window: int = WINDOW) -> None:
        self.standing: Standing = "unknown"
        self._random = random
        self._window = window
        self._talk: _Conversation | None = None
        self._connected = False
        self._failures = 0  # conversations that brought no vote across, one after the other
        self._reached = 0  # how far the collector was when we last heard
        self._last_seq = 0
        self._fork_known = False  # the collector has said so itself
        self._hello_due: int | None = None
        self._health_due = 0
        self._marks: list[Mark] = []

    @property
    def closed(self) -> Literal["fork", "revoked"] | None:
        """The collector's own last word, if it takes no more votes of this epoch."""
        if self.standing == "revoked":
            return "revoked"
        return "fork" if self._fork_known else None

    # ------------------------------------------------------------ what has happened

    def connected(self, now: int) -> None:
        self._connected = True
        self._talk = None
        self._hello_due = now
        soon = now + self._between(SETTLING_MS / 2, SETTLING_MS)
        self._health_due = max(soon, self._health_due)

    def disconnected(self) -> None:
        self._connected = False
        self._talk = None

    def receipt(self, receipt: Receipt, head_at: HeadAt, now: int) -> None:
        """A receipt for our epoch whose signature is the collector's."""
        talk = self._talk
        # An older word than the last comes from a broker's cellar: it may tell of votes that a
        # restored collector has forgotten since.
        if talk is None or talk.over or receipt.nonce != talk.nonce or receipt.time < talk.heard_ms:
            return
        talk.heard_ms = receipt.time
        if receipt.status != "ok":
            self.standing = receipt.status
            self._fork_known = receipt.status == "fork"
            self._end(talk, now + self._between(REFUSED_MS, 2 * REFUSED_MS))
        elif receipt.head == head_at(receipt.through):
            self.standing = "ok"
            self._fork_known = False
            self._accept(talk, receipt.through, receipt.time, now)
        else:
            self.standing = "fork"
            self._contradict(talk, receipt.through, head_at, now)

    def _accept(self, talk: _Conversation, through: int, time: int, now: int) -> None:
        self._marks.append(Mark(through, time))
        progress, self._reached = through > self._reached, through
        if talk.cursor is not None and through < talk.cursor:
            # It was restored while we spoke: what is on the way would only tell it of gaps.
            self._end(talk, max(now, talk.began + PATIENCE_MS // 2))
            return
        talk.cursor, talk.sent = through, max(talk.sent, through)
        talk.on_the_way = [last for last in talk.on_the_way if last > through]
        if progress or through == self._last_seq:
            self._failures = 0
        if not talk.on_the_way:
            self._hello_due = talk.stale_at
        elif progress:
            self._hello_due = now + self._patience()

    def _contradict(self, talk: _Conversation, through: int, head_at: HeadAt, now: int) -> None:
        """The collector has votes that are not ours: this card is older than it once was.

        From a hello beyond its own votes it cannot know that, so it is shown our branch.
        """
        if talk.contradicted:
            return
        talk.contradicted, talk.cursor = True, None
        talk.on_the_way.clear()
        if head_at(through) is not None and not self._fork_known:
            talk.branch = through
        self._hello_due = now + self._patience()

    def _end(self, talk: _Conversation, hello_due: int) -> None:
        talk.over = True
        self._hello_due = hello_due

    # ------------------------------------------------------------ what is due

    def due(self) -> int | None:
        """When `advance` next has work, perhaps in the past; None: not before something happens."""
        if self._marks:
            return 0
        if not self._connected:
            return None
        if self._next_batch() is not None:
            return 0
        if self._hello_due is None:
            return self._health_due
        return min(self._hello_due, self._health_due)

    def advance(self, now: int, last_seq: int) -> list[Action]:
        """What is to be done now; `last_seq` is our last vote.

        At most one batch at a time, and due again at once for the next: to read, check and sign it
        takes a while on a small machine, and a citizen may be pressing.
        """
        self._last_seq = last_seq
        actions: list[Action] = [*self._marks]
        self._marks.clear()
        if self._connected:
            actions += self._hello(now)
            actions += self._votes(now)
            actions += self._health(now)
        return actions

    def _hello(self, now: int) -> list[Action]:
        if self._hello_due is None or now < self._hello_due:
            return []
        if self._talk is not None and self._talk.waits:
            self._failures += 1
        stale_at = now + self._between(LONGEST_TALK_MS / 2, LONGEST_TALK_MS)
        self._talk = _Conversation(self._random.randbytes(16).hex(), now, stale_at)
        self._hello_due = now + self._patience()
        return [SendHello(self._talk.nonce)]

    def _votes(self, now: int) -> list[Action]:
        talk, after = self._talk, self._next_batch()
        if talk is None or after is None:
            return []
        if not talk.waits:
            self._hello_due = now + self._patience()
        if talk.cursor is None:
            talk.branch = None
        else:
            talk.sent = min(after + BATCH_VOTES, self._last_seq)
            talk.on_the_way.append(talk.sent)
        return [SendVotes(after, talk.nonce)]

    def _next_batch(self) -> int | None:
        """After which vote the next batch begins; None if none is to be sent now."""
        talk = self._talk
        if talk is None or talk.over:
            return None
        after = talk.branch if talk.cursor is None else talk.sent
        # After a failure one batch goes ahead, lest a whole window is lost again and again.
        window = 1 if self._failures else self._window
        if after is None or after >= self._last_seq or len(talk.on_the_way) >= window:
            return None
        return after

    def _health(self, now: int) -> list[Action]:
        if self._talk is None or now < self._health_due:
            return []
        jitter = self._random.uniform(1 - HEALTH_JITTER, 1 + HEALTH_JITTER)
        self._health_due = now + round(HEALTH_MS * jitter)
        return [SendHealth(self._talk.nonce)]

    # ------------------------------------------------------------ chance

    def _patience(self) -> int:
        """How long to wait now: 5 to 10 s, after failures up to 60, each kiosk its own time."""
        longest = min(LONGEST_PATIENCE_MS, PATIENCE_MS * 2 ** min(self._failures, 10))
        return self._between(longest / 2, longest)

    def _between(self, low: float, high: float) -> int:
        return round(self._random.uniform(low, high))
