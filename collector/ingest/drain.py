"""What one transaction does with the letters of one drain."""

import logging
from collections import Counter
from typing import Literal, NamedTuple

from sqlite_utils import Database

from collector.ingest.cursor import Fit, HeadAt, contradicts, fit
from collector.ingest.inbox import Arrival, Proven, Refusal
from collector.ingest.storing import Batch
from collector.ingest.timing import offset_of
from collector.ledger import desired, epochs, fleet, forks, heard, refused, registry, votes
from collector.ledger.counts import Day, Group, Tally
from collector.ledger.epochs import Epoch
from collector.ledger.held import Held, Shelf
from collector.ledger.placements import placements
from collector.ledger.refused import Bounds, Refused
from kiosk import wire
from kiosk.keys import signed_by

ReceiptStatus = Literal["ok", "held", "fork", "revoked"]

log = logging.getLogger("senyum.collector.ingest")


class Rules(NamedTuple):
    """What the collector's settings say."""

    settle_ms: int
    bounds: Bounds
    day: Day


class Answer(NamedTuple):
    """A receipt before it has its time and signature."""

    epoch: Epoch
    nonce: str
    status: ReceiptStatus


class Drain:
    """Lives as long as its transaction; `finish` writes what was gathered."""

    def __init__(self, db: Database, rules: Rules, now_ms: int) -> None:
        self._db = db
        self._rules = rules
        self._today = rules.day(now_ms // 1000)
        self._shelf = Shelf(db, rules.bounds, self._today)
        self._epochs: dict[str, Epoch] = {}
        self._moved: dict[int, Epoch] = {}
        self._gains: dict[str, Counter[Group]] = {}
        self._refused: list[Refused] = []
        self._answers: dict[tuple[str, str], Answer] = {}

    def take(self, mail: Proven | Refusal) -> None:
        if isinstance(mail, Refusal):
            self._refuse(*mail)
            return
        epoch = self._epoch_of(mail)
        if epoch is not None:
            self._hear(epoch, mail)

    def finish(self) -> list[Answer]:
        """Write what was gathered; what there is to answer, one for each conversation."""
        epochs.save_progress(self._db, self._moved.values())
        tally = Tally(self._rules.day)
        for kiosk, gains in self._gains.items():
            tally.add(gains, placements(self._db, kiosk))
        tally.write(self._db)
        refused.quarantine(self._db, self._refused, self._rules.bounds, self._today)
        return list(self._answers.values())

    # ------------------------------------------------------------ who speaks

    def _epoch_of(self, mail: Proven) -> Epoch | None:
        """The epoch for which a letter speaks; None if it may not, and is refused."""
        name = mail.letter.checkpoint.epoch
        epoch = self._epochs.get(name) or epochs.find(self._db, name) or self._begin(mail)
        if epoch is None:
            return None
        if epoch.kiosk != mail.letter.kiosk:
            self._refuse(mail.arrival, "wrong-kiosk", f"the key is that of {epoch.kiosk}")
            return None
        self._epochs[name] = epoch
        return epoch

    def _begin(self, mail: Proven) -> Epoch | None:
        """A hello shows a new key: it waits for approval."""
        kiosk, message = mail.letter.kiosk, mail.letter.message
        name = mail.letter.checkpoint.epoch
        if not isinstance(message, wire.Hello):
            self._refuse(mail.arrival, "unknown-epoch", f"epoch {name[:16]}…")
        elif not registry.is_active(self._db, kiosk):
            self._refuse(mail.arrival, "unknown-kiosk", f"no kiosk {kiosk} is registered")
        elif not epochs.room_for_held(self._db, kiosk):
            self._refuse(mail.arrival, "too-many-epochs", "others wait for approval already")
        else:
            log.warning("new_epoch kiosk=%s epoch=%s state=held", kiosk, message.epoch[:16])
            at = mail.arrival.received_ms // 1000
            return epochs.begin(self._db, kiosk, message.key, "held", at)
        return None

    # ------------------------------------------------------------ what is said

    def _hear(self, epoch: Epoch, mail: Proven) -> None:
        match mail.letter.message:
            case wire.Votes() as message:
                self._answer(epoch, message.nonce, self._hear_votes(epoch, mail, message))
            case wire.Hello() as message:
                self._answer(epoch, message.nonce, self._hear_hello(epoch, mail, message))
            case wire.Health() as message if epoch.state != "held":
                self._hear_health(epoch, mail, message)
            case wire.Status() as message if epoch.state != "held":
                fleet.save_status(self._db, epoch.kiosk, message, mail.arrival.received_ms)
            case wire.Answer() as message if epoch.state != "held":
                desired.answered(self._db, epoch.kiosk, message, mail.arrival.received_ms)
            case _:  # health or hint of an epoch that is not approved: nothing to keep
                pass

    def _hear_hello(self, epoch: Epoch, mail: Proven, message: wire.Hello) -> ReceiptStatus:
        self._learn_past(epoch, message.after)
        if epoch.state == "held":
            return "held"
        if epoch.state != "approved":
            return "revoked"
        received_ms = mail.arrival.received_ms
        epochs.greet(self._db, epoch.e, message, received_ms)
        self._anchor(epoch, message.sent, received_ms)
        return "fork" if self._forks(epoch, mail) else "ok"

    def _learn_past(self, epoch: Epoch, after: wire.Succession | None) -> None:
        """What no earlier key of this kiosk has signed says nothing, and harms nothing."""
        if after is None or epoch.follows is not None:
            return
        earlier = epochs.find(self._db, after.epoch)
        if earlier is None or earlier.e == epoch.e or earlier.kiosk != epoch.kiosk:
            return
        text = wire.succession_text(epoch.kiosk, earlier.epoch, epoch.epoch)
        if signed_by(earlier.key, bytes.fromhex(after.signature), text):
            epochs.follow(self._db, epoch, after)

    def _hear_health(self, epoch: Epoch, mail: Proven, message: wire.Health) -> None:
        """Answered only if we lack votes, or this is a clone: else the courier needs no word."""
        received_ms = mail.arrival.received_ms
        news = fleet.save_health(self._db, epoch.e, epoch.kiosk, message, received_ms)
        self._anchor(epoch, message.sent, received_ms)
        if epoch.state != "approved":
            return
        epochs.greet_by_health(self._db, epoch.e, message, received_ms)
        if self._forks(epoch, mail):
            self._answer(epoch, message.nonce, "fork")
            return
        if news:
            heard.hear(self._db, epoch.kiosk, received_ms // 1000)
        if message.seq > epoch.seq:
            self._answer(epoch, message.nonce, "ok")

    def _hear_votes(self, epoch: Epoch, mail: Proven, message: wire.Votes) -> ReceiptStatus:
        if epoch.state == "held":
            self._hold(epoch, mail, message, "unapproved")
            return "held"
        match fit(mail.letter, message, epoch.seq, self._heads(epoch)):
            case Fit.NEXT if epoch.state == "approved":
                self._store(epoch, mail, message)
            case Fit.NEXT:
                self._refuse(mail.arrival, "revoked", f"the epoch is {epoch.state}")
                return "revoked"
            case Fit.FORK:
                self._hold(epoch, mail, message, "fork")
                self._flag_fork(epoch, message.votes[0].seq, mail.arrival.received_ms)
                return "fork"
            case Fit.REPEAT | Fit.GAP:
                pass
        return "ok"

    # ------------------------------------------------------------ what is done about it

    def _store(self, epoch: Epoch, mail: Proven, message: wire.Votes) -> None:
        gains = Batch(self._db, epoch, mail, message).store(self._rules.settle_ms)
        self._gains.setdefault(epoch.kiosk, Counter()).update(gains)
        self._moved[epoch.e] = epoch

    def _anchor(self, epoch: Epoch, sent: wire.Moment, received_ms: int) -> None:
        offset = offset_of(sent, received_ms)
        if offset is not None:
            epochs.anchor(self._db, epoch.e, sent.boot, offset, received_ms)

    def _forks(self, epoch: Epoch, mail: Proven) -> bool:
        claim = mail.letter.checkpoint
        forked = contradicts(claim, epoch.seq, self._heads(epoch))
        if forked:
            self._flag_fork(epoch, claim.seq, mail.arrival.received_ms)
        return forked

    def _flag_fork(self, epoch: Epoch, seq: int, received_ms: int) -> None:
        votes.flag(self._db, epoch.e, seq, "fork")
        if forks.see(self._db, epoch.e, received_ms):
            log.error("fork kiosk=%s epoch=%s seq=%d", epoch.kiosk, epoch.epoch[:16], seq)

    def _heads(self, epoch: Epoch) -> HeadAt:
        return lambda seq: votes.head_at(self._db, epoch, seq)

    def _hold(self, epoch: Epoch, mail: Proven, message: wire.Votes, why: str) -> None:
        arrival, letter = mail
        first, last = message.votes[0].seq, letter.checkpoint.seq
        batch = Held(
            epoch.e,
            why,
            first,
            last,
            arrival.received_ms,
            arrival.topic,
            arrival.payload,
            letter.digest,
        )
        self._shelf.put(epoch.kiosk, batch)

    def _answer(self, epoch: Epoch, nonce: str, status: ReceiptStatus) -> None:
        self._answers[epoch.epoch, nonce] = Answer(epoch, nonce, status)

    def _refuse(self, arrival: Arrival, reason: str, detail: str) -> None:
        topic, payload, received_ms = arrival
        kiosk = self._known_kiosk(topic)
        self._refused.append(Refused(received_ms, kiosk, topic, reason, detail, payload))

    def _known_kiosk(self, topic: str) -> str:
        try:
            kiosk = wire.kiosk_in(topic)
        except wire.Malformed:
            return ""
        return kiosk if registry.exists(self._db, kiosk) else ""
