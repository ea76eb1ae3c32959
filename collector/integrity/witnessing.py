"""Taking a witness: every chain goes on from where the one before left it, and must hold."""

from collections.abc import Mapping
from hashlib import sha256
from typing import cast

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.integrity import belonging, chain, signature
from collector.integrity.chain import Stand, Walk
from collector.integrity.told import Told
from collector.integrity.witness import Head, Journal, Place, State, Witness, seal, unseal
from collector.ledger import evidence, journal, placements, places, witnesses
from collector.ledger.epochs import Epoch
from collector.ledger.evidence import Checkpoint
from collector.ledger.store import writing
from collector.ledger.witnesses import Kept
from kiosk.keys import SigningKey
from kiosk.wire import QUARTER_SECONDS


class NotWitnessed(CollectorError, RuntimeError):
    """What would be witnessed does not hold, or has moved on."""


def take(db: Database, key: SigningKey, now_ms: int, told: Told) -> tuple[Witness, bytes]:
    """A witness of what `db`, a snapshot, holds, and its file. Raises NotWitnessed.

    It reads only the votes since the last witness: verifying the others is the audit's work.
    """
    last = witnesses.last(db)
    before = unseal(last.file, key.public, f"witness {last.n}").witness if last else None
    stands = {h.epoch: Stand(h.seq, h.head, h.filed) for h in before.epochs} if before else {}
    witness = Witness(
        v=1,
        n=last.n + 1 if last else 1,
        prev=last.digest if last else None,
        time=now_ms,
        key=key.public,
        journal=Journal(*journal.last(db)),
        places=belonging.digest(places.belonging(db)),
        epochs=tuple(_head(db, epoch, stands, told) for epoch in evidence.epochs(db)),
        placements=tuple(Place(*place) for place in placements.everywhere(db)),
    )
    return witness, seal(witness, key)


def keep(db: Database, witness: Witness, file: bytes) -> None:
    """Record it in the ledger, as the next one. Raises NotWitnessed."""
    with writing(db):
        last = witnesses.last(db)
        if (last.digest if last else None) != witness.prev:
            raise NotWitnessed("another witness was taken meanwhile; call again")
        digest = sha256(file).hexdigest()
        witnesses.add(db, Kept(witness.n, witness.time, digest, file))


def _head(db: Database, epoch: Epoch, stands: Mapping[str, Stand], told: Told) -> Head:
    start = stands.get(epoch.epoch) or chain.beginning(epoch.kiosk, epoch.key)
    walk = Walk(epoch.kiosk, epoch.epoch, start, evidence.rows(db, epoch.e, start.seq))
    if not _holds(db, epoch, walk):
        raise NotWitnessed(
            f"{epoch.kiosk}: the votes of epoch {epoch.epoch[:12]} after {start.seq} do not hold;"
            " nothing was witnessed. 'senyum-collector audit verify' says what is wrong"
        )
    told("votes", walk.votes)
    return Head(
        epoch.kiosk,
        epoch.epoch,
        epoch.key,
        cast(State, epoch.state),
        epoch.added_at,
        dated(epoch),
        *walk.stand,
    )


def dated(epoch: Epoch) -> int | None:
    """Down to the quarter: a witness is kept for ever, and must tell no second of a press."""
    return None if epoch.dated_at is None else epoch.dated_at // QUARTER_SECONDS * QUARTER_SECONDS


def _holds(db: Database, epoch: Epoch, walk: Walk) -> bool:
    """Walk to the end: do votes, checkpoints, the last signature and the epoch's row agree?"""
    last: Checkpoint | None = None
    for checkpoint in evidence.checkpoints(db, epoch.e, walk.seq):
        walk.to(checkpoint.seq)
        walk.meet(checkpoint)
        last = checkpoint
    signed = walk.seq
    walk.rest()
    return (
        not walk.faults
        and (walk.seq, walk.head) == (epoch.seq, epoch.head)
        and walk.seq == signed
        and (last is None or signature.by_kiosk(epoch, last))
    )
