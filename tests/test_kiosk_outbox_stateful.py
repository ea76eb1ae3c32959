"""Whatever is done with an outbox, and whenever the power goes: it is a list that only grows."""

import sqlite3
import tempfile
from itertools import takewhile
from pathlib import Path
from unittest import mock

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from kiosk import outbox, wire
from kiosk.ballot import Ballot
from kiosk.outbox import CannotStoreError
from tests.outbox import (
    DAY,
    EPOCH,
    GENESIS,
    KIOSK,
    START,
    after_a_power_cut,
    heads,
    opened,
    vote,
)

KEEP = 90 * DAY
ERASE = 30 * DAY
ballots = st.builds(
    Ballot,
    face=st.sampled_from(["frown", "neutral", "smile"]),
    question=st.sampled_from(["pelayanan", "waktu"]),
    replaces=st.none(),
    test=st.booleans(),
)


class OutboxMachine(RuleBasedStateMachine):
    """The model: all votes ever, how many are forgotten or without their time, and
    what the collector said when.
    """

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.place = Path(self.folder.name)
        self.failing = False
        self.box = opened(self.place, self.fault)
        self.votes: list[wire.Vote] = []
        self.heads = [GENESIS]
        self.base = 0
        self.receipts: list[tuple[int, int]] = []
        self.collector_ms = 0
        self.pruned_day: int | None = None
        self.erased = 0
        self.erased_day: int | None = None

    def teardown(self) -> None:
        self.box.close()
        self.folder.cleanup()

    def fault(self, point: str) -> None:
        """An I/O error in the middle of a transaction."""
        if self.failing and point.startswith("before_"):
            raise sqlite3.OperationalError("disk I/O error")

    @property
    def through(self) -> int:
        return self.receipts[-1][0] if self.receipts else 0

    # ------------------------------------------------------------ votes

    @rule(ballot=ballots)
    def append(self, ballot: Ballot) -> None:
        stored = vote(self.box, ballot)
        assert stored.seq == len(self.votes) + 1
        assert (stored.face, stored.question, stored.test) == (
            ballot.face,
            ballot.question,
            ballot.test,
        )
        self.votes.append(stored)
        self.heads = [GENESIS, *heads(self.votes)]

    @rule(ballot=ballots)
    def fail_to_append(self, ballot: Ballot) -> None:
        self.failing = True
        with pytest.raises(CannotStoreError, match="disk I/O error"):
            vote(self.box, ballot)
        self.failing = False

    @rule()
    def probe(self) -> None:
        self.box.probe()

    # ------------------------------------------------------------ receipts

    @rule(data=st.data(), days=st.integers(0, 100) | st.sampled_from([-400, 3000]))
    def receive(self, data: st.DataObject, days: int) -> None:
        """A receipt for any vote that is kept; the collector's clock may jump."""
        through = data.draw(st.integers(self.base, len(self.votes)))
        self.collector_ms = (self.collector_ms or START) + days * DAY // 2
        self.box.mark_receipted(through, self.collector_ms)
        if through != self.through:
            self.receipts = [receipt for receipt in self.receipts if receipt[0] <= through]
            if not self.receipts or self.receipts[-1][0] < through:
                self.receipts.append((through, self.collector_ms))

    @precondition(lambda self: len(self.votes) > self.base)
    @rule(data=st.data())
    def fail_to_note_a_receipt(self, data: st.DataObject) -> None:
        through = data.draw(st.integers(self.base, len(self.votes)))
        if through != self.through:
            self.failing = True
            with pytest.raises(CannotStoreError):
                self.box.mark_receipted(through, self.collector_ms)
            self.failing = False

    def receipted_ms(self, seq: int) -> int:
        """Since when the collector has had vote `seq`; for ever in the future if it has not."""
        return next((time for through, time in self.receipts if through >= seq), 2**60)

    @rule(scarce=st.booleans())
    def prune(self, scarce: bool) -> None:
        kept = range(self.base + 1, len(self.votes) + 1)
        until = self.collector_ms - KEEP
        if kept and not scarce:
            until = min(until, self.receipted_ms(kept[0]) + 2 * DAY)
        expired = list(takewhile(lambda seq: self.receipted_ms(seq) <= until, kept))
        if self.collector_ms // DAY == self.pruned_day and not scarce:
            expired = []
        room = {"SCARCE_BYTES": 2**60 if scarce else 0, "TIGHT_BYTES": 0}
        with mock.patch.multiple(outbox, **room):
            assert self.box.prune() == len(expired)
        if expired:
            self.base += len(expired)
            self.pruned_day = self.collector_ms // DAY

    @rule()
    def erase(self) -> None:
        erased = max(self.erased, self.base)
        left = range(erased + 1, len(self.votes) + 1)
        until = min(self.collector_ms - ERASE, self.receipted_ms(erased + 1) + 2 * DAY)
        due = list(takewhile(lambda seq: self.receipted_ms(seq) <= until, left))
        if self.collector_ms // DAY == self.erased_day:
            due = []
        assert self.box.erase() == sum(self.votes[seq - 1].fine is not None for seq in due)
        if due:
            self.erased, self.erased_day = due[-1], self.collector_ms // DAY
        for seq in due:
            self.votes[seq - 1] = replace(self.votes[seq - 1], fine=None)

    # ------------------------------------------------------------ ends and beginnings

    @rule()
    def reopen(self) -> None:
        self.box.close()
        self.box = opened(self.place, self.fault)
        self.forget_the_clock()

    @rule()
    def lose_power(self) -> None:
        place = Path(tempfile.mkdtemp(dir=self.folder.name)) / "copy"
        copy = after_a_power_cut(self.place, place)
        copy.close()
        self.box.close()
        self.box, self.place = opened(place, self.fault), place
        self.forget_the_clock()

    def forget_the_clock(self) -> None:
        """The collector's time is stored with receipts that moved the cursor, not without."""
        self.collector_ms = self.receipts[-1][1] if self.receipts else 0

    # ------------------------------------------------------------ what is always so

    @invariant()
    def it_is_the_list(self) -> None:
        assert list(self.box.votes()) == self.votes[self.base :]
        assert self.box.checkpoint == wire.Checkpoint(EPOCH, len(self.votes), self.heads[-1])
        assert self.box.oldest == (self.base + 1 if len(self.votes) > self.base else 0)
        assert self.box.through == max(self.through, self.base)
        assert self.box.queue == len(self.votes) - self.box.through
        assert self.box.erased == max(self.erased, self.base)

    @invariant()
    def every_batch_is_a_piece_of_the_chain(self) -> None:
        for after in range(len(self.votes) + 1):
            if after < self.base:
                assert self.box.head_at(after) is None
                continue
            assert self.box.head_at(after) == self.heads[after]
            prev, votes = self.box.batch(after, limit=3)
            assert votes == tuple(self.votes[after : after + 3])
            chained = wire.chain(KIOSK, EPOCH, prev, votes)
            assert chained == self.heads[after + 1 : after + 1 + len(votes)]


OutboxMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestOutbox = OutboxMachine.TestCase
