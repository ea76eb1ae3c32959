"""Silence: how many votes were to be expected since the last one, and could none come by chance?"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import exp, log1p
from typing import Final

from collector.index.calendar import Span

HOUR: Final = 60  # minutes
SMALLEST: Final = 1e-6

WeekHour = tuple[int, int]  # weekday, Monday 0; hour of the local day
Minutes = Mapping[WeekHour, float]


def open_minutes(
    days: Iterable[tuple[int, Sequence[Span]]], first: float = 0, end: float | None = None
) -> Counter[WeekHour]:
    """Minutes of service in each hour of the week.

    `days` are weekdays with their hours, in order; the first counts from its minute `first` on, the
    last until its minute `end` (None: all of it).
    """
    found: Counter[WeekHour] = Counter()
    every = list(days)
    for n, (weekday, spans) in enumerate(every):
        low = first if n == 0 else 0
        high = end if end is not None and n == len(every) - 1 else 24 * HOUR
        for span in spans:
            _add(found, weekday, max(span[0], low), min(span[1], high))
    return found


def _add(found: Counter[WeekHour], weekday: int, opens: float, closes: float) -> None:
    for hour in range(24):
        minutes = min(closes, (hour + 1) * HOUR) - max(opens, hour * HOUR)
        if minutes > 0:
            found[weekday, hour] += minutes  # type: ignore[assignment]


def expected(votes: Mapping[WeekHour, int], served: Minutes, silent: Minutes) -> float:
    """Votes in the minutes of `silent`, as there were `votes` in those of `served`.

    Hours of the week that were not served before say nothing.
    """
    return sum(
        votes.get(hour, 0) / served[hour] * minutes
        for hour, minutes in silent.items()
        if served.get(hour)
    )


def chance_of_none(mean: float, spread: float) -> float:
    """That none come where `mean` are expected (negative binomial: variance mean + spread mean²).

    A silence is taken as one stretch that may be quiet as a whole: days that differ explain more.
    """
    wide = max(spread, SMALLEST)
    return exp(-log1p(wide * mean) / wide)
