"""Votes out of earlier epochs: what the chain proves and no receipt covers is carried on.

A vote is proven by its neighbours: the head beside the vote before it, and its own leaf, give the
head beside it. No damage makes such a pair by chance.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from kiosk import keys, wire
from kiosk.carrying import carried
from kiosk.crash import never
from kiosk.epochs import Epochs, Place
from kiosk.errors import SenyumError
from kiosk.keys import KeyFileError
from kiosk.outbox import Outbox
from kiosk.salvage import Owner, Salvage, salvage
from kiosk.succession import open_latest


class NothingToRescue(SenyumError, ValueError):
    """There is no epoch of this kiosk in the folder."""


class Identity(NamedTuple):
    """What makes two rows the same vote. Two cards may have used one place in the chain."""

    epoch: str
    seq: int
    salt: str


class Proven(NamedTuple):
    """What is certain about one earlier epoch."""

    place: Place
    epoch: str
    readable: int
    votes: list[wire.Vote]
    through: int  # those up to here had a receipt
    lost: list[tuple[int, int]]  # from … to: had no receipt, and cannot be read or proven


class Rescued(NamedTuple):
    """What became of one earlier epoch."""

    folder: Path
    readable: int
    proven: int
    carried: int
    lost: list[tuple[int, int]]


def rescue(
    epochs: Epochs, kiosk: str, source: Path | None, receipted: bool = False
) -> list[Rescued]:
    """Carry what is missing into the epoch in use; `source`: from a copy of a card, not this one.

    `receipted`: also what the collector once had, and may have lost. Must be alone at work here.
    May be repeated: no vote is carried twice.
    """
    in_use = open_latest(epochs, kiosk, never)
    try:
        if source is not None:
            return _rescue_copy(source, kiosk, in_use.outbox, receipted)
        places = [place for place in epochs.all() if place != in_use.place]
        if not receipted:
            places = [place for place in places if not epochs.is_rescued(place)]
        rescued = list(_rescue_all(places, kiosk, in_use.outbox, receipted))
        _note(epochs, rescued)
        return rescued
    finally:
        in_use.outbox.close()


def _rescue_copy(source: Path, kiosk: str, outbox: Outbox, receipted: bool) -> list[Rescued]:
    rescued = list(_rescue_all(_places_in(source), kiosk, outbox, receipted))
    if not any(result.proven for result in rescued):
        raise NothingToRescue(f"{source}: no vote in it is proven to be of kiosk {kiosk}")
    return rescued


def _places_in(source: Path) -> list[Place]:
    """The epochs in a copy of a data folder, or of its `epochs`."""
    inner = source / "epochs"
    places = Epochs(inner if inner.exists() else source).all()
    if not places:
        raise NothingToRescue(f"{source}: there are no epochs in it (folders 0001, 0002, …)")
    return places


def _note(epochs: Epochs, rescued: Iterable[Rescued]) -> None:
    by_folder = {place.folder: place for place in epochs.waiting()}
    for result in rescued:
        if (place := by_folder.get(result.folder)) is not None:
            epochs.note_rescue(place, f"{result.carried} votes carried, lost: {result.lost}\n")


# ---------------------------------------------------------------- what is carried


def _rescue_all(
    places: Iterable[Place], kiosk: str, outbox: Outbox, receipted: bool
) -> Iterator[Rescued]:
    found = [_prove(place, kiosk) for place in places]
    known = {_identity(outbox.checkpoint.epoch, vote) for vote in outbox.votes()}
    if not receipted:
        known |= {_identity(each.epoch, vote) for each in found for vote in _receipted(each)}
    for each in found:
        votes = [vote for vote in each.votes if _identity(each.epoch, vote) not in known]
        known |= {_identity(each.epoch, vote) for vote in votes}
        count = outbox.carry(carried(each.epoch, votes, outbox.checkpoint.seq))
        yield Rescued(each.place.folder, each.readable, len(each.votes), count, each.lost)


def _receipted(found: Proven) -> list[wire.Vote]:
    return [vote for vote in found.votes if vote.seq <= found.through]


def _identity(epoch: str, vote: wire.Vote) -> Identity:
    at = vote.origin or wire.Origin(epoch, vote.seq)
    return Identity(at.epoch, at.seq, vote.salt)


# ---------------------------------------------------------------- what is proven


def _prove(place: Place, kiosk: str) -> Proven:
    found = salvage(place.outbox)
    owners = list(_owners(found, place, kiosk))
    proofs = [list(_proven(found, owner)) for owner in owners]
    votes = max(proofs, key=len, default=[])
    epoch = wire.fingerprint(owners[proofs.index(votes)].key) if owners else ""
    lost = _ranges(_missing(found, votes))
    return Proven(place, epoch, len(found.rows), votes, found.through, lost)


def _owners(found: Salvage, place: Place, kiosk: str) -> Iterator[Owner]:
    """Under which key the votes may stand: that of the file, or that beside it."""
    if found.owner is not None and found.owner.kiosk == kiosk:
        yield found.owner
    try:
        yield Owner(kiosk, keys.load(place.key).public)
    except KeyFileError:
        return


def _proven(found: Salvage, owner: Owner) -> Iterator[wire.Vote]:
    epoch = wire.fingerprint(owner.key)
    heads = {seq: row.head for seq, row in found.rows.items()}
    heads[0] = wire.genesis(owner.kiosk, owner.key)
    heads |= dict([found.base] if found.base else [])
    for seq, (vote, head) in sorted(found.rows.items()):
        before = heads.get(seq - 1)
        if before and wire.next_head(before, wire.leaf(owner.kiosk, epoch, vote)) == head:
            yield vote


def _missing(found: Salvage, votes: list[wire.Vote]) -> list[int]:
    """Votes that must have been there, without a receipt, and are not proven."""
    proven = {vote.seq for vote in votes}
    last = max(found.rows, default=0)
    return [seq for seq in range(found.through + 1, last + 1) if seq not in proven]


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """1 2 3 7 → (1, 3) (7, 7)."""
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    members = [[number for _, number in run] for _, run in runs]
    return [(run[0], run[-1]) for run in members]
