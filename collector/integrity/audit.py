"""The audit: everything that is kept against everything that proves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple

from sqlite_utils import Database

from collector.integrity import (
    belonging,
    counting,
    decision_audit,
    journal_audit,
    notes,
    receipt_audit,
    signature,
    witness_audit,
)
from collector.integrity.epoch_audit import EpochAudit, Seen, unheard
from collector.integrity.finding import KEPT, Finding, Findings, Note
from collector.integrity.journal_audit import Read
from collector.integrity.silence import Stretch, longest
from collector.integrity.standing import Standing
from collector.integrity.told import Told, nobody
from collector.integrity.witness import Place
from collector.integrity.witness_audit import File, Witnessed
from collector.ledger import evidence, guards, placements, places
from collector.ledger.counts import local_day
from collector.ledger.epochs import Epoch


class Wishes(NamedTuple):
    """What is audited beside the ledger, and how closely."""

    key: str  # the collector's public key
    zone: tzinfo  # of the deployment: days are cut there
    now: int  # Unix seconds
    brought: Sequence[File] = ()
    every_signature: bool = False


@dataclass
class Report:
    votes: int = 0
    epochs: int = 0
    signatures: int = 0
    entries: int = 0  # of the journal
    witnesses: int = 0  # kept in the ledger
    brought: int = 0
    failures: list[Finding] = field(default_factory=list)
    counted: Mapping[str, int] = field(default_factory=dict)  # kind → failures, also those not told
    notes: list[Note] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.counted


def verify(db: Database, wishes: Wishes, told: Told = nobody) -> Report:
    """`db` is a snapshot, and nothing in it is changed."""
    return _Audit(db, wishes, told).run()


class _Audit:
    def __init__(self, db: Database, wishes: Wishes, told: Told) -> None:
        self._db = db
        self._wishes = wishes
        self._told = told
        self._findings = Findings()
        self._report = Report(failures=self._findings.failures, counted=self._findings.counted)
        self._epochs = evidence.epochs(db)
        self._vague: dict[str, dict[str, int]] = {}
        self._quarters: dict[str, set[int]] = {}

    def run(self) -> Report:
        db, findings = self._db, self._findings
        witnessed = witness_audit.audit(db, self._wishes.brought, self._wishes.key, findings)
        journal = journal_audit.audit(db, witnessed.journals, findings)
        decision_audit.audit(db, findings)
        receipt_audit.audit(db, self._epochs, self._wishes.key, findings)
        for epoch in self._epochs:
            self._add(epoch, self._seen(epoch, journal))
        unheard(db, findings)
        self._compare_standing(witnessed, journal)
        self._check_rows()
        self._told("counts", 0)
        counting.audit(db, local_day(self._wishes.zone), findings)
        self._told("counts", 1)
        self._tell_of(witnessed, journal)
        return self._report

    def _seen(self, epoch: Epoch, journal: Read) -> Seen:
        audit = EpochAudit(self._db, epoch, self._findings, journal.restored_ms, self._told)
        return audit.run(self._wishes.every_signature)

    def _add(self, epoch: Epoch, seen: Seen) -> None:
        self._report.votes += seen.votes
        self._report.signatures += seen.signatures
        self._quarters.setdefault(epoch.kiosk, set()).update(seen.quarters)
        vague = self._vague.setdefault(epoch.kiosk, {})
        for quality, n in seen.vague.items():
            vague[quality] = vague.get(quality, 0) + n

    def _compare_standing(self, witnessed: Witnessed, journal: Read) -> None:
        if witnessed.latest is not None:
            standing = Standing(witnessed.latest, journal, self._findings)
            stands = [Place(*place) for place in placements.everywhere(self._db)]
            belong = belonging.digest(places.belonging(self._db))
            standing.compare(self._epochs, stands, belong)
            self._report.notes += standing.notes

    def _check_rows(self) -> None:
        """What no chain holds."""
        self._check_succession()
        for name in guards.missing(self._db):
            self._findings.add("guard", f"the trigger {name} is missing or is another")
        for table, e, n in evidence.strays(self._db):
            self._findings.add("stray", f"{n} rows of {table} belong to epoch number {e}")
        for odd in (*evidence.oddities(self._db, KEPT), *evidence.false_copies(self._db, KEPT)):
            self._findings.add("odd", odd.why, odd.kiosk, odd.epoch, odd.seq)
        for twice in evidence.counted_twice(self._db, KEPT):
            self._findings.add("twice", twice.why, twice.kiosk, twice.epoch, twice.seq)

    def _check_succession(self) -> None:
        known = {epoch.epoch: epoch for epoch in self._epochs}
        for epoch in self._epochs:
            if (epoch.follows, epoch.vouched) == (None, None):
                continue
            if not signature.by_earlier(epoch, known.get(epoch.follows or "")):
                found = f"no key has signed that it follows epoch {str(epoch.follows)[:12]}"
                self._findings.add("follows", found, epoch.kiosk, epoch.epoch)

    def _tell_of(self, witnessed: Witnessed, journal: Read) -> None:
        report, db = self._report, self._db
        report.epochs, report.entries = len(self._epochs), journal.entries
        report.witnesses, report.brought = witnessed.kept, witnessed.brought
        report.notes += (
            Note(
                "unknown-witness", "", f"{name} is not kept in this ledger: is it a restored copy?"
            )
            for name in witnessed.strangers
        )
        report.notes += notes.of_epochs(db, self._epochs)
        report.notes += notes.of_fleet(db)
        report.notes += notes.of_vague(self._vague)
        report.notes += notes.of_silence(self._silence(), self._wishes.zone)

    def _silence(self) -> dict[str, Stretch]:
        stretches = {
            kiosk: longest(quarters, placements.placements(self._db, kiosk), self._wishes.now)
            for kiosk, quarters in self._quarters.items()
        }
        return {kiosk: stretch for kiosk, stretch in stretches.items() if stretch}
