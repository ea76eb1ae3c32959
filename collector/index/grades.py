"""The class of an index: PermenPANRB 14/2017, tried on figures that have an interval."""

from decimal import Decimal

from collector.index.classes import CLASSES_2017, ClassTable, Grade
from collector.index.rounding import half_up


def grade_of(points: Decimal, classes: ClassTable = CLASSES_2017) -> Grade:
    """The class of a NIK from 25 to 100.

    The printed intervals leave gaps (64.99 | 65.00); they close when the NIK is first rounded
    half-up to two decimals, in decimal arithmetic. Raises ValueError outside of 25 to 100.
    """
    shown = half_up(points)
    if not Decimal(25) <= shown <= Decimal(100):
        raise ValueError(f"{points} is not an index: it lies from 25 to 100")
    return classes.of(shown).mutu


def grade_between(low: Decimal, high: Decimal, classes: ClassTable = CLASSES_2017) -> Grade | None:
    """The class in which the whole interval lies, else None: "belum dapat digolongkan"."""
    grade = grade_of(low, classes)
    return grade if grade == grade_of(high, classes) else None
