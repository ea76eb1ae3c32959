"""The counts against the votes, in words."""

from sqlite_utils import Database

from collector.integrity.finding import KEPT, Findings
from collector.ledger import recounting
from collector.ledger.counts import Day
from collector.ledger.recounting import Difference


def audit(db: Database, day: Day, findings: Findings) -> None:
    for difference in recounting.differences(db, day, KEPT):
        findings.add("counts", _words(difference))


def _words(difference: Difference) -> str:
    row = ", ".join(str(value) or "''" for value in difference.row)
    if difference.kept:
        return f"{difference.table} has ({row}), which does not follow from the votes"
    return f"{difference.table} lacks ({row}), which follows from the votes"
