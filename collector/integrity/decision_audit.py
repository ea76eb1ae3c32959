"""Figures that were given out, signatures, remarks, closed cases: as the journal says of them?"""

from sqlite_utils import Database

from collector.integrity.finding import Findings
from collector.ledger import decided
from collector.ledger.decided import Decided


def audit(db: Database, findings: Findings) -> None:
    kept, noted = decided.kept(db), decided.noted(db)
    for each in sorted(kept.keys() | noted.keys(), key=lambda each: (each.at_ms, each.name)):
        why = _wrong(each, kept, noted)
        if why:
            findings.add("decided", f"{each.name} {why}")


def _wrong(each: Decided, kept: dict[Decided, str], noted: dict[Decided, str]) -> str:
    if each not in noted:
        return "stands in no entry of the journal"
    if each not in kept:
        return "is noted in the journal, and is not there"
    return "" if kept[each] == noted[each] else "is not what was noted in the journal"
