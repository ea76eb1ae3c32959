"""Survei Kepuasan Masyarakat: from answers to IKM, by the annex of PermenPANRB 14/2017.

NRR of an element is the mean of its answers, 1 to 4; NI = Σ NRR × weight, the weight being 1/x for
x elements; NIK = 25 × NI is the IKM. Everything is exact until it is rounded once, half-up, to
hundredths. A kiosk's index is none of these, and never called so.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from collector.index.classes import CLASSES_2017, ClassTable
from collector.index.rounding import half_up


class Element(NamedTuple):
    """One of the nine *unsur*. Sources number them differently: the slug is the name."""

    slug: str
    indonesian: str
    english: str


ELEMENTS: Final = (
    Element("persyaratan", "Persyaratan", "Requirements"),
    Element("prosedur", "Sistem, mekanisme, dan prosedur", "Procedure"),
    Element("waktu", "Waktu penyelesaian", "Time to completion"),
    Element("biaya", "Biaya/tarif", "Cost"),
    Element("produk", "Produk spesifikasi jenis pelayanan", "Product of the service"),
    Element("kompetensi", "Kompetensi pelaksana", "Competence of staff"),
    Element("perilaku", "Perilaku pelaksana", "Conduct of staff"),
    Element("pengaduan", "Penanganan pengaduan, saran dan masukan", "Complaints handling"),
    Element("sarana", "Sarana dan prasarana", "Facilities"),
)
SLUGS: Final = tuple(element.slug for element in ELEMENTS)
ANSWERS: Final = (1, 2, 3, 4)


class Mean(NamedTuple):
    """The mean of the answers to one element, as far as it is known: value ± spread."""

    value: Fraction  # 1 to 4
    n: int | None  # answers; None where only the mean was published
    spread: Fraction = Fraction(0)  # half a unit of the last digit that was published


class Result(NamedTuple):
    """A survey's figures; NI and NIK exact."""

    ni: Fraction
    nik: Fraction
    mutu: str
    kinerja: str
    classes: str  # the name of the class table


def mean_of(answers: Iterable[int]) -> Mean | None:
    """The NRR of an element; None without answers: that is no zero, and no grade D."""
    given = list(answers)
    if any(answer not in ANSWERS for answer in given):
        raise ValueError("an answer is 1, 2, 3 or 4")
    return Mean(Fraction(sum(given), len(given)), len(given)) if given else None


def result(
    means: Mapping[str, Mean], classes: ClassTable = CLASSES_2017, weight: Fraction | None = None
) -> Result | None:
    """NI, NIK and class; None without elements.

    `weight` None is 1/x, as the annex has it; others exist only to reproduce what was published.
    """
    if not means:
        return None
    ni = sum((mean.value for mean in means.values()), Fraction(0)) * (
        Fraction(1, len(means)) if weight is None else weight
    )
    nik = 25 * ni
    found = classes.of(half_up(nik))
    return Result(ni, nik, found.mutu, found.kinerja, classes.name)


def priorities(means: Mapping[str, Mean]) -> list[str]:
    """The elements, the lowest mean first: where to begin."""
    order = {slug: place for place, slug in enumerate(SLUGS)}
    return sorted(means, key=lambda slug: (means[slug].value, order[slug]))
