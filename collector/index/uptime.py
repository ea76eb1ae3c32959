"""How much of the service hours a kiosk was heard: sets of quarters of an hour, as bits.

Bit n of a set is the n-th quarter of an hour after its beginning. Whole numbers of any length are
the sets, so that a year of one kiosk is one number and costs microseconds.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, tzinfo
from typing import Final, NamedTuple

from collector.index.calendar import Span
from collector.index.periods import Days

QUARTER: Final = 900  # seconds


class Window(NamedTuple):
    """[first, end) in quarters since 1970; sets are counted from `first`."""

    first: int
    end: int

    @property
    def all(self) -> int:
        return (1 << max(self.end - self.first, 0)) - 1

    def between(self, from_s: int, to_s: int | None) -> int:
        """Its quarters that lie wholly in [from_s, to_s), Unix seconds; None: no end."""
        low = max(-(-from_s // QUARTER) - self.first, 0)
        high = self.end if to_s is None else min(to_s // QUARTER, self.end)
        high -= self.first
        return (1 << high) - (1 << low) if high > low else 0

    def moved(self, bits: int, beginning: int) -> int:
        """`bits` counted from the quarter `beginning`, not after the first, as a set of this."""
        return bits >> self.first - beginning & self.all


class Uptime(NamedTuple):
    """Quarters of an hour."""

    heard: int
    expected: int

    def __add__(self, other: "Uptime") -> "Uptime":  # type: ignore[override]
        return Uptime(self.heard + other.heard, self.expected + other.expected)


def window(days: Days, zone: tzinfo, now_s: int, since: int) -> Window:
    """Of these days, what has passed, from the quarter `since` on: before it nothing was noted."""
    first, end = (
        int(datetime.combine(day, time(), zone).timestamp()) // QUARTER
        for day in (days.first, days.end)
    )
    begin = max(first, since)
    return Window(begin, max(min(end, now_s // QUARTER), begin))


def service_hours(
    window: Window, zone: tzinfo, hours: Iterable[tuple[date, tuple[Span, ...]]]
) -> int:
    """The quarters in which people are served; `hours` of each day, in minutes after midnight.

    The clock of `zone` must not be set forward or back on a day: no zone of Indonesia is.
    """
    found = 0
    for day, spans in hours:
        midnight = int(datetime.combine(day, time(), zone).timestamp()) if spans else 0
        for opens, closes in spans:
            found |= window.between(midnight + 60 * opens, midnight + 60 * closes)
    return found


def uptime(heard: int, expected: int) -> Uptime:
    return Uptime((heard & expected).bit_count(), expected.bit_count())
