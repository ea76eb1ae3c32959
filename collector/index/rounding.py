"""Two decimals, as an index is printed: exact until here, and rounded once."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor
from typing import Final

_CENT: Final = Decimal("0.01")


def half_up(value: Decimal | Fraction) -> Decimal:
    """The nearest hundredth, halves upwards. `value` is not negative."""
    if isinstance(value, Fraction):
        return half_up_to(2, value)
    return value.quantize(_CENT, ROUND_HALF_UP)


def half_up_to(places: int, value: Fraction) -> Decimal:
    """`value`, which is not negative, with so many decimals, halves upwards."""
    return Decimal(floor(value * 10**places + Fraction(1, 2))).scaleb(-places)


def down(value: float | Decimal) -> Decimal:
    return Decimal(value).quantize(_CENT, ROUND_FLOOR)


def up(value: float | Decimal) -> Decimal:
    return Decimal(value).quantize(_CENT, ROUND_CEILING)
