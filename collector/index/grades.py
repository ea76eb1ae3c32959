"""The four classes of service quality (mutu pelayanan) of PermenPANRB 14/2017."""

from decimal import Decimal
from typing import Final, Literal

from collector.index.rounding import half_up

Grade = Literal["A", "B", "C", "D"]

# Lowest NIK of each class, in the annex's table; 25.00 is the lowest NIK there is.
CLASSES: Final[tuple[tuple[Grade, Decimal], ...]] = (
    ("A", Decimal("88.31")),
    ("B", Decimal("76.61")),
    ("C", Decimal("65.00")),
    ("D", Decimal("25.00")),
)


def grade_of(points: Decimal) -> Grade:
    """The class of a NIK from 25 to 100.

    The printed intervals leave gaps (64.99 | 65.00); they close when the NIK is first rounded
    half-up to two decimals, in decimal arithmetic. Raises ValueError outside of 25 to 100.
    """
    shown = half_up(points)
    if not Decimal(25) <= shown <= Decimal(100):
        raise ValueError(f"{points} is not an index: it lies from 25 to 100")
    return next(grade for grade, lowest in CLASSES if shown >= lowest)


def grade_between(low: Decimal, high: Decimal) -> Grade | None:
    """The class in which the whole interval lies, else None: "belum dapat digolongkan"."""
    grade = grade_of(low)
    return grade if grade == grade_of(high) else None
