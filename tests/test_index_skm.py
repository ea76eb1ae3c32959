"""IKM by the regulation, tried on surveys that were published."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index import grades, skm
from collector.index.classes import CLASSES_2004, CLASSES_2017
from collector.index.reproduce import WEIGHTS, weights_that_give
from collector.index.rounding import half_up
from collector.index.sample import sample_size
from collector.index.skm import ELEMENTS, SLUGS, Mean


def printed(means: str) -> dict[str, Mean]:
    """Means in the order of a table, known to half a unit of their last digit."""
    decimals = [Decimal(mean) for mean in means.split()]
    return {
        slug: Mean(Fraction(mean), None, Fraction(1, 2) * Fraction(10) ** mean.as_tuple().exponent)  # type: ignore[operator]
        for slug, mean in zip(SLUGS, decimals, strict=True)
    }


def summed(sums: str, n: int) -> dict[str, Mean]:
    totals = map(int, sums.split())
    return {slug: Mean(Fraction(total, n), n) for slug, total in zip(SLUGS, totals, strict=True)}


BANTUL = printed("3.31 3.35 3.49 3.93 3.45 3.39 3.39 3.76 3.35")  # Dinas Pertanahan, 2023
KEMENAG = summed("105 101 100 116 102 105 106 105 115", 29)  # Kanwil Sulawesi Barat
DPMPTSP = printed("3.200 3.216 2.936 3.530 3.136 3.200 3.316 3.916 3.323")  # Sumatera Barat


@pytest.mark.parametrize(
    ("means", "nik", "mutu"),
    [(BANTUL, "87.28", "B"), (KEMENAG, "91.48", "A"), (DPMPTSP, "82.70", "B")],
)
def test_published_surveys_come_out(means: dict[str, Mean], nik: str, mutu: str) -> None:
    found = skm.result(means)
    assert found is not None
    assert (str(half_up(found.nik)), found.mutu) == (nik, mutu)


@pytest.mark.parametrize(
    ("published", "means", "weights"),
    [
        ("87.28", BANTUL, ["1/9", "0.111"]),  # means of two decimals do not tell them apart
        ("91.48", KEMENAG, ["1/9"]),
        ("90.56", KEMENAG, ["0.11"]),
        ("81.71", DPMPTSP, []),
        ("82.70", DPMPTSP, ["1/9"]),
    ],
)
def test_what_was_published_is_reproduced_or_not(
    published: str, means: dict[str, Mean], weights: list[str]
) -> None:
    assert [weight.name for weight in weights_that_give(Decimal(published), means)] == weights


def test_no_answers_are_no_figure() -> None:
    assert skm.mean_of([]) is None
    assert skm.result({}) is None


@pytest.mark.parametrize("answer", [0, 5])
def test_an_answer_is_one_to_four(answer: int) -> None:
    with pytest.raises(ValueError, match="1, 2, 3 or 4"):
        skm.mean_of([3, answer])


def test_fewer_elements_share_the_weight() -> None:
    found = skm.result({"waktu": Mean(Fraction(4), 9), "biaya": Mean(Fraction(3), 9)})
    assert found is not None
    assert found.nik == Fraction(175, 2)


def test_an_old_period_keeps_its_table() -> None:
    means = {slug: Mean(Fraction(328, 100), 30) for slug in SLUGS}  # 82.00
    for table, mutu in ((CLASSES_2017, "B"), (CLASSES_2004, "A")):
        found = skm.result(means, table)
        assert found is not None
        assert (found.mutu, found.classes) == (mutu, table.name)


@pytest.mark.parametrize(
    ("nik", "mutu"),
    [
        ("43.75", "D"),
        ("43.76", "C"),
        ("62.50", "C"),
        ("62.51", "B"),
        ("81.25", "B"),
        ("81.26", "A"),
    ],
)
def test_the_edges_of_the_older_table(nik: str, mutu: str) -> None:
    assert CLASSES_2004.of(Decimal(nik)).mutu == mutu


def test_the_lowest_elements_come_first() -> None:
    assert skm.priorities(DPMPTSP)[:3] == ["waktu", "produk", "persyaratan"]


def test_every_ni_has_one_class_and_higher_is_never_worse() -> None:
    """In steps of 0.0001 from 1 to 4: no gap, and never down."""
    classes = [
        CLASSES_2017.of(half_up(Fraction(ni, 10_000) * 25)).mutu for ni in range(10_000, 40_001)
    ]
    assert classes == sorted(classes, reverse=True)
    assert set(classes) == {"A", "B", "C", "D"}


@given(st.decimals(25, 100, places=4))
def test_both_ways_of_grading_agree(nik: Decimal) -> None:
    assert CLASSES_2017.of(half_up(nik)).mutu == grades.grade_of(nik)


@given(st.dictionaries(st.sampled_from(SLUGS), st.lists(st.integers(1, 4), min_size=1), min_size=1))
def test_a_nik_lies_between_25_and_100_and_wrong_weights_lower_it(
    answers: dict[str, list[int]],
) -> None:
    means = {slug: mean for slug, given_ in answers.items() if (mean := skm.mean_of(given_))}
    found = skm.result(means)
    assert found is not None
    assert 25 <= found.nik <= 100
    if len(means) == len(ELEMENTS):
        niks = [
            25 * weight.value * sum(mean.value for mean in means.values()) for weight in WEIGHTS
        ]
        assert niks == sorted(niks, reverse=True)


@pytest.mark.parametrize(("people", "asked"), [(10, 10), (100, 80), (500, 217), (10_000, 370)])
def test_the_sample_of_krejcie_and_morgan(people: int, asked: int) -> None:
    assert sample_size(people) == asked


def test_nobody_cannot_be_asked() -> None:
    with pytest.raises(ValueError, match="nobody"):
        sample_size(0)
