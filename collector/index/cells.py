"""Small counts are not told: who reads "1" may know whose complaint it was."""

from fractions import Fraction
from math import ceil, floor
from typing import Final, NamedTuple

SMALL: Final = 5  # counts from 1 to 4 are small


class Cell(NamedTuple):
    """A count between two bounds, both included; equal bounds tell it."""

    low: int
    high: int

    @property
    def told(self) -> int | None:
        return self.low if self.low == self.high else None

    def percent(self, whole: int) -> tuple[int, int]:
        """Between which whole percents of `whole`, above 0, it lies; half-up where it is told."""
        if self.told is not None:
            exact = floor(Fraction(100 * self.told, whole) + Fraction(1, 2))
            return exact, exact
        return floor(Fraction(100 * self.low, whole)), ceil(Fraction(100 * self.high, whole))


def cell(count: int, whole: int | None = None) -> Cell:
    """`count` as it may be told; of a `whole` that is told, its rest is guarded as well."""
    if 0 < count < SMALL:
        return Cell(1, SMALL - 1 if whole is None else min(SMALL - 1, whole))
    if whole is not None and 0 < whole - count < SMALL:
        return Cell(max(whole - SMALL + 1, 0), whole - 1)
    return Cell(count, count)
