"""What the rule of rewards looks at, for each agency."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from sqlite_utils import Database

from collector.index.periods import Days
from collector.index.plans import follow_up
from collector.index.reward import Merit, merit
from collector.ledger.complaints import complaints_of, last_import
from collector.ledger.handlings import working_days
from collector.ledger.plans import plans


class Merits(NamedTuple):
    as_of: date  # of the last file of complaints
    of: dict[str, Merit]  # agency → what it did; those without complaints and plans are left out


def merits(db: Database, days: Days, holiday: Callable[[date], str | None]) -> Merits | None:
    """Of the complaints received in `days`, and the plans first due in them.

    None if no file of complaints was ever brought in.
    """
    last = last_import(db)
    if last is None:
        return None
    complaints, promised = complaints_of(db, days), list(plans(db).values())
    every = [complaint for own in complaints.values() for complaint in own]
    working = working_days(every, last.as_of, holiday)
    found: dict[str, Merit] = {}
    for agency in sorted(complaints.keys() | {plan.agency for plan in promised}):
        kept = follow_up([plan for plan in promised if plan.agency == agency], days)
        if agency in complaints or kept.due:
            found[agency] = merit(complaints.get(agency, []), kept, last.as_of, working)
    return Merits(last.as_of, found)
