"""One step of ingest: what has arrived becomes one transaction, receipts and all."""

import logging
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import Final

import msgspec
from sqlite_utils import Database

from collector.config import IngestSection, QuarantineSection
from collector.crash import Crash
from collector.ingest.drain import Answer, Drain, Rules
from collector.ingest.inbox import Arrival, open_all
from collector.ledger import epochs, receipts, refused
from collector.ledger.counts import local_day
from collector.ledger.receipts import Kept
from collector.ledger.refused import Bounds, Refused
from collector.ledger.store import CannotCommit, LedgerError, telling, writing
from kiosk import wire
from kiosk.keys import SigningKey

log = logging.getLogger("senyum.collector.ingest")

Sealed = tuple[str, bytes]  # topic, payload

_SETTINGS: Final = IngestSection()
_BOUNDS: Final = QuarantineSection()


class Ingest:
    """Puts messages into the ledger. `now` gives Unix milliseconds."""

    def __init__(
        self,
        db: Database,
        key: SigningKey,
        zone: tzinfo,
        *,
        crash: Crash,
        now: Callable[[], int],
        settings: IngestSection = _SETTINGS,
        bounds: QuarantineSection = _BOUNDS,
    ) -> None:
        self._db = db
        self._key = key
        self._rules = Rules(
            settings.settle_ms, Bounds(**msgspec.structs.asdict(bounds)), local_day(zone)
        )
        self._now = now
        self._keys: dict[str, str] = {}
        self._crash = crash
        self.trouble = ""  # why nothing can be committed at present; empty: all is well

    def take(self, arrivals: Sequence[Arrival]) -> list[Sealed]:
        """Commit what is valid in `arrivals`; the receipts to publish, which tell of it.

        If nothing can be committed there is no receipt, and the kiosks send again.
        """
        self._crash("batch_drained")
        try:
            sealed = self._commit(arrivals)
        except CannotCommit as error:
            self._tell_trouble(str(error))
            return []
        self._tell_trouble("")
        self._crash("after_commit")
        return sealed

    def _tell_trouble(self, trouble: str) -> None:
        """Once for each change: kiosks send again and again, and a full disk has no room for it."""
        if trouble and trouble != self.trouble:
            log.error("cannot_commit error=%s: no receipts, kiosks keep their votes", trouble)
        elif self.trouble and not trouble:
            log.info("commits_again")
        self.trouble = trouble

    def _commit(self, arrivals: Sequence[Arrival]) -> list[Sealed]:
        """All in one transaction; if a message breaks it, the halves, until that one is alone."""
        try:
            return self._transact(arrivals)
        except LedgerError:
            raise
        except Exception as error:
            if len(arrivals) == 1:
                self._set_aside(arrivals[0], error)
                return []
            middle = len(arrivals) // 2
            return [*self._commit(arrivals[:middle]), *self._commit(arrivals[middle:])]

    def _transact(self, arrivals: Sequence[Arrival]) -> list[Sealed]:
        with telling(self._db):
            opened = open_all(arrivals, self._key_of)
        with writing(self._db):
            drain = Drain(self._db, self._rules, self._now())
            for mail in opened:
                drain.take(mail)
            sealed = self._seal_all(drain.finish())
            self._crash("before_commit")
        return sealed

    def _key_of(self, epoch: str) -> str | None:
        """An epoch is named after its key and never leaves the ledger: worth remembering."""
        if epoch not in self._keys:
            known = epochs.find(self._db, epoch)
            if known is None:
                return None
            self._keys[epoch] = known.key
        return self._keys[epoch]

    def _set_aside(self, arrival: Arrival, error: Exception) -> None:
        """An error of ours that only this message brings out: the others must not wait for it."""
        topic, payload, received_ms = arrival
        log.error("internal topic=%.80s", topic, exc_info=error)
        refusal = Refused(received_ms, "", topic, "internal", repr(error), payload)
        with writing(self._db):
            today = self._rules.day(self._now() // 1000)
            refused.quarantine(self._db, [refusal], self._rules.bounds, today)

    def _seal_all(self, answers: Sequence[Answer]) -> list[Sealed]:
        """Signed, and kept where they say `ok`: no such word leaves that the ledger has not."""
        now = self._now()
        sealed = [self._seal(answer, now) for answer in answers]
        good = [pair for pair in zip(answers, sealed, strict=True) if pair[0].status == "ok"]
        receipts.keep(self._db, [_kept(answer, now, *letter) for answer, letter in good])
        return sealed

    def _seal(self, answer: Answer, now_ms: int) -> Sealed:
        epoch, nonce, status = answer
        receipt = wire.Receipt(
            v=1,
            epoch=epoch.epoch,
            status=status,
            through=epoch.seq,
            head=epoch.head,
            nonce=nonce,
            time=now_ms,
        )
        return wire.seal(epoch.kiosk, receipt, self._key.sign)


def _kept(answer: Answer, now_ms: int, topic: str, payload: bytes) -> Kept:
    epoch, letter = answer.epoch, wire.unseal(topic, payload)
    return Kept(
        epoch.e, epoch.seq, epoch.head, answer.nonce, now_ms, letter.digest, letter.signature
    )
