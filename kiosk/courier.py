"""Which message is due next, and what a receipt means. Pure: the moment and chance are handed in.

A conversation begins with a hello and its fresh nonce. The receipt that echoes the nonce says where
the collector stands; from there the votes go out in batches. Silence begins the conversation anew.
Only a receipt of the current conversation, for a head that is also ours, moves the cursor.
"""

from collections.abc import Callable
from random import Random
from typing import Final, Literal, NamedTuple

from kiosk.wire import BATCH_VOTES, Receipt

Standing = Literal["unknown", "ok", "held", "fork", "revoked"]

WINDOW: Final = 4  # batches on their way without a receipt
PATIENCE_MS: Final = 5_000  # silence for so long begins anew; doubled each time …
LONGEST_PATIENCE_MS: Final = 60_000  # … up to this
HEALTH_MS: Final = 60_000
JITTER: Final = 0.1  # of both, so that a fleet does not speak in chorus


class SendHello(NamedTuple):
    nonce: str


class SendVotes(NamedTuple):
    """The votes that follow seq `after`, at most BATCH_VOTES."""

    after: int
    nonce: str


class SendHealth(NamedTuple):
    nonce: str


class Mark(NamedTuple):
    """All votes up to `through`, and no others, are receipted; `time` is the collector's, ms."""

    through: int
    time: int


Action = SendHello | SendVotes | SendHealth | Mark


class Courier:
    """One kiosk's side of the conversation. Times are milliseconds since boot."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.standing: Standing = "unknown"
        self._nonce: str | None = None  # of this conversation; None: not connected
        self._cursor: int | None = None  # receipted in this conversation; None: not yet known
        self._sent = 0
        self._patience = PATIENCE_MS
        self._hello_at: int | None = None
        self._health_at = 0
        self._marks: list[Mark] = []
        self._marked: int | None = None
        self._shown_after: int | None = None  # where our branch begins, to be shown once

    # ------------------------------------------------------------ what has happened

    def connected(self, now: int) -> None:
        self._nonce = self._fresh_nonce()
        self._cursor = None
        self._patience = PATIENCE_MS
        self._hello_at = now
        self._health_at = now + self._around(HEALTH_MS)

    def disconnected(self) -> None:
        self._nonce = None
        self._cursor = None
        self._hello_at = None

    def receipt(self, receipt: Receipt, head_at: Callable[[int], str | None], now: int) -> None:
        """A receipt whose signature is the collector's. `head_at` gives our own heads."""
        if self._nonce is None or receipt.nonce != self._nonce:
            return
        self.standing = receipt.status
        if receipt.status != "ok":
            self._cursor = None
            self._hello_at = now + self._around(LONGEST_PATIENCE_MS)
        elif receipt.head == head_at(receipt.through):
            self._move(receipt, now)
        else:
            self._contradict(receipt.through, head_at)

    def _move(self, receipt: Receipt, now: int) -> None:
        through, before = receipt.through, self._cursor
        self._cursor = through
        if before is None or through < before:
            self._sent = through
        self._sent = max(self._sent, through)
        if before is not None and through > before:
            self._patience = PATIENCE_MS
            self._hello_at = now + self._around(self._patience)
        if self._sent == through:
            self._hello_at = None
        if through != self._marked:
            self._marked = through
            self._marks.append(Mark(through, receipt.time))

    def _contradict(self, through: int, head_at: Callable[[int], str | None]) -> None:
        """The collector has other votes under our seqs: this card is older than it once was.

        It cannot know that from a hello that is already beyond them, so it is shown our branch.
        """
        self.standing = "fork"
        if head_at(through) is not None:
            self._shown_after = through

    # ------------------------------------------------------------ what is due

    def due(self) -> int | None:
        """When `advance` has something to do, if nothing else happens before."""
        if self._nonce is None:
            return None
        return self._health_at if self._hello_at is None else min(self._hello_at, self._health_at)

    def advance(self, now: int, last_seq: int) -> list[Action]:
        """What is to be done now, of votes up to `last_seq`."""
        actions: list[Action] = [*self._marks]
        self._marks = []
        if self._nonce is None:
            return actions
        if self._hello_at is not None and now >= self._hello_at:
            actions.append(self._hello(now))
        actions += self._batches(self._nonce, now, last_seq)
        if now >= self._health_at:
            self._health_at = now + self._around(HEALTH_MS)
            actions.append(SendHealth(self._nonce))
        return actions

    def _hello(self, now: int) -> SendHello:
        self._nonce = self._fresh_nonce()
        self._cursor = None
        self._hello_at = now + self._around(self._patience)
        self._patience = min(LONGEST_PATIENCE_MS, 2 * self._patience)
        return SendHello(self._nonce)

    def _batches(self, nonce: str, now: int, last_seq: int) -> list[Action]:
        actions: list[Action] = []
        if self._shown_after is not None and self._shown_after < last_seq:
            actions.append(SendVotes(self._shown_after, nonce))
        self._shown_after = None
        if self._cursor is None:
            return actions
        if self._cursor == last_seq:
            self._patience = PATIENCE_MS
        end = min(last_seq, self._cursor + WINDOW * BATCH_VOTES)
        while self._sent < end:
            actions.append(SendVotes(self._sent, nonce))
            self._sent = min(self._sent + BATCH_VOTES, last_seq)
        if actions and self._hello_at is None:
            self._hello_at = now + self._around(self._patience)
        return actions

    # ------------------------------------------------------------ chance

    def _fresh_nonce(self) -> str:
        return self._random.randbytes(16).hex()

    def _around(self, duration: int) -> int:
        return round(duration * self._random.uniform(1 - JITTER, 1 + JITTER))
