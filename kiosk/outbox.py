"""Votes as rows on the kiosk's own disk: a chain, receipts, retention.

A vote counts once `append` has returned: journal_mode=WAL and synchronous=FULL, or the file is not
used. Nothing is written while nothing happens.
"""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, Self

from kiosk import wire
from kiosk.ballot import Ballot, vote_of
from kiosk.crash import Crash, never
from kiosk.outbox_file import (
    SELECT_FINE,
    CannotStoreError,
    DamagedError,
    OutboxError,
    OutboxFile,
)
from kiosk.retention import DAY_MS, ERASE_MS, KEEP_MS, Retention
from kiosk.rows import fine_of, fine_row, vote_row
from kiosk.rows import vote_of as vote_in

__all__ = ["Ballot", "CannotStoreError", "DamagedError", "Outbox", "OutboxError"]

SCARCE_BYTES: Final = 64 * 1024 * 1024  # with less room than this, all that is old goes at once
TIGHT_BYTES: Final = 16 * 1024 * 1024  # with less than this, what is not old yet makes room

_INSERT_VOTE: Final = "INSERT INTO votes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_FINE: Final = "INSERT INTO fine VALUES (?, ?, ?, ?, ?, ?)"
_SELECT: Final = """
    SELECT votes.seq, face, question, replaces, origin_epoch, origin_seq, test, quarter,
           lower(hex(salt)), lower(hex(time)),
           lower(hex(tsalt)), wall, synced, lower(hex(boot)), up
    FROM votes LEFT JOIN fine ON fine.seq = votes.seq
    WHERE votes.seq > ? ORDER BY votes.seq LIMIT ?
"""


class Outbox:
    """The votes of one epoch. Belongs to the thread that opened it."""

    def __init__(self, file: OutboxFile, kiosk: str, key: str, crash: Crash) -> None:
        """Over a file that `open` has opened."""
        self._file = file
        self._db = file.db
        self._kiosk = kiosk
        self._epoch = wire.fingerprint(key)
        self._crash = crash
        self._retention = Retention(file)
        self._log_is_clean = False  # who knows what a process that was killed has left in it
        self._base_seq, self._base_head = self._read_base()
        self._seq, self._head = self._read_end()
        self._through, self._collector_ms = self._read_cursor()
        self._erased_seq, self._receipted = self._read_notes()
        self._check_end()

    @classmethod
    def open(cls, path: Path, kiosk: str, key: str, crash: Crash = never) -> Self:
        """Open or make the outbox of `kiosk` under the public `key`; raises OutboxError."""
        file = OutboxFile.open(path, kiosk, key)
        try:
            return cls(file, kiosk, key, crash)
        except BaseException:
            file.close()
            raise

    def close(self) -> None:
        self._file.close()

    @property
    def damage(self) -> DamagedError | None:
        """What was found to be wrong with the file since it was opened."""
        return self._file.damage

    # ------------------------------------------------------------ where it stands

    @property
    def checkpoint(self) -> wire.Checkpoint:
        return wire.Checkpoint(self._epoch, self._seq, self._head)

    @property
    def through(self) -> int:
        """All votes up to here have a receipt."""
        return self._through

    @property
    def queue(self) -> int:
        """Votes without a receipt."""
        return self._seq - self._through

    @property
    def oldest_waiting(self) -> wire.Fine | None:
        """When the oldest vote without a receipt was pressed; None: none waits, or it is erased.

        Raises OutboxError where the disk does not answer.
        """
        rows = self._file.select(SELECT_FINE, self._through + 1)
        return fine_of(*rows[0]) if rows else None

    @property
    def oldest(self) -> int:
        """The oldest vote that is kept; 0 for none."""
        return self._base_seq + 1 if self._seq > self._base_seq else 0

    @property
    def ever_receipted(self) -> bool:
        """Has the collector ever had a vote of this epoch? Then it was trusted."""
        return self._receipted

    def head_at(self, seq: int) -> str | None:
        """The head after vote `seq` (0: the genesis); None if it is not kept."""
        if seq == self._base_seq:
            return self._base_head
        rows = self._file.select("SELECT lower(hex(head)) FROM votes WHERE seq = ?", seq)
        return rows[0][0] if rows else None

    # ------------------------------------------------------------ votes

    def append(
        self, ballot: Ballot, moment: wire.Moment, random: Callable[[int], bytes]
    ) -> wire.Vote:
        """Commit a vote and return it.

        Raises CannotStoreError, and NotAVote for what the wire would refuse; nothing has changed
        then, and the next try may succeed. After a DamagedError it will not.
        """
        vote = vote_of(ballot, self._seq + 1, moment, random)
        with self._file.writing():
            head = self._insert(vote, self._head)
            self._crash("before_commit")
        self._seq, self._head = vote.seq, head
        self._crash("after_commit")
        return vote

    def carry(self, votes: Iterable[wire.Vote]) -> int:
        """Commit votes that first stood elsewhere, all or none, and tell how many.

        They follow the last vote, one after the other; see kiosk/carrying.py.
        """
        seq, head = self._seq, self._head
        with self._file.writing():
            for vote in votes:
                seq, head = vote.seq, self._insert(vote, head)
        count = seq - self._seq
        self._seq, self._head = seq, head
        return count

    def _insert(self, vote: wire.Vote, prev: str) -> str:
        """The head after the vote, within a transaction."""
        head = wire.next_head(prev, wire.leaf(self._kiosk, self._epoch, vote))
        self._db.execute(_INSERT_VOTE, vote_row(vote, head))
        if vote.fine is not None:
            self._db.execute(_INSERT_FINE, fine_row(vote.seq, vote.fine))
        return head

    def batch(self, after: int, limit: int = wire.BATCH_VOTES) -> tuple[str, tuple[wire.Vote, ...]]:
        """The head after vote `after`, and up to `limit` votes that follow it.

        They are the votes that were committed, or DamagedError; LookupError if `after` is not kept.
        """
        prev = self.head_at(after)
        if prev is None:
            raise LookupError(f"vote {after} is not kept, so what followed it cannot be proven")
        votes = tuple(map(vote_in, self._file.select(_SELECT, after, limit)))
        if len(votes) < min(limit, self._seq - after) or not self._are_ours(prev, votes):
            raise self._file.damaged(f"the votes after {after} are not as they were stored")
        return prev, votes

    def votes(self, after: int = 0) -> Iterator[wire.Vote]:
        """Every vote that is kept, in order; those after vote `after` if it is given."""
        after = max(after, self._base_seq)
        while after < self._seq:
            _, votes = self.batch(after)
            yield from votes
            after = votes[-1].seq

    def probe(self) -> None:
        """Could a vote be stored now? Writes nothing; raises CannotStoreError, DamagedError."""
        self._file.probe()

    # ------------------------------------------------------------ the epoch before

    @property
    def after(self) -> wire.Succession | None:
        """The epoch before this one, and its key's word; None for the first."""
        ((epoch, signature),) = self._file.select(
            "SELECT after_epoch, lower(hex(after_signature)) FROM epoch"
        )
        return None if epoch is None else wire.Succession(epoch, signature)

    def follow(self, after: wire.Succession) -> None:
        """Note which epoch this one follows."""
        values = (after.epoch, bytes.fromhex(after.signature))
        with self._file.writing():
            self._db.execute("UPDATE epoch SET after_epoch = ?, after_signature = ?", values)

    def last_carried(self) -> int:
        """The last of the votes that are kept here and first stood elsewhere; 0 for none."""
        query = "SELECT coalesce(max(seq), 0) FROM votes WHERE origin_seq IS NOT NULL"
        return int(self._file.select(query)[0][0])

    # ------------------------------------------------------------ receipts

    def mark_receipted(self, through: int, time_ms: int) -> None:
        """The collector has all votes up to `through`, and said so at `time_ms` of its clock.

        Moves the cursor forward, or back: a collector restored from a backup has fewer. Raises
        LookupError for a place that is not kept, and CannotStoreError.
        """
        if not self._base_seq <= through <= self._seq:
            raise LookupError(f"a receipt for {through}; kept: {self._base_seq} to {self._seq}")
        if through != self._through:
            self._move_cursor(through, time_ms)
        self._through, self._collector_ms = through, time_ms

    def _move_cursor(self, through: int, time_ms: int) -> None:
        with self._file.writing():
            self._db.execute("DELETE FROM receipts WHERE through > ?", (through,))
            # Back to a receipt that we have: those votes have been there since then.
            self._db.execute("INSERT OR IGNORE INTO receipts VALUES (?, ?)", (through, time_ms))
            if through > 0 and not self._receipted:
                self._db.execute("UPDATE epoch SET receipted = 1")
            self._crash("before_receipt_mark")
        self._receipted |= through > 0
        self._crash("after_receipt_mark")

    # ------------------------------------------------------------ retention

    @property
    def forgotten(self) -> int:
        """The last vote that is no longer kept; 0 for none."""
        return self._base_seq

    @property
    def erased(self) -> int:
        """The last vote whose exact time is no longer kept; 0 for none."""
        return max(self._erased_seq, self._base_seq)

    def prune(self, keep_ms: int = KEEP_MS) -> int:
        """Forget votes receipted `keep_ms` ago; how many. Raises CannotStoreError.

        No more at once than kiosk/retention.py allows, unless the disk is nearly full. When it is
        all but full, the oldest of the younger ones go too, at that pace: their rows make room for
        new votes. One without a receipt never goes.
        """
        last, old_ms = self._base_seq, self._collector_ms - keep_ms
        room = self._room()
        if room < SCARCE_BYTES:
            last = self._retention.receipted_by(last, self._through, old_ms)
        if not self._is_today("pruned_day"):
            until_ms = old_ms if room >= TIGHT_BYTES else self._collector_ms
            last = max(last, self._retention.due(self._base_seq, self._through, until_ms))
        count = self._forget(last)
        self._clean_log()
        return count

    def erase(self, everything: bool = False) -> int:
        """Erase the exact time of votes receipted 30 days ago, or of all; of how many."""
        erased = last = self.erased
        if everything:
            last = self._seq
        elif not self._is_today("erased_day"):
            last = self._retention.due(erased, self._through, self._collector_ms - ERASE_MS)
        count = self._erase_to(last) if last > erased else 0
        self._clean_log()
        return count

    def _room(self) -> float:
        """Bytes that the disk still has; as good as any number if it does not say."""
        try:
            disk = os.statvfs(self._file.path)
        except OSError:  # whatever it is, forgetting votes would not mend it
            return math.inf
        return disk.f_bavail * disk.f_frsize

    @property
    def _collector_day(self) -> int:
        return self._collector_ms // DAY_MS

    def _is_today(self, column: str) -> bool:
        query = f"SELECT 1 FROM epoch WHERE {column} = ?"  # noqa: S608  a name of ours
        return bool(self._file.select(query, self._collector_day))

    def _forget(self, last: int) -> int:
        forgotten, head = last - self._base_seq, self.head_at(last)
        if forgotten <= 0 or head is None:
            return 0
        with self._file.writing():
            self._db.execute("DELETE FROM fine WHERE seq <= ?", (last,))
            self._db.execute("DELETE FROM votes WHERE seq <= ?", (last,))
            self._db.execute("DELETE FROM receipts WHERE through < ?", (last,))
            self._db.execute(
                "UPDATE epoch SET base_seq = ?, base_head = ?, pruned_day = ?",
                (last, bytes.fromhex(head), self._collector_day),
            )
        self._base_seq, self._base_head = last, head
        self._log_is_clean = False
        return forgotten

    def _erase_to(self, last: int) -> int:
        with self._file.writing():
            count = self._db.execute("DELETE FROM fine WHERE seq <= ?", (last,)).rowcount
            values = (last, self._collector_day)
            self._db.execute("UPDATE epoch SET erased_seq = ?, erased_day = ?", values)
        self._erased_seq = last
        self._log_is_clean = False
        return count

    def _clean_log(self) -> None:
        """What is erased from the tables is not to be read in the log either."""
        if not self._log_is_clean:
            self._log_is_clean = self._file.empty_log()

    # ------------------------------------------------------------ reading

    def _read_base(self) -> tuple[int, str]:
        seq, head = self._file.select("SELECT base_seq, lower(hex(base_head)) FROM epoch")[0]
        if not isinstance(seq, int):  # the tables' own description is damaged
            raise self._file.damaged("it does not say which votes it no longer keeps")
        return seq, head

    def _read_end(self) -> tuple[int, str]:
        query = "SELECT seq, lower(hex(head)) FROM votes ORDER BY seq DESC LIMIT 1"
        rows = self._file.select(query)
        return rows[0] if rows else (self._base_seq, self._base_head)

    def _read_cursor(self) -> tuple[int, int]:
        query = "SELECT through, time_ms FROM receipts ORDER BY through DESC LIMIT 1"
        rows = self._file.select(query)
        return rows[0] if rows else (0, 0)

    def _read_notes(self) -> tuple[int, bool]:
        erased, receipted = self._file.select("SELECT erased_seq, receipted FROM epoch")[0]
        if not isinstance(erased, int):
            raise self._file.damaged("it does not say which exact times are erased")
        return erased, bool(receipted)

    def _check_end(self) -> None:
        """What is appended continues the last vote, so that one must be right."""
        if self._seq > self._base_seq:
            if self.head_at(self._seq - 1) is None:
                raise self._file.damaged(f"vote {self._seq} follows nothing")
            self.batch(self._seq - 1)
        if not self._base_seq <= self._through <= self._seq:
            raise self._file.damaged(f"it has receipts to {self._through}, votes to {self._seq}")

    def _are_ours(self, prev: str, votes: tuple[wire.Vote, ...]) -> bool:
        """Do they lead from `prev` to the head that we keep, each at its time?"""
        if not votes:
            return True
        head = wire.chain(self._kiosk, self._epoch, prev, votes)[-1]
        return head == self.head_at(votes[-1].seq) and all(map(_timed, votes))


def _timed(vote: wire.Vote) -> bool:
    return vote.fine is None or wire.time_commitment(vote.fine) == vote.time
