"""A vote that is carried into a later epoch: what stays as it was pressed, what is new. Pure."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from kiosk import wire


def carried(epoch: str, votes: Iterable[wire.Vote], after: int) -> Iterator[wire.Vote]:
    """`votes` of `epoch`, in their order, as they stand behind vote `after` of a later epoch.

    Each names as its origin where it first stood. A correction goes with the vote that it corrects;
    where that one stays behind, the first correction stands for it, and later ones correct that.
    """
    places: dict[int, int] = {}
    for seq, vote in enumerate(votes, after + 1):
        places[vote.seq] = seq
        yield replace(
            vote,
            seq=seq,
            replaces=_first(vote, seq, places),
            origin=vote.origin or wire.Origin(epoch, vote.seq),
        )


def _first(vote: wire.Vote, seq: int, places: dict[int, int]) -> int | None:
    """Where the first vote of its window stands now; None if that is this one."""
    if vote.replaces is None:
        return None
    first = places.setdefault(vote.replaces, seq)
    return None if first == seq else first
