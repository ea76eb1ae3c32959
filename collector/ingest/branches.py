"""Batches of a fork that an admin has decided about: they go when all of their votes have come.

The card that told another history carries its votes into a new epoch. What has not come by then is
kept, within the bounds and for the time of everything that is held.
"""

from sqlite_utils import Database

from collector.ledger import copies, epochs, held
from collector.ledger.held import Branch
from collector.ledger.store import writing
from kiosk import wire


def drop_settled(db: Database) -> int:
    """How many were dropped. Each is a short transaction of its own."""
    return sum(_drop_if_come(db, id_) for id_ in held.settled_branches(db))


def _drop_if_come(db: Database, id_: int) -> bool:
    with writing(db):
        branch = held.branch(db, id_)
        if branch is None or not _has_come(db, branch):
            return False
        held.drop_branch(db, id_)
        return True


def _has_come(db: Database, branch: Branch) -> bool:
    letter = wire.unseal(branch.topic, branch.payload)
    epoch = epochs.find(db, letter.checkpoint.epoch)
    if epoch is None or not isinstance(letter.message, wire.Votes):
        return False
    return all(copies.stored_at(db, epoch, vote) for vote in letter.message.votes)
