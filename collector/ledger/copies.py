"""One vote in several places: a kiosk that had to begin a new epoch carries votes into it.

A vote is the same vote as another of its kiosk if both first stood at the same place (`origin`, or
epoch and seq) with the same salt and the same time commitment. What was stored first counts; the
others are stored, and do not. Two cards with one key may each have a vote of the same seq and face:
their salts differ, and both count.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlite_utils import Database

from collector.ledger.epochs import Epoch
from kiosk import wire


class Place(NamedTuple):
    """Where a vote stands in the ledger."""

    e: int
    seq: int


_Identity = tuple[str, int, str, str]  # epoch and seq where it first stood, salt, commitment


def repeated(db: Database, epoch: Epoch, votes: Sequence[wire.Vote]) -> dict[int, Place]:
    """Of new votes of an epoch those that are not new: seq → where the vote was stored first."""
    found = _carried_before(db, epoch, votes)
    carried = [vote for vote in votes if vote.origin is not None]
    if carried:
        found |= _stored(db, epoch, carried)
        found |= _among_themselves(epoch, votes, found)
    return found


def _carried_before(db: Database, epoch: Epoch, votes: Sequence[wire.Vote]) -> dict[int, Place]:
    """Those that have come from a later epoch already. Asked for all at once: mostly none has."""
    rows = db.conn.execute(
        "SELECT votes.origin_seq, salt, time, votes.e, votes.seq FROM votes JOIN epochs USING (e)"
        " WHERE origin_epoch = ? AND origin_seq BETWEEN ? AND ? AND kiosk = ?",
        (epoch.epoch, votes[0].seq, votes[-1].seq, epoch.kiosk),
    ).fetchall()
    places = {(seq, salt.hex(), time.hex()): Place(*place) for seq, salt, time, *place in rows}
    same = {vote.seq: places.get((vote.seq, vote.salt, vote.time)) for vote in votes if places}
    return {seq: first_of(db, place) for seq, place in same.items() if place is not None}


def _stored(db: Database, epoch: Epoch, carried: Iterable[wire.Vote]) -> dict[int, Place]:
    found = {vote.seq: stored_at(db, epoch, vote) for vote in carried}
    return {seq: first_of(db, place) for seq, place in found.items() if place is not None}


def stored_at(db: Database, epoch: Epoch, vote: wire.Vote) -> Place | None:
    """Where a vote of this epoch is stored: where it first stood, or where it was carried to."""
    first, seq, salt, time = _identity(epoch, vote)
    same = (first, seq, bytes.fromhex(salt), bytes.fromhex(time), epoch.kiosk)
    row = db.conn.execute(
        "SELECT votes.e, votes.seq FROM votes JOIN epochs USING (e)"
        " WHERE epoch = ?1 AND votes.seq = ?2 AND salt = ?3 AND time = ?4 AND kiosk = ?5"
        " UNION ALL SELECT votes.e, votes.seq FROM votes JOIN epochs USING (e)"
        " WHERE origin_epoch = ?1 AND origin_seq = ?2 AND salt = ?3 AND time = ?4 AND kiosk = ?5"
        " LIMIT 1",
        same,
    ).fetchone()
    return Place(*row) if row else None


def _among_themselves(
    epoch: Epoch, votes: Sequence[wire.Vote], found: Mapping[int, Place]
) -> dict[int, Place]:
    """No kiosk of ours carries a vote twice; should one do, it counts once."""
    first: dict[_Identity, Place] = {}
    repeats = {}
    for vote in votes:
        place = found.get(vote.seq, Place(epoch.e, vote.seq))
        known = first.setdefault(_identity(epoch, vote), place)
        if known != Place(epoch.e, vote.seq):
            repeats[vote.seq] = known
    return repeats


def _identity(epoch: Epoch, vote: wire.Vote) -> _Identity:
    origin = vote.origin or wire.Origin(epoch.epoch, vote.seq)
    return origin.epoch, origin.seq, vote.salt, vote.time


def insert(db: Database, e: int, repeats: Mapping[int, Place]) -> None:
    """Inside of the transaction that stores the votes."""
    rows = [(e, seq, *first) for seq, first in repeats.items()]
    db.conn.executemany("INSERT INTO copies VALUES (?, ?, ?, ?)", rows)


def first_of(db: Database, place: Place) -> Place:
    """Where the vote that stands there was stored first: mostly there."""
    row = db.conn.execute("SELECT of_e, of_seq FROM copies WHERE (e, seq) = (?, ?)", place)
    return Place(*(row.fetchone() or place))
