"""The collector's own word: its latest receipt for each epoch is a claim like a witness's."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlite_utils import Database

from collector.integrity.finding import Findings
from collector.ledger import claims, receipts
from collector.ledger.claims import Claim
from collector.ledger.epochs import Epoch
from collector.ledger.receipts import Kept
from kiosk import wire


def audit(db: Database, epochs: Iterable[Epoch], key: str, findings: Findings) -> None:
    """Add what receipts claim to the table of claims. `key`: the collector's, public."""
    for epoch in epochs:
        kept = receipts.of_epoch(db, epoch.e)
        if kept is None:
            continue
        if _is_ours(epoch, kept, key):
            claims.add(db, [_claim(epoch, kept)])
        else:
            found = f"the receipt for {kept.through} votes is not one that this collector signed"
            findings.add("receipt", found, epoch.kiosk, epoch.epoch, kept.through)


def _is_ours(epoch: Epoch, kept: Kept, key: str) -> bool:
    """The message is made again from the row: any change of it has another digest."""
    _, through, head, nonce, time_ms, digest, signature = kept
    receipt = wire.Receipt(1, epoch.epoch, "ok", through, head, nonce, time_ms)
    topic, payload = wire.seal(epoch.kiosk, receipt, lambda _: signature)
    try:
        letter = wire.unseal(topic, payload)
        letter.verify(key)
    except wire.WireError:
        return False
    return letter.digest == digest


def _claim(epoch: Epoch, kept: Kept) -> Claim:
    at = datetime.fromtimestamp(kept.time_ms / 1000, UTC)
    source = f"the receipt of {at:%Y-%m-%d %H:%M} UTC"
    return Claim(epoch.epoch, kept.through, kept.head, "", kept.time_ms, source)
