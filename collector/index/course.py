"""How an agency's index ran, week by week or month by month, up to the period that is shown."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from collector.index.dispersion import INDEPENDENT
from collector.index.figure import Figure, figure
from collector.index.periods import Days, containing, previous
from collector.index.scales import DEFAULT, FaceMapping

Step = Literal["week", "month"]

SHOWN: Final[dict[Step, int]] = {"week": 26, "month": 13}
LONG: Final = 92  # days; a longer period is shown by months unless weeks are asked for


class Dated(NamedTuple):
    """Votes of one face that lie somewhere in `days`; `c` of them are of time quality C."""

    days: Days
    face: str
    n: int
    c: int


class Point(NamedTuple):
    days: Days
    figure: Figure
    c: int  # of its votes, those of time quality C
    vague: int = 0  # of its votes, those that are dated to within some days only


def usual_step(days: Days) -> Step:
    return "month" if len(days) > LONG else "week"


def steps(step: Step, days: Days, begun: date, today: date) -> list[Days]:
    """Closed weeks or months, oldest first: those of `days`, and before them some to compare.

    None from before the first vote. Empty when no week or month is closed yet.
    """
    current = containing(step, min(days.last, today - timedelta(days=1)))
    if current.end > today:
        current = previous(step, current)
    found: list[Days] = []
    while current.end > begun and (len(found) < SHOWN[step] or current.end > days.first):
        found.append(current)
        current = previous(step, current)
    return found[::-1]


def weeks(begun: date, today: date) -> list[Days]:
    """All closed weeks since the first vote, oldest first."""
    monday, found = containing("week", begun), []
    while monday.end <= today:
        found.append(monday)
        monday = containing("week", monday.end)
    return found


def course(
    votes: Iterable[Dated],
    shown: list[Days],
    phi: Decimal = INDEPENDENT,
    mapping: FaceMapping = DEFAULT,
) -> list[Point]:
    """The figure of each step, of the votes that certainly lie in it.

    A vote that is dated to within some days counts in the step that holds them all, if one does;
    one with a face of another scale than that of the mapping counts nowhere.
    """
    sums: list[Counter[str]] = [Counter() for _ in shown]
    vague = [0] * len(shown)
    ends = [days.end for days in shown]
    for group in votes:
        step = bisect_right(ends, group.days.first)
        known = group.face in mapping.points
        if known and step < len(shown) and shown[step].holds(group.days):
            sums[step][group.face] += group.n
            vague[step] += group.c
    figures = [figure(tally, mapping, phi) for tally in sums]
    return [Point(*each) for each in zip(shown, figures, vague, strict=True)]
