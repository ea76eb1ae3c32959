"""The classes of PermenPANRB 14/2017, at the edges where published systems go wrong."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.classes import CLASSES_2004, CLASSES_2017, ClassTable
from collector.index.grades import grade_between, grade_of

NIKS = st.decimals(25, 100, places=6)


@pytest.mark.parametrize(
    ("mean", "grade"),
    [
        ("1.0000", "D"),
        ("2.5996", "D"),
        ("2.5997", "D"),  # 64.9925: 64.99
        ("2.5998", "C"),  # 64.995: 65.00, in the gap of the printed table
        ("2.60", "C"),
        ("3.064", "C"),
        ("3.0642", "B"),  # 76.605: 76.61
        ("3.0644", "B"),
        ("3.5320", "B"),
        ("3.5322", "A"),  # 88.305: 88.31
        ("3.5324", "A"),  # rounded to 3.53 first it would be a B
        ("4.0000", "A"),
    ],
)
def test_the_class_follows_the_nik_rounded_half_up(mean: str, grade: str) -> None:
    assert grade_of(25 * Decimal(mean)) == grade


def test_published_surveys_keep_their_grade() -> None:
    bantul = "3.31 3.35 3.49 3.93 3.45 3.39 3.39 3.76 3.35"  # Dinas Pertanahan, 2023: 87.28 B
    assert grade_of(25 * sum(map(Decimal, bantul.split()), Decimal(0)) / 9) == "B"


@pytest.mark.parametrize(("points", "grade"), [("79.375", "B"), ("76.25", "C"), ("82.50", "B")])
def test_the_mapping_decides_the_class_of_the_same_votes(points: str, grade: str) -> None:
    """60 smiles, 25 neutral, 15 frowns: linear, strict, kind."""
    assert grade_of(Decimal(points)) == grade


@pytest.mark.parametrize("points", ["24.99", "100.01", "0"])
def test_what_is_no_index_has_no_class(points: str) -> None:
    with pytest.raises(ValueError, match="is not an index"):
        grade_of(Decimal(points))


def test_a_letter_needs_the_whole_interval_in_one_class() -> None:
    assert grade_between(Decimal("76.61"), Decimal("88.30")) == "B"
    assert grade_between(Decimal("76.60"), Decimal("88.30")) is None
    assert grade_between(Decimal("76.61"), Decimal("88.31")) is None


@pytest.mark.parametrize(
    ("classes", "begins"),
    [
        (CLASSES_2017, {"C": "2.5998", "B": "3.0642", "A": "3.5322"}),
        (CLASSES_2004, {"C": "1.7502", "B": "2.5002", "A": "3.2502"}),
    ],
)
def test_every_ni_from_1_to_4_has_a_class_and_none_is_out_of_turn(
    classes: ClassTable, begins: dict[str, str]
) -> None:
    """In steps of 0.0001, all 30,001 of them; a class begins at 0.005 below its printed bound."""
    found = {
        Decimal(n) / 10_000: grade_of(Decimal(n) / 400, classes) for n in range(10_000, 40_001)
    }
    letters = list(found.values())
    assert letters == sorted(letters, reverse=True)
    first = {letter: next(ni for ni, own in found.items() if own == letter) for letter in "DCBA"}
    assert {letter: str(ni) for letter, ni in first.items()} == {"D": "1", **begins}


@given(NIKS, NIKS)
def test_a_higher_index_never_has_a_lower_class(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    assert grade_of(high) <= grade_of(low)  # "A" < "D"
