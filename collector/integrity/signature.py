"""Did the kiosk sign a checkpoint? With the key that its epoch is named after, or nothing holds."""

from collector.ledger.epochs import Epoch
from collector.ledger.evidence import Checkpoint
from kiosk import wire
from kiosk.keys import signed_by


def by_kiosk(epoch: Epoch, checkpoint: Checkpoint) -> bool:
    """Only a batch makes a checkpoint; the hash of its body stands for it."""
    if checkpoint.kind != "votes":
        return False
    topic = wire.topic_of(epoch.kiosk, "votes")
    claim = wire.Checkpoint(epoch.epoch, checkpoint.seq, checkpoint.head)
    text = wire.signed_text("votes", topic, claim, checkpoint.digest)
    return signed_by(epoch.key, checkpoint.signature, text)


def by_earlier(epoch: Epoch, earlier: Epoch | None) -> bool:
    """Has the key of the epoch that this one says it follows signed so?"""
    if earlier is None or epoch.vouched is None or earlier.kiosk != epoch.kiosk:
        return False
    try:
        word = bytes.fromhex(epoch.vouched)
    except ValueError:
        return False
    text = wire.succession_text(epoch.kiosk, earlier.epoch, epoch.epoch)
    return signed_by(earlier.key, word, text)
