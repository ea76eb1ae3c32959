"""Silent stretches: how long a placed kiosk had no vote. Pure.

A stretch is the time between two quarters of an hour with a dated vote (quality A or B), or between
one and the end or begin of a placement, or now. Nights, weekends and holidays are in it: what is
told is longer than they are.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from collector.ledger.placements import Placement

QUARTER_S: Final = 900
LONG_S: Final = 5 * 86_400  # longer than a long weekend


class Stretch(NamedTuple):
    """No vote in [begin, end), Unix seconds."""

    begin: int
    end: int

    @property
    def seconds(self) -> int:
        return self.end - self.begin


def longest(quarters: Iterable[int], placed: Sequence[Placement], now: int) -> Stretch | None:
    """The longest while the kiosk was placed; None if it never was. `quarters`: their begins."""
    voted = sorted(quarters)
    found = [stretch for placement in placed for stretch in _within(voted, placement, now)]
    return max(found, key=lambda stretch: stretch.seconds, default=None)


def _within(voted: Sequence[int], placement: Placement, now: int) -> Iterable[Stretch]:
    begin, end = placement.from_at, min(now, placement.to_at or now)
    inside = [quarter for quarter in voted if begin <= quarter < end]
    begins = [begin, *(quarter + QUARTER_S for quarter in inside)]
    return (
        Stretch(*pair) for pair in zip(begins, [*inside, end], strict=True) if pair[0] < pair[1]
    )
