"""An admin trusts a new key: what its kiosk has sent so far takes the way of every other batch."""

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.ingest.branches import drop_settled
from collector.ingest.inbox import Arrival
from collector.ingest.step import Ingest
from collector.ledger import epochs, forks, held, registry
from collector.ledger.deeds import By, deed
from collector.ledger.epochs import Epoch


class AlreadyApproved(CollectorError, ValueError):
    """There is nothing to decide."""


def approve(db: Database, ingest: Ingest, prefix: str, by: By) -> Epoch:
    """Approve the epoch whose name begins so; the epoch as it is after its held batches are in.

    Should the collector die between, nothing is lost: `held` made the kiosk keep its votes.
    """
    with deed(db, by, "key-approved") as detail:
        epoch = registry.find_epoch(db, prefix)
        if epoch.state == "approved":
            raise AlreadyApproved(f"epoch {epoch.epoch[:12]} of {epoch.kiosk} is approved already")
        epochs.set_state(db, epoch, "approved")
        forks.settle(db, epoch.follows)
        waiting = held.release(db, epoch.e)
        detail.update(kiosk=epoch.kiosk, epoch=epoch.epoch)
    ingest.take([Arrival(*row) for row in waiting])
    drop_settled(db)
    return registry.find_epoch(db, epoch.epoch)
