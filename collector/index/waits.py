"""How long something takes, while some of it is still waiting.

E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", JASA 53, 1958,
pp. 457-481. What still waits counts for as long as it has waited: left out, the slowest office
would look quick. Where all have ended, a quantile is the nearest rank.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Wait(NamedTuple):
    length: int
    ended: bool  # else it is longer than `length`


def quantile(waits: Sequence[Wait], part: Fraction) -> int | None:
    """The least length within which at least `part` (0 to 1) end; None if that is not known yet."""
    longer = Fraction(1)  # the share that waits longer than the length looked at
    for length in sorted({wait.length for wait in waits if wait.ended}):
        waiting = sum(wait.length >= length for wait in waits)
        ended = sum(wait.ended and wait.length == length for wait in waits)
        longer *= 1 - Fraction(ended, waiting)
        if 1 - longer >= part:
            return length
    return None
