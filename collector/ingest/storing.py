"""Storing the new votes of a batch: dated, corrections checked, and what they add to the counts."""

import logging
from collections import Counter
from collections.abc import Container, Sequence

from sqlite_utils import Database

from collector.ingest.corrections import fault
from collector.ingest.inbox import Proven
from collector.ingest.timing import (
    QUARTER_MS,
    Evidence,
    bounds_of,
    floor_of,
    offset_of,
    outward,
    resolve,
)
from collector.ledger import copies, epochs, votes, windows
from collector.ledger.copies import Place
from collector.ledger.counts import Group, group_of
from collector.ledger.epochs import Epoch
from collector.ledger.votes import Dating, Entry, First
from kiosk import wire

log = logging.getLogger("senyum.collector.ingest")


class Batch:
    """The part of a batch that the ledger does not have yet."""

    def __init__(self, db: Database, epoch: Epoch, mail: Proven, message: wire.Votes) -> None:
        self._db = db
        self._epoch = epoch
        self._mail = mail
        self._message = message
        self._votes = message.votes[epoch.seq + 1 - message.votes[0].seq :]

    def store(self, settle_ms: int) -> Counter[Group]:
        """Store it, and move the epoch on; what it adds to the counts (or takes away) is returned.

        Inside of a transaction of the caller's.
        """
        received_ms = self._mail.arrival.received_ms
        kept_ms = (
            received_ms // QUARTER_MS * QUARTER_MS
        )  # a vote comes within a second of its press
        repeats = copies.repeated(self._db, self._epoch, self._votes)
        entries = self._entries(self._datings(received_ms), repeats, settle_ms)
        gains = Counter(
            (*dating, vote.question, vote.face) for vote, dating, _, counted in entries if counted
        )
        votes.insert(self._db, self._epoch.e, entries, kept_ms)
        copies.insert(self._db, self._epoch.e, repeats)
        gains.subtract(self._superseded(entries))
        votes.add_checkpoint(self._db, self._epoch.e, self._mail.letter, kept_ms)
        self._advance(kept_ms)
        return gains

    def _datings(self, received_ms: int) -> list[Dating]:
        e, sent = self._epoch.e, self._message.sent
        offset = offset_of(sent, received_ms)
        boots = {vote.fine.boot for vote in self._votes if vote.fine}
        offsets = epochs.anchors(self._db, e, boots - {sent.boot if offset is not None else ""})
        if offset is not None:
            epochs.anchor(self._db, e, sent.boot, offset, received_ms)
            offsets[sent.boot] = offset
        hello = epochs.greeting(self._db, e, sent.boot)
        bounds = bounds_of(sent, self._message.nonce, received_ms, hello)
        floor = floor_of(self._epoch.dated_at, received_ms)
        evidence = Evidence(received_ms, floor, offsets, bounds)
        datings, self._epoch.dated_at = resolve(self._votes, evidence)
        return [outward(dating) for dating in datings]

    def _entries(
        self, datings: Sequence[Dating], repeats: Container[int], settle_ms: int
    ) -> list[Entry]:
        entries: list[Entry] = []
        for vote, dating in zip(self._votes, datings, strict=True):
            corrects = None if vote.replaces is None else self._corrects(vote, entries, settle_ms)
            counted = not vote.test and vote.seq not in repeats
            entries.append(Entry(vote, dating, corrects, counted))
        return entries

    def _corrects(self, vote: wire.Vote, entries: list[Entry], settle_ms: int) -> int | None:
        """The vote that this one corrects; None if it does not, which is flagged."""
        first = self._first(vote.replaces or 0, entries)
        flag = fault(vote, first, settle_ms)
        if flag is None:
            return vote.replaces
        votes.flag(self._db, self._epoch.e, vote.seq, flag)
        log.warning("flagged kiosk=%s seq=%d flag=%s", self._epoch.kiosk, vote.seq, flag)
        return None

    def _first(self, seq: int, entries: Sequence[Entry]) -> First | None:
        """A vote of this batch, or of the ledger."""
        index = seq - self._votes[0].seq
        if 0 <= index < len(entries):
            return _as_first(entries[index])
        return votes.first_of(self._db, self._epoch.e, seq) if index < 0 else None

    def _superseded(self, entries: Sequence[Entry]) -> Counter[Group]:
        """What counted until one of these corrections came."""
        losses: Counter[Group] = Counter()
        for entry in entries:
            if entry.corrects is not None:
                losses.update(self._supersede(entry.corrects, entry.vote.seq))
        return losses

    def _supersede(self, first: int, seq: int) -> list[Group]:
        gone = windows.correct(self._db, self._place_of(first), self._place_of(seq))
        group = None if gone is None else group_of(self._db, gone)
        return [] if group is None else [group]

    def _place_of(self, seq: int) -> Place:
        return copies.first_of(self._db, Place(self._epoch.e, seq))

    def _advance(self, received_ms: int) -> None:
        _, seq, head = self._mail.letter.checkpoint
        self._epoch.seq, self._epoch.head = seq, head
        self._epoch.received_ms = received_ms


def _as_first(entry: Entry) -> First:
    vote, fine = entry.vote, entry.vote.fine
    return First(
        vote.test,
        entry.corrects,
        vote.quarter,
        fine.boot if fine else None,
        fine.up if fine else None,
    )
