"""Votes as rows on the kiosk's own disk: a chain, receipts, retention. Nothing else touches SQLite.

A vote is counted once `append` has returned: WAL and synchronous=FULL, or the file is not used.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from kiosk import wire
from kiosk.crash import Crash, never
from kiosk.errors import SenyumError

VERSION: Final = 1  # of the tables; PRAGMA user_version
DAY_MS: Final = 86_400_000
KEEP_MS: Final = 90 * DAY_MS  # after the receipt
STRIDE_MS: Final = 2 * DAY_MS  # what retention may move on in one of the collector's days
BUSY_SECONDS: Final = 5.0
FULL: Final = 2  # PRAGMA synchronous

_TABLES: Final = (
    """
    CREATE TABLE epoch (                     -- one row: whose votes these are, and how far
        kiosk TEXT NOT NULL,
        key TEXT NOT NULL,
        base_seq INTEGER NOT NULL DEFAULT 0, -- the last vote that is no longer kept
        base_head TEXT NOT NULL,             -- and the head after it
        through INTEGER NOT NULL DEFAULT 0,  -- receipted
        collector_ms INTEGER,                -- the collector's clock, as last signed
        horizon_ms INTEGER,                  -- votes receipted before are no longer kept
        pruned_day INTEGER                   -- of the collector's clock
    ) STRICT
    """,
    """
    CREATE TABLE votes (
        seq INTEGER PRIMARY KEY,
        face TEXT NOT NULL,
        question TEXT NOT NULL,
        replaces INTEGER,
        origin_epoch TEXT,
        origin_seq INTEGER,
        test INTEGER NOT NULL,
        quarter INTEGER,
        salt TEXT NOT NULL,
        time TEXT NOT NULL,
        head TEXT NOT NULL                   -- of the chain after this vote
    ) STRICT
    """,
    """
    CREATE TABLE fine (                      -- the exact moment, a table of its own to be erased
        seq INTEGER PRIMARY KEY,
        tsalt TEXT NOT NULL,
        wall INTEGER NOT NULL,
        clock TEXT NOT NULL,
        boot TEXT NOT NULL,
        up INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE receipts (                  -- when the collector said so, by its own clock
        through INTEGER PRIMARY KEY,
        time_ms INTEGER NOT NULL
    ) STRICT
    """,
)

_INSERT_VOTE: Final = "INSERT INTO votes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_FINE: Final = "INSERT INTO fine VALUES (?, ?, ?, ?, ?, ?)"
_SELECT: Final = """
    SELECT votes.seq, face, question, replaces, origin_epoch, origin_seq, test, quarter, salt, time,
           tsalt, wall, clock, boot, up
    FROM votes LEFT JOIN fine ON fine.seq = votes.seq
"""


class OutboxError(SenyumError, RuntimeError):
    """The file cannot be the outbox of this kiosk; nothing in it was changed."""


class CannotStoreError(SenyumError, OSError):
    """The disk took no row: full, failing or locked. What was there is still there."""


class Ballot(NamedTuple):
    """A decided vote, before it has a place in the chain."""

    face: str
    question: str
    replaces: int | None
    test: bool


class Outbox:
    """The votes of one epoch. Belongs to the thread that opened it."""

    def __init__(self, db: sqlite3.Connection, kiosk: str, key: str, crash: Crash) -> None:
        self._db = db
        self._kiosk = kiosk
        self._epoch = wire.fingerprint(key)
        self._crash = crash
        self._seq, self._head = self._end()
        (self._through,) = db.execute("SELECT through FROM epoch").fetchone()

    @classmethod
    def open(cls, path: Path, kiosk: str, key: str, crash: Crash = never) -> Self:
        """Open or make the outbox of `kiosk` under public key `key`; raises OutboxError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        db: sqlite3.Connection | None = None
        try:
            db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            _make_durable(db, path)
            _make_tables(db, kiosk, key)
            _check_owner(db, path, kiosk, key)
            outbox = cls(db, kiosk, key, crash)
            outbox._check_last_head(path)
            return outbox
        except sqlite3.Error as error:
            _close(db)
            raise OutboxError(
                f"{path}: cannot be used as outbox ({error}). It is left as it is: keep a copy"
                " for rescue, and start with an empty folder"
            ) from error
        except OutboxError:
            _close(db)
            raise

    def close(self) -> None:
        self._db.close()

    # ------------------------------------------------------------ where it stands

    @property
    def checkpoint(self) -> wire.Checkpoint:
        return wire.Checkpoint(self._epoch, self._seq, self._head)

    @property
    def through(self) -> int:
        """All votes up to here are receipted."""
        return self._through

    @property
    def queue(self) -> int:
        """Votes without a receipt."""
        return self._seq - self._through

    @property
    def oldest(self) -> int:
        """The oldest vote that is kept; 0 for none."""
        (oldest,) = self._db.execute("SELECT min(seq) FROM votes").fetchone()
        return oldest or 0

    def head_at(self, seq: int) -> str | None:
        """The head after vote `seq` (0: the genesis); None if that is not kept."""
        base, head = self._base()
        if seq == base:
            return head
        row = self._db.execute("SELECT head FROM votes WHERE seq = ?", (seq,)).fetchone()
        return None if row is None else str(row[0])

    def _base(self) -> tuple[int, str]:
        base, head = self._db.execute("SELECT base_seq, base_head FROM epoch").fetchone()
        return base, head

    def _end(self) -> tuple[int, str]:
        query = "SELECT seq, head FROM votes ORDER BY seq DESC LIMIT 1"
        row: tuple[int, str] | None = self._db.execute(query).fetchone()
        return self._base() if row is None else row

    # ------------------------------------------------------------ votes

    def append(
        self, ballot: Ballot, moment: wire.Moment, random: Callable[[int], bytes]
    ) -> wire.Vote:
        """Commit a vote and return it. Raises CannotStoreError, and then nothing has changed."""
        vote = _vote(self._seq + 1, ballot, moment, random)
        head = wire.next_head(self._head, wire.leaf(self._kiosk, self._epoch, vote))
        with self._writing():
            self._db.execute(_INSERT_VOTE, (*_row(vote), head))
            self._db.execute(_INSERT_FINE, (vote.seq, *_fine_row(vote)))
            self._crash("before_commit")
        self._seq, self._head = vote.seq, head
        self._crash("after_commit")
        return vote

    def batch(self, after: int, limit: int = wire.BATCH_VOTES) -> tuple[str, tuple[wire.Vote, ...]]:
        """The head after `after`, and up to `limit` votes that follow; raises LookupError."""
        prev = self.head_at(after)
        if prev is None:
            raise LookupError(f"vote {after} is not kept, so none can be sent that follow it")
        query = f"{_SELECT} WHERE votes.seq > ? ORDER BY votes.seq LIMIT ?"
        return prev, tuple(map(_read, self._db.execute(query, (after, limit))))

    def votes(self) -> Iterator[wire.Vote]:
        """Every vote that is kept, in order."""
        yield from map(_read, self._db.execute(f"{_SELECT} ORDER BY votes.seq"))

    def probe(self) -> None:
        """Could a vote be stored now? Writes nothing; raises CannotStoreError."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("UPDATE epoch SET through = through")
        except sqlite3.Error as error:
            raise CannotStoreError(f"the outbox takes no row: {error}") from error
        finally:
            self._undo()

    # ------------------------------------------------------------ receipts and retention

    def mark_receipted(self, through: int, time_ms: int) -> None:
        """The collector has all votes up to `through`, said at `time_ms` by its clock.

        Moves forward or back: a collector restored from a backup has fewer.
        """
        with self._writing():
            self._db.execute("DELETE FROM receipts WHERE through > ?", (through,))
            self._db.execute("INSERT OR IGNORE INTO receipts VALUES (?, ?)", (through, time_ms))
            self._db.execute(
                "UPDATE epoch SET through = ?, collector_ms = ?,"
                " horizon_ms = coalesce(horizon_ms, ?)",
                (through, time_ms, time_ms - KEEP_MS),
            )
        self._through = through

    def prune(self) -> int:
        """Drop votes receipted long ago; how many. Time is the collector's, never the kiosk's.

        A collector whose clock jumps ahead makes the kiosk forget two days' votes, not all.
        """
        now, horizon, pruned_day = self._db.execute(
            "SELECT collector_ms, horizon_ms, pruned_day FROM epoch"
        ).fetchone()
        if now is None or now // DAY_MS == pruned_day:
            return 0
        horizon = max(horizon, min(now - KEEP_MS, horizon + STRIDE_MS))
        with self._writing():
            self._db.execute(
                "UPDATE epoch SET horizon_ms = ?, pruned_day = ?", (horizon, now // DAY_MS)
            )
            return self._drop_until(self._receipted_before(horizon))

    def _receipted_before(self, horizon_ms: int) -> int:
        query = "SELECT max(through) FROM receipts WHERE time_ms < ?"
        (through,) = self._db.execute(query, (horizon_ms,)).fetchone()
        return min(through or 0, self._through)

    def _drop_until(self, last: int) -> int:
        base, _ = self._base()
        if last <= base:
            return 0
        self._db.execute("UPDATE epoch SET base_seq = ?, base_head = ?", (last, self.head_at(last)))
        self._db.execute("DELETE FROM fine WHERE seq <= ?", (last,))
        self._db.execute("DELETE FROM receipts WHERE through < ?", (last,))
        return self._db.execute("DELETE FROM votes WHERE seq <= ?", (last,)).rowcount

    # ------------------------------------------------------------ the file

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo()
            raise CannotStoreError(f"the outbox takes no row: {error}") from error
        except BaseException:
            self._undo()
            raise

    def _undo(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _check_last_head(self, path: Path) -> None:
        if self._seq == self._base()[0]:
            return
        prev, votes = self.batch(self._seq - 1)
        if wire.chain(self._kiosk, self._epoch, prev, votes) != [self._head]:
            raise OutboxError(
                f"{path}: vote {self._seq} does not match its place in the chain; the file is"
                " damaged. It is left as it is: keep a copy for rescue"
            )


def _make_durable(db: sqlite3.Connection, path: Path) -> None:
    """What a lamp confirms must survive a power cut; anything less is refused."""
    (mode,) = db.execute("PRAGMA journal_mode=WAL").fetchone()
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA secure_delete=ON")
    (synchronous,) = db.execute("PRAGMA synchronous").fetchone()
    if (mode, synchronous) != ("wal", FULL):
        raise OutboxError(
            f"{path}: SQLite gave journal_mode={mode}, synchronous={synchronous}; WAL and FULL"
            " are needed. Put data_dir on a local disk"
        )


def _make_tables(db: sqlite3.Connection, kiosk: str, key: str) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version != 0:
        return
    db.execute("BEGIN IMMEDIATE")
    for statement in _TABLES:
        db.execute(statement)
    genesis = wire.genesis(kiosk, key)
    db.execute("INSERT INTO epoch (kiosk, key, base_head) VALUES (?, ?, ?)", (kiosk, key, genesis))
    db.execute(f"PRAGMA user_version={VERSION}")
    db.execute("COMMIT")


def _check_owner(db: sqlite3.Connection, path: Path, kiosk: str, key: str) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version != VERSION:
        raise OutboxError(f"{path}: tables of version {version}; this firmware knows {VERSION}")
    owner, its_key = db.execute("SELECT kiosk, key FROM epoch").fetchone()
    if owner != kiosk:
        raise OutboxError(f"{path}: holds the votes of kiosk {owner!r}, not of {kiosk!r}")
    if its_key != key:
        raise OutboxError(
            f"{path}: holds votes under key {its_key[:16]}…, but the kiosk's key is {key[:16]}…."
            " Put the old key back, or move this file away to begin a new epoch"
        )


def _close(db: sqlite3.Connection | None) -> None:
    if db is not None:
        db.close()


# ---------------------------------------------------------------- rows


def _vote(
    seq: int, ballot: Ballot, moment: wire.Moment, random: Callable[[int], bytes]
) -> wire.Vote:
    fine = wire.Fine(
        tsalt=random(16).hex(),
        wall=moment.wall,
        clock=moment.clock,
        boot=moment.boot,
        up=moment.up,
    )
    return wire.Vote(
        seq=seq,
        face=ballot.face,
        question=ballot.question,
        replaces=ballot.replaces,
        origin=None,
        test=ballot.test,
        quarter=_quarter(moment),
        salt=random(16).hex(),
        time=wire.time_commitment(fine),
        fine=fine,
    )


def _quarter(moment: wire.Moment) -> int | None:
    if moment.clock != "synced":
        return None
    return moment.wall // 1000 // wire.QUARTER_SECONDS * wire.QUARTER_SECONDS


def _row(vote: wire.Vote) -> tuple[object, ...]:
    origin = (None, None) if vote.origin is None else (vote.origin.epoch, vote.origin.seq)
    return (
        vote.seq,
        vote.face,
        vote.question,
        vote.replaces,
        *origin,
        vote.test,
        vote.quarter,
        vote.salt,
        vote.time,
    )


def _fine_row(vote: wire.Vote) -> tuple[object, ...]:
    fine = vote.fine
    return () if fine is None else (fine.tsalt, fine.wall, fine.clock, fine.boot, fine.up)


def _read(row: tuple[Any, ...]) -> wire.Vote:
    seq, face, question, replaces, origin_epoch, origin_seq, test, quarter, salt, time, *fine = row
    return wire.Vote(
        seq=seq,
        face=face,
        question=question,
        replaces=replaces,
        origin=None if origin_seq is None else wire.Origin(origin_epoch, origin_seq),
        test=bool(test),
        quarter=quarter,
        salt=salt,
        time=time,
        fine=None if fine[0] is None else wire.Fine(*fine),
    )
