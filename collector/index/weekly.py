"""An agency's weeks on control charts: its index, and the share of a face.

What is shown and judged are whole hundredths: limits outward, the centre half-up.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from collector.index.control import BASELINE, Limits, Signal, Week, individuals, shares, signals
from collector.index.course import Point
from collector.index.periods import Days
from collector.index.rounding import down, half_up, up
from collector.index.scales import DEFAULT, MAPPINGS, FaceMapping

INDEX: Final = "index"  # the name of the index' chart; the others have that of their face
_WHOLE: Final = 100  # percent

Exact = tuple[Decimal, Decimal, Decimal]  # low, centre, high


class Mark(NamedTuple):
    """One week, in points or, of a share, in percent. No limits: the baseline is not there yet."""

    days: Days
    value: Decimal
    limits: Exact | None
    signal: Signal | None


class Departure(NamedTuple):
    """A week beyond its limits, or what signals of a run on one side of the centre."""

    days: Days
    low: Decimal  # the least value in it
    high: Decimal
    signal: Signal


class Chart(NamedTuple):
    """Weeks with an index, oldest first; `baseline` holds the 20 that made the limits.

    While there is none, `lacking` weeks are missing from it.
    """

    name: str
    marks: list[Mark]
    baseline: Days | None
    lacking: int = 0

    @property
    def departures(self) -> list[Departure]:
        """By their last day. A week beyond its limits interrupts no run: it is on its side too."""
        found = [_departure([mark]) for mark in self.marks if mark.signal == "beyond"]
        for _, weeks in groupby(self.marks, _side):
            run = [week for week in weeks if week.signal == "run"]
            if run:
                found.append(_departure(run))
        return sorted(found, key=lambda each: each.days.end)

    def within(self, days: Days) -> "Chart":
        """Only the weeks of these days; the baseline stays what it is."""
        return self._replace(marks=[mark for mark in self.marks if days.holds(mark.days)])


def _side(mark: Mark) -> int:
    """Of the centre: -1 below, 1 above."""
    return int(mark.value.compare(mark.limits[1])) if mark.limits else 0


def _departure(weeks: Sequence[Mark]) -> Departure:
    values = [week.value for week in weeks]
    signal = weeks[0].signal
    assert signal is not None, "weeks that do not signal depart from nothing"  # noqa: S101
    return Departure(
        Days(weeks[0].days.first, weeks[-1].days.end), min(values), max(values), signal
    )


def chart(name: str, weeks: Sequence[Point]) -> Chart:
    """Of the index or of one face, over all weeks since the first vote, oldest first.

    A week with too few votes has no index, and is on no chart.
    """
    known = [week for week in weeks if week.figure.enough]
    limits = _limits(name, known)
    values = [_value(name, week) for week in known]
    if limits is None:
        bare = [
            Mark(week.days, value, None, None) for week, value in zip(known, values, strict=True)
        ]
        return Chart(name, bare, None, BASELINE - len(bare))
    exact = [(down(each.low), half_up(Decimal(each.centre)), up(each.high)) for each in limits]
    judged = signals(list(map(float, values)), [Limits(*map(float, each)) for each in exact])
    days = [week.days for week in known]
    marks = [Mark(*each) for each in zip(days, values, exact, judged, strict=True)]
    return Chart(name, marks, Days(days[0].first, days[BASELINE - 1].end))


def charts(weeks: Sequence[Point], mapping: FaceMapping = DEFAULT) -> list[Chart]:
    """The index, then the faces, least favourable first."""
    return [chart(name, weeks) for name in (INDEX, *mapping.faces)]


def _value(name: str, week: Point) -> Decimal:
    if name != INDEX:
        return half_up(_WHOLE * week.figure.shares[name])
    assert week.figure.index is not None, "a week with enough votes has an index"  # noqa: S101
    return week.figure.index


def _limits(name: str, known: Sequence[Point]) -> list[Limits] | None:
    if not known:
        return None
    if name == INDEX:
        mapping = MAPPINGS[known[0].figure.mapping]
        scale = (float(mapping.bottom), float(mapping.top))
        return individuals([float(_value(name, week)) for week in known], scale)
    found = shares([Week(week.figure.counts[name], week.figure.n) for week in known])
    return found and [Limits(*(_WHOLE * bound for bound in limits)) for limits in found]
