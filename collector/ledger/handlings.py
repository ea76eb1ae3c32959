"""How each agency handles the complaints of a period, as far as files were brought in."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from collector.index.complaints import Complaint
from collector.index.handling import Handling, handling
from collector.index.periods import Days
from collector.index.workingdays import WorkingDays
from collector.ledger.complaints import complaints_of, last_import


class Handlings(NamedTuple):
    as_of: date  # of the last file: open complaints are reckoned until then
    of: dict[str, Handling]  # agency → what it did; those without complaints are left out
    everyone: Handling  # all agencies together


def handlings(db: Database, days: Days, holiday: Callable[[date], str | None]) -> Handlings | None:
    """Of the complaints received in `days`; None if no file was ever brought in."""
    last = last_import(db)
    if last is None:
        return None
    found = complaints_of(db, days)
    every = [complaint for own in found.values() for complaint in own]
    working = working_days(every, last.as_of, holiday)
    return Handlings(
        last.as_of,
        {agency: handling(own, last.as_of, working) for agency, own in found.items()},
        handling(every, last.as_of, working),
    )


def working_days(
    complaints: Iterable[Complaint], as_of: date, holiday: Callable[[date], str | None]
) -> WorkingDays:
    """From the first day on which a clock began until `as_of`, which no day lies behind."""
    first = min((each.received for each in complaints), default=as_of)
    return WorkingDays(Days(first, as_of + timedelta(days=1)), holiday)
