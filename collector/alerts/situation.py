"""What the conditions look at: as the ledger, the disk and the calendar tell it at one moment."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from collector.index.calendar import Span
from collector.index.plans import Plan
from collector.ledger.cases import Case
from collector.ledger.fleet import Machine
from collector.ledger.releases import Proposal, Release
from collector.ledger.runs import Run


class Limits(NamedTuple):
    """Beyond them something is wrong."""

    unheard_minutes: int  # of service
    disk_bytes: int
    refused: int  # messages of one kiosk in a day


class Stand(NamedTuple):
    """A kiosk in service; `hours` are those of its counter for each day since it was heard last."""

    machine: Machine
    hours: Mapping[date, tuple[Span, ...]]


class Owed(NamedTuple):
    """Complaints by the last file: agencies with some that are over, or soon will be."""

    as_of: date
    over: frozenset[str]
    near: frozenset[str]


class Course(NamedTuple):
    """The figures of an agency's last two closed months, as its head was given them."""

    agency: str
    before: Release
    now: Release
    threshold: Decimal


class Situation(NamedTuple):
    now: datetime  # in the zone in which days are cut
    limits: Limits
    born_ms: int | None  # the first entry of the journal; None: nothing was ever done
    latest: Mapping[str, Run]
    good: Mapping[str, Run]
    disk_free: int
    stands: Sequence[Stand]
    refused: Mapping[str, int]  # kiosk, '' for none, → messages in a day
    owed: Owed | None
    plans: Mapping[int, Plan]
    cases: Sequence[Case]
    proposals: Sequence[Proposal]
    courses: Sequence[Course]
