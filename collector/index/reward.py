"""Who answers complaints in time and does what was promised. The index has no part in it."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from collector.index.complaints import Complaint
from collector.index.handling import Handling, handling
from collector.index.plans import FollowUp
from collector.index.workingdays import WorkingDays


class Rule(NamedTuple):
    """Bounds are included. Counts are of one half-year; the clock is the agency's own."""

    name: str
    min_cases: int
    in_time_percent: int
    max_over: int
    min_plans: int
    kept_percent: int


class Merit(NamedTuple):
    """What the rule looks at."""

    clocked: Handling  # of the complaints whose day of disposition is known
    over: int  # of all complaints
    plans: FollowUp


def merit(
    complaints: Iterable[Complaint], plans: FollowUp, as_of: date, working: WorkingDays
) -> Merit:
    """Without its day of disposition a complaint is on nobody's own clock."""
    every = list(complaints)
    clocked = [each for each in every if each.disposition is not None]
    return Merit(handling(clocked, as_of, working), handling(every, as_of, working).over, plans)


def lacking(rule: Rule, found: Merit) -> tuple[str, ...]:
    """Which bounds of the rule are not met, by name; none: the agency is on the list."""
    return tuple(_lacking(rule, found))


def _lacking(rule: Rule, found: Merit) -> Iterator[str]:
    if found.clocked.due < rule.min_cases:
        yield "min_cases"
    elif 100 * found.clocked.in_time < rule.in_time_percent * found.clocked.due:
        yield "in_time_percent"
    if found.over > rule.max_over:
        yield "max_over"
    if found.plans.due < rule.min_plans:
        yield "min_plans"
    elif 100 * found.plans.kept < rule.kept_percent * found.plans.due:
        yield "kept_percent"
