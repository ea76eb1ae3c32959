"""Votes, their fine time and checkpoints. What is stored here is never changed."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlite_utils import Database

from collector.ledger.epochs import Epoch
from kiosk import wire


class Dating(NamedTuple):
    """When a vote was pressed, as well as that is known: in [lo, hi), Unix seconds."""

    quality: str  # A, B: within one quarter; C: between neighbours; D: no lower bound
    lo: int | None
    hi: int


class Entry(NamedTuple):
    """A vote as it is stored."""

    vote: wire.Vote
    dating: Dating
    corrects: int | None  # `replaces`, where the correction holds
    counted: bool


class First(NamedTuple):
    """What a correction must know of the vote that it replaces."""

    test: bool
    corrects: int | None
    quarter: int | None
    boot: str | None  # None once the fine time is erased
    up_ms: int | None


_INSERT_VOTE = "INSERT INTO votes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_FINE = "INSERT INTO fine VALUES (?, ?, ?, ?, ?, ?, ?)"


def insert(db: Database, e: int, entries: Sequence[Entry], received_ms: int) -> None:
    """Votes with their fine time, inside of a transaction of the caller's."""
    db.conn.executemany(_INSERT_VOTE, [_row(e, entry, received_ms) for entry in entries])
    fine = [(e, vote.seq, vote.fine) for vote, *_ in entries if vote.fine is not None]
    db.conn.executemany(_INSERT_FINE, [_fine_row(*row) for row in fine])


def _row(e: int, entry: Entry, received_ms: int) -> tuple[object, ...]:
    vote, dating, corrects, counted = entry
    origin = vote.origin
    return (
        e,
        vote.seq,
        vote.face,
        vote.question,
        vote.replaces,
        origin.epoch if origin else None,
        origin.seq if origin else None,
        vote.test,
        counted,
        vote.quarter,
        bytes.fromhex(vote.salt),
        bytes.fromhex(vote.time),
        *dating,
        corrects,
        received_ms,
    )


def _fine_row(e: int, seq: int, fine: wire.Fine) -> tuple[object, ...]:
    return (
        e,
        seq,
        bytes.fromhex(fine.tsalt),
        fine.wall,
        fine.clock == "synced",
        bytes.fromhex(fine.boot),
        fine.up,
    )


def first_of(db: Database, e: int, seq: int) -> First | None:
    row = db.conn.execute(
        "SELECT test, corrects, quarter, boot, up_ms FROM votes LEFT JOIN fine USING (e, seq)"
        " WHERE e = ? AND seq = ?",
        (e, seq),
    ).fetchone()
    if row is None:
        return None
    test, corrects, quarter, boot, up_ms = row
    return First(bool(test), corrects, quarter, boot.hex() if boot else None, up_ms)


def flag(db: Database, e: int, seq: int, what: str) -> None:
    """Something an auditor should look at."""
    db.conn.execute("INSERT OR IGNORE INTO flags VALUES (?, ?, ?)", (e, seq, what))


def add_checkpoint(db: Database, e: int, letter: wire.Letter, received_ms: int) -> None:
    _, seq, head = letter.checkpoint
    db.conn.execute(
        "INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?)",
        (e, seq, head, letter.kind, letter.digest, letter.signature, received_ms),
    )


def head_at(db: Database, epoch: Epoch, seq: int) -> str:
    """The head after vote `seq`, which is stored: from the nearest checkpoint, link by link."""
    if seq == epoch.seq:
        return epoch.head
    row = db.conn.execute(
        "SELECT seq, head FROM checkpoints WHERE e = ? AND seq <= ? ORDER BY seq DESC LIMIT 1",
        (epoch.e, seq),
    ).fetchone()
    known, head = row or (0, wire.genesis(epoch.kiosk, epoch.key))
    for vote in between(db, epoch.e, known, seq):
        head = wire.next_head(head, wire.leaf(epoch.kiosk, epoch.epoch, vote))
    return str(head)


def between(db: Database, e: int, after: int, last: int) -> Iterator[wire.Vote]:
    """The votes after `after` up to `last`, in order, without their fine time."""
    rows = db.conn.execute(
        "SELECT seq, face, question, replaces, origin_epoch, origin_seq, test, quarter, salt, time"
        " FROM votes WHERE e = ? AND seq > ? AND seq <= ? ORDER BY seq",
        (e, after, last),
    )
    for seq, face, question, replaces, origin_epoch, origin_seq, test, quarter, salt, time in rows:
        yield wire.Vote(
            seq=seq,
            face=face,
            question=question,
            replaces=replaces,
            origin=wire.Origin(origin_epoch, origin_seq) if origin_epoch else None,
            test=bool(test),
            quarter=quarter,
            salt=salt.hex(),
            time=time.hex(),
            fine=None,
        )
