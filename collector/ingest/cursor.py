"""Does a batch continue what is stored? Pure, given a way to look up a head."""

from collections.abc import Callable
from enum import Enum

from kiosk import wire

HeadAt = Callable[[int], str]  # seq, at most the stored one → the stored head there


class Fit(Enum):
    NEXT = "continues or overlaps the stored chain: what is new may be stored"
    REPEAT = "all of it is stored already"
    GAP = "something is missing before it"
    FORK = "contradicts what is stored"


def fit(letter: wire.Letter, votes: wire.Votes, stored: int, head_at: HeadAt) -> Fit:
    """How a batch fits to a chain of which `stored` votes are in the ledger."""
    first, last = votes.votes[0].seq, letter.checkpoint.seq
    if first > stored + 1:
        return Fit.GAP
    at = min(stored, last)
    head = votes.prev if at < first else letter.heads[at - first]
    if head != head_at(at):
        return Fit.FORK
    return Fit.NEXT if last > stored else Fit.REPEAT


def contradicts(checkpoint: wire.Checkpoint, stored: int, head_at: HeadAt) -> bool:
    """Does a kiosk tell another history of what is stored? Of what it has beyond, nobody knows."""
    return checkpoint.seq <= stored and checkpoint.head != head_at(checkpoint.seq)
