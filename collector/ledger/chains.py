"""Every hash anew: do the stored votes of an epoch lead to the head that stands beside them?"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from sqlite_utils import Database

from collector.ledger.copying import Progress
from collector.ledger.votes import between
from kiosk import wire

STEP: Final = 5000  # votes between two words of progress


def broken_chains(db: Database, progress: Progress) -> list[str]:
    """In words, one for each epoch whose votes are not what its head says."""
    rows = db.conn.execute("SELECT e, epoch, kiosk, key, seq, head FROM epochs ORDER BY e")
    known = rows.fetchall()
    total, done, found = sum(row[4] for row in known), 0, []
    for e, epoch, kiosk, key, seq, head in known:
        reached = 0, wire.genesis(kiosk, key)
        for link in _links(db, e, kiosk, epoch, reached[1]):
            reached = link
            progress(done + reached[0], total)
        if reached != (seq, head):
            found.append(_words(kiosk, epoch, reached[0], seq))
        done += seq
    return found


def _links(db: Database, e: int, kiosk: str, epoch: str, head: str) -> Iterator[tuple[int, str]]:
    """From `head`, told every STEP votes: the last seq, and the head after it. Ends at a hole."""
    votes, last = between(db, e, 0, wire.MAX_INT), 0
    while part := list(islice(votes, STEP)):
        whole = [vote for at, vote in enumerate(part, last + 1) if vote.seq == at]
        if whole:
            last, head = whole[-1].seq, wire.chain(kiosk, epoch, head, whole)[-1]
            yield last, head
        if len(whole) < len(part):
            return


def _words(kiosk: str, epoch: str, last: int, seq: int) -> str:
    if last != seq:
        return f"{kiosk}, epoch {epoch[:12]}: {seq} votes are named, {last} follow without a hole"
    return f"{kiosk}, epoch {epoch[:12]}: the votes do not lead to the head that stands beside them"
