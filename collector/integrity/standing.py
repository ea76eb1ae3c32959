"""What changed since the last witness: keys and places. Every change must have been noted."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Final

from collector.integrity.finding import Findings, Note
from collector.integrity.journal_audit import Read
from collector.integrity.witness import Head, Place, Witness
from collector.integrity.witness_audit import source
from collector.integrity.witnessing import dated
from collector.ledger.epochs import Epoch

SHORT: Final = 12  # digits of an epoch that are enough for people

# What the journal calls the deeds that change trust, places, and counters.
TRUSTING: Final = ("kiosk-added", "key-approved", "key-revoked", "key-refused")
PLACING: Final = ("kiosk-added", "kiosk-moved", "kiosk-retired")
IMPORTING: Final = ("places-imported",)


class Standing:
    """Compares with one witness. Pure."""

    def __init__(self, witness: Witness, journal: Read, findings: Findings) -> None:
        self._witness = witness
        self._source = source(witness)
        self._named = journal.named
        self._restored = journal.restored_ms >= witness.time
        self._findings = findings
        self.notes: list[Note] = []

    def compare(self, epochs: Sequence[Epoch], places: Iterable[Place], belong: str) -> None:
        """`belong`: which counter belongs where, as belonging.py hashes it."""
        before = {head.epoch: head for head in self._witness.epochs}
        for epoch in epochs:
            if epoch.epoch in before:
                self._compare_epoch(epoch, before[epoch.epoch])
            else:
                self._new_epoch(epoch)
        self._compare_places(places)
        if belong != self._witness.places:
            self._compare_counters()

    def _compare_counters(self) -> None:
        found = f"counters were added, or belong to others, since {self._source}"
        if self._is_told(IMPORTING, ""):
            self.notes.append(Note("places", "", f"{found}; the journal says by whom"))
        else:
            self._findings.add("unjournaled", found)

    def _compare_epoch(self, epoch: Epoch, head: Head) -> None:
        if not self._restored:
            self._compare_row(epoch, head)
        if epoch.state != head.state:
            self._changed(epoch, f"was {head.state} in {self._source} and is {epoch.state}")

    def _compare_row(self, epoch: Epoch, head: Head) -> None:
        now: tuple[object, ...] = (epoch.kiosk, epoch.key, epoch.added_at)
        then: tuple[object, ...] = (head.kiosk, head.key, head.added_at)
        if epoch.seq == head.seq:
            now, then = (*now, dated(epoch)), (*then, head.dated_at)
        if now != then:
            found = f"its row is not as in {self._source}"
            self._findings.add("witnessed", found, epoch.kiosk, epoch.epoch)

    def _new_epoch(self, epoch: Epoch) -> None:
        text = f"epoch {epoch.epoch[:SHORT]} is new since {self._source}, and {epoch.state}"
        if epoch.state == "held":
            self.notes.append(Note("new-epoch", epoch.kiosk, text))
        else:
            self._changed(epoch, f"is new since {self._source}, and {epoch.state}")

    def _changed(self, epoch: Epoch, how: str) -> None:
        if self._is_told(TRUSTING, epoch.epoch, epoch.key):
            text = f"epoch {epoch.epoch[:SHORT]} {how}; the journal says by whom"
            self.notes.append(Note("new-epoch", epoch.kiosk, text))
        else:
            self._findings.add("unjournaled", f"it {how}", epoch.kiosk, epoch.epoch)

    def _compare_places(self, places: Iterable[Place]) -> None:
        moved = set(places) ^ set(self._witness.placements)
        for kiosk in sorted({place.kiosk for place in moved}):
            found = f"it stands, or stood, elsewhere than in {self._source}"
            if self._is_told(PLACING, kiosk):
                self.notes.append(Note("moved", kiosk, f"{found}; the journal says by whom"))
            else:
                self._findings.add("unjournaled", found, kiosk)

    def _is_told(self, deeds: Iterable[str], *names: str) -> bool:
        """Has somebody noted such a deed since? After a restore such entries may be lost."""
        return self._restored or not self._named.isdisjoint(product(deeds, names))
