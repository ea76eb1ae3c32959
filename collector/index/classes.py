"""Classes of service quality (mutu pelayanan), as the rules of their time had them."""

from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple

Grade = Literal["A", "B", "C", "D"]


class Class(NamedTuple):
    mutu: Grade
    kinerja: str
    lowest: Decimal  # NIK, rounded half-up to hundredths


class ClassTable(NamedTuple):
    """Best class first. An old period is never graded by a newer table without saying so."""

    name: str
    source: str
    classes: tuple[Class, ...]

    def of(self, nik: Decimal) -> Class:
        """The class of a NIK that is rounded to hundredths; raises ValueError below the lowest."""
        for each in self.classes:
            if nik >= each.lowest:
                return each
        raise ValueError(f"{nik} is below {self.classes[-1].lowest}, the lowest NIK there is")


def _table(name: str, source: str, a: str, b: str, c: str) -> ClassTable:
    rows: tuple[tuple[Grade, str, str], ...] = (
        ("A", "Sangat baik", a),
        ("B", "Baik", b),
        ("C", "Kurang baik", c),
        ("D", "Tidak baik", "25.00"),
    )
    return ClassTable(name, source, tuple(Class(m, k, Decimal(low)) for m, k, low in rows))


CLASSES_2017: Final = _table("2017", "PermenPANRB 14/2017, annex", "88.31", "76.61", "65.00")
CLASSES_2004: Final = _table(
    "2004",
    "the rules of 2004 and 2014 that it replaced: quarters of the scale",
    "81.26",
    "62.51",
    "43.76",
)
TABLES: Final = {table.name: table for table in (CLASSES_2017, CLASSES_2004)}


def classes_of(last: date) -> ClassTable:
    """The table of a survey's time, by its last day: that of 2017 from that year on."""
    return CLASSES_2017 if last >= date(2017, 1, 1) else CLASSES_2004
