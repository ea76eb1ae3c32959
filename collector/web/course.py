"""How an agency's index ran, week by week or month by month, up to the period that is shown."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from collector.index.dispersion import INDEPENDENT
from collector.index.figure import Figure, figure
from collector.index.periods import Days, containing, previous

Step = Literal["week", "month"]

SHOWN: Final[dict[Step, int]] = {"week": 26, "month": 13}
LONG: Final = 92  # days; a longer period is shown by months unless weeks are asked for


class Point(NamedTuple):
    days: Days
    figure: Figure


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


def course(
    by_day: Mapping[date, Mapping[str, int]], shown: list[Days], phi: Decimal = INDEPENDENT
) -> list[Point]:
    """The figure of each step; the votes of a day belong to the step that holds it."""
    sums: list[Counter[str]] = [Counter() for _ in shown]
    ends = [days.end for days in shown]
    for day, tally in by_day.items():
        sums[bisect_right(ends, day)].update(tally)
    return [Point(days, figure(votes, phi=phi)) for days, votes in zip(shown, sums, strict=True)]
