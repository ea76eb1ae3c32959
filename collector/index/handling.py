"""How an agency handles its complaints: indicators, and what of them may be told."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

from collector.index.cells import Cell, cell
from collector.index.complaints import VERIFY, Complaint, clock
from collector.index.waits import Wait, quantile
from collector.index.workingdays import WorkingDays

MINIMUM: Final = 10  # cases; below it no percentage, no days and no place
LEAST_RANKED: Final = 3  # agencies; fewer are not put in order
_MEDIAN: Final = Fraction(1, 2)
_NINETY: Final = Fraction(9, 10)


class Handling(NamedTuple):
    """Exact. Rejected complaints (not of the regency, or twice) count in nothing."""

    received: int
    handed_on: int  # with a day of disposition
    verified: int
    verified_in_time: int  # within 3 working days
    answered: int
    due: int  # answered, or their five working days are over
    in_time: int  # of those
    closed: int
    over: int  # open beyond their limit
    median: int | None  # working days to the first answer; None: not known yet
    p90: int | None


class Shown(NamedTuple):
    """As it may be told: None where nothing may. Percents are whole, low and high."""

    received: Cell
    answered: Cell | None
    closed: Cell | None
    over: Cell | None
    answered_percent: tuple[int, int] | None
    in_time_percent: tuple[int, int] | None
    closed_percent: tuple[int, int] | None
    median: int | None
    p90: int | None


def handling(complaints: Iterable[Complaint], as_of: date, working: WorkingDays) -> Handling:
    """Of one agency, as known on the day `as_of`."""
    counted = [each for each in complaints if each.status != "rejected"]
    clocks = [clock(each, as_of, working) for each in counted]
    waits = [Wait(each.age, each.reply is not None) for each in clocks]
    checked = [each.verification for each in clocks if each.verification is not None]
    return Handling(
        received=len(counted),
        handed_on=sum(each.disposition is not None for each in counted),
        verified=len(checked),
        verified_in_time=sum(days <= VERIFY for days in checked),
        answered=sum(wait.ended for wait in waits),
        due=sum(each.due for each in clocks),
        in_time=sum(each.in_time for each in clocks),
        closed=sum(each.closed is not None or each.status == "closed" for each in counted),
        over=sum(each.over for each in clocks),
        median=quantile(waits, _MEDIAN),
        p90=quantile(waits, _NINETY),
    )


def shown(found: Handling, exact: bool = False) -> Shown:
    """By the rule of small cells, or `exact`ly for whoever may see every row."""
    received = _cell(found.received, None, exact)
    enough = found.received >= MINIMUM
    answered, closed, over = (
        _cell(count, found.received, exact) if received.told is not None else None
        for count in (found.answered, found.closed, found.over)
    )
    in_time = _cell(found.in_time, found.due, exact)
    return Shown(
        received,
        answered,
        closed,
        over,
        answered_percent=answered.percent(found.received) if enough and answered else None,
        in_time_percent=in_time.percent(found.due) if found.due >= MINIMUM else None,
        closed_percent=closed.percent(found.received) if enough and closed else None,
        median=found.median if enough else None,
        p90=found.p90 if enough else None,
    )


def _cell(count: int, whole: int | None, exact: bool) -> Cell:
    return Cell(count, count) if exact else cell(count, whole)


def places(found: Mapping[str, Handling]) -> dict[str, int]:
    """Agency → its place by the share that was answered in time, 1 for the best; equals share it.

    Only of those with ten that are due, and only if there are three of them.
    """
    shares = {
        agency: Fraction(each.in_time, each.due)
        for agency, each in found.items()
        if each.due >= MINIMUM
    }
    if len(shares) < LEAST_RANKED:
        return {}
    return {
        agency: 1 + sum(other > share for other in shares.values())
        for agency, share in shares.items()
    }
