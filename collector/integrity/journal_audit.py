"""The journal of what people did: its chain, and what it says of keys, kiosks and restores."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlite_utils import Database

from collector.integrity.finding import Findings
from collector.integrity.witness_audit import JournalClaim
from collector.ledger import journal
from collector.ledger.journal import Entry

RESTORED: Final = (
    "restored"  # what a restore notes: older copies may differ from what was witnessed
)


Named = tuple[str, str]  # what was done, such as kiosk-moved, and a kiosk or epoch that it names


class Read(NamedTuple):
    entries: int
    restored_ms: int  # when the ledger was last restored; 0 for never
    named: frozenset[Named]  # by entries after the last witness


def audit(db: Database, claims: Sequence[JournalClaim], findings: Findings) -> Read:
    reader = _Reader(findings, after_ms=max((claim.at_ms for claim in claims), default=0))
    due = {claim.n: claim for claim in claims}
    heads: dict[int, str] = {0: journal.BEGIN}
    for entry in journal.entries(db, after=FIRST):
        reader.take(entry)
        if entry.n in due:
            heads[entry.n] = entry.head
    for claim in claims:
        reader.compare(claim, heads.get(claim.n))
    return Read(reader.n, reader.restored_ms, frozenset(reader.named))


FIRST: Final = -(2**63)


class _Reader:
    def __init__(self, findings: Findings, after_ms: int) -> None:
        self._findings = findings
        self._after_ms = after_ms
        self._head = journal.BEGIN
        self.n = 0
        self.restored_ms = 0
        self.named: set[Named] = set()

    def take(self, entry: Entry) -> None:
        if entry.n != self.n + 1:
            self._fail(entry.n, f"entry {entry.n} stands where entry {self.n + 1} belongs")
        elif entry.head != journal.next_head(self._head, entry[:-1]):
            self._fail(entry.n, f"entry {entry.n} ({entry.what}) is not the one that was noted")
        self.n, self._head = entry.n, entry.head
        if entry.what == RESTORED:
            self.restored_ms = max(self.restored_ms, entry.at_ms)
        if entry.at_ms >= self._after_ms:
            self.named.add((entry.what, ""))
            self.named.update((entry.what, text.lower()) for text in _texts(entry.detail))

    def compare(self, claim: JournalClaim, head: str | None) -> None:
        """After a restore the entries since the backup are gone, and no kiosk has them."""
        if head == claim.head or claim.at_ms <= self.restored_ms:
            return
        if head is None:
            found = f"{claim.source} has {claim.n} entries, the ledger {self.n}"
        else:
            found = f"entry {claim.n} is not the one that {claim.source} has"
        self._fail(claim.n, found)

    def _fail(self, n: int, found: str) -> None:
        self._findings.add("journal", found, seq=n)


def _texts(detail: str) -> Iterator[str]:
    """Every text in an entry's detail, however deep."""
    try:
        yield from _within(json.loads(detail))
    except (ValueError, RecursionError):
        return


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _each(value.values())
    elif isinstance(value, list):
        yield from _each(value)


def _each(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from _within(value)
