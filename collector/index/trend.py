"""Whether an index has moved: a word only where chance alone does not explain it."""

from decimal import Decimal
from typing import Literal, Protocol

Trend = Literal["naik", "turun", "tetap"]


class Estimate(Protocol):
    """What a change is read from: an index and its interval, in points of the mapping."""

    @property
    def mapping(self) -> str: ...
    @property
    def index(self) -> Decimal | None: ...
    @property
    def low(self) -> Decimal | None: ...
    @property
    def high(self) -> Decimal | None: ...


def trend(before: Estimate, now: Estimate) -> Trend | None:
    """The word for the change, or None where one of the figures has too few votes.

    "tetap" means that no change is shown, not that there was none.
    """
    bounds = difference(before, now)
    if bounds is None:
        return None
    low, high = bounds
    if low > 0:
        return "naik"
    return "turun" if high < 0 else "tetap"


def difference(before: Estimate, now: Estimate) -> tuple[Decimal, Decimal] | None:
    """The 95 % interval of `now` minus `before`, in points; None if they cannot be compared.

    The two may be periods of one agency or two agencies, each with its own n and phi.

    MOVER: with indices x, y and their intervals (l, u), (m, v), the difference d = y - x has the
    bounds d - sqrt((y - m)^2 + (u - x)^2) and d + sqrt((v - y)^2 + (x - l)^2). Sources: Newcombe
    1998, Statistics in Medicine 17, 873-890 (method 10); Zou and Donner 2008, ibid. 27, 1693-1702.
    """
    if before.mapping != now.mapping:
        return None
    if before.index is None or before.low is None or before.high is None:
        return None
    if now.index is None or now.low is None or now.high is None:
        return None
    change = now.index - before.index
    fall = (now.index - now.low) ** 2 + (before.high - before.index) ** 2
    rise = (now.high - now.index) ** 2 + (before.index - before.low) ** 2
    return change - fall.sqrt(), change + rise.sqrt()
