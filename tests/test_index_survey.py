"""What is read from a survey: its IKM, its lowest elements, its change, its period's classes."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.classes import CLASSES_2004, CLASSES_2017, classes_of
from collector.index.periodnames import period_named
from collector.index.periods import Days
from collector.index.rounding import half_up, half_up_to
from collector.index.skm import SLUGS
from collector.index.survey import Survey, is_right, reading_of, survey_before

BANTUL = "3.31 3.35 3.49 3.93 3.45 3.39 3.39 3.76 3.35"
DPMPTSP = "3.200 3.216 2.936 3.530 3.136 3.200 3.316 3.916 3.323"

counts = st.tuples(*[st.integers(0, 400)] * 4).filter(any)
answered = st.fixed_dictionaries(dict.fromkeys(SLUGS, counts))


def survey(means: str, period: str = "2025", published: str | None = None) -> Survey:
    elements = dict(zip(SLUGS, map(Decimal, means.split()), strict=True))
    told = None if published is None else Decimal(published)
    return Survey("dukcapil", period_named(period), 150, elements, told)


def test_a_survey_is_read_with_its_lowest_elements_first() -> None:
    read = reading_of(survey(BANTUL))
    assert (half_up(read.result.nik), read.result.mutu) == (Decimal("87.28"), "B")
    first = sorted(read.lines, key=lambda line: line.priority)
    assert [line.slug for line in first][:4] == ["persyaratan", "prosedur", "sarana", "kompetensi"]
    assert [(line.nik, line.mutu) for line in read.lines][3] == (Decimal("98.25"), "A")
    assert read.weights is None


@pytest.mark.parametrize(
    ("means", "published", "weights"),
    [(BANTUL, "87.28", ["1/9", "0.111"]), (DPMPTSP, "81.71", []), (DPMPTSP, "82.70", ["1/9"])],
)
def test_what_was_published_comes_out_or_not(
    means: str, published: str, weights: list[str]
) -> None:
    read = reading_of(survey(means, published=published))
    assert read.weights is not None
    assert [weight.name for weight in read.weights] == weights
    assert is_right(read.weights) == ("1/9" in weights)


def test_the_change_is_between_the_figures_that_are_shown() -> None:
    read = reading_of(survey(BANTUL), survey(DPMPTSP, "2024"))
    assert read.change == Decimal("87.28") - Decimal("82.70")
    assert read.lines[2].change == Decimal("87.25") - Decimal("73.40")


@pytest.mark.parametrize(
    ("others", "found"),
    [
        ([], None),
        (["2025", "2025-S1", "2026"], None),  # itself, a part of it, a later one
        (["2022", "2023"], "2023"),
        (["2024-S2", "2024", "2024-12"], "2024"),  # all end at once: the one of its length
        (["2023", "2024-S1"], "2024-S1"),
    ],
)
def test_the_survey_before_ended_before(others: list[str], found: str | None) -> None:
    before = survey_before(survey(BANTUL), [survey(DPMPTSP, period) for period in others])
    assert (before and before.days) == (found and period_named(found))


@pytest.mark.parametrize(
    ("mean", "grades"),
    [
        ("3.53", "AB"),  # of 3.5324, which is an A, as well as of 3.5276
        ("3.532", "AB"),
        ("3.5324", "A"),
        ("3.5315", "B"),
        ("4.00", "A"),
        ("1.00", "D"),
        ("2.6", "CD"),
        ("3", "BCD"),
    ],
)
def test_rounded_means_leave_the_class_open(mean: str, grades: str) -> None:
    assert reading_of(survey(f"{mean} " * 9)).grades == tuple(grades)


def test_another_agency_is_not_the_one_before() -> None:
    other = survey(DPMPTSP, "2024")._replace(agency="other")
    assert survey_before(survey(BANTUL), [other]) is None


@pytest.mark.parametrize(("period", "mutu"), [("2016", "B"), ("2017", "C")])
def test_an_old_survey_keeps_the_classes_of_its_time(period: str, mutu: str) -> None:
    read = reading_of(survey("3.00 " * 9, period))
    assert (read.result.mutu, {line.mutu for line in read.lines}) == (mutu, {mutu})


def test_the_classes_change_with_the_year() -> None:
    assert classes_of(date(2016, 12, 31)) is CLASSES_2004
    assert classes_of(date(2017, 1, 1)) is CLASSES_2017


@given(answered)
def test_ni_is_the_sum_of_means_by_nine(answers: dict[str, tuple[int, int, int, int]]) -> None:
    read = reading_of(Survey("a", period_named("2025"), 400, answers))
    sums = [Fraction(a + 2 * b + 3 * c + 4 * d, a + b + c + d) for a, b, c, d in answers.values()]
    assert read.result.nik == Fraction(25, 9) * sum(sums)
    assert 25 <= read.result.nik <= 100
    assert sorted(line.priority for line in read.lines) == list(range(1, 10))
    assert read.grades == (read.result.mutu,)


@given(answered)
def test_answers_give_exactly_one_weight(answers: dict[str, tuple[int, int, int, int]]) -> None:
    """A mean that is known exactly leaves no doubt, for the weights are 0.1 % apart or more."""
    plain = Survey("a", period_named("2025"), 400, answers)
    ikm = half_up(reading_of(plain).result.nik)
    read = reading_of(plain._replace(published=ikm))
    assert read.weights is not None
    assert [weight.name for weight in read.weights] == ["1/9"]


@given(st.fractions(0, 1000), st.integers(0, 6))
def test_rounding_is_to_the_nearest_and_up_at_a_half(value: Fraction, places: int) -> None:
    unit = Fraction(1, 10**places)
    error = Fraction(half_up_to(places, value)) - value
    assert -unit / 2 < error <= unit / 2


# ---------------------------------------------------------------- names of periods


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025-S2", "2025-07-01", "2025-12-31"),
        ("2026-W01", "2025-12-29", "2026-01-04"),
        ("2020-W53", "2020-12-28", "2021-01-03"),
        ("2025-08-26", "2025-08-26", "2025-08-26"),
        ("2025-T3", "2025-07-01", "2025-09-30"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-07-03/2025-08-15", "2025-07-03", "2025-08-15"),
    ],
)
def test_a_period_has_a_name(name: str, first: str, last: str) -> None:
    days = period_named(name)
    assert (str(days.first), str(days.last)) == (first, last)


@pytest.mark.parametrize(
    "name",
    ["", "x", "25", "2025-13", "2025-S3", "2025-T0", "0000", "9999", "2025-08-15/2025-07-03",
     "2025-01-01/", "20250101", "2025-W54", "2025-W00", "2025-02-30",
     "2025-01-01/9999-12-31", "٢٠٢٥", "2025 "],
)  # fmt: skip
def test_what_is_no_period_is_told_with_examples(name: str) -> None:
    with pytest.raises(ValueError, match="is no period; write 2025, 2025-S2"):
        period_named(name)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 1000))
def test_any_days_can_be_named(first: date, length: int) -> None:
    days = Days(first, first + timedelta(days=length))
    assert period_named(f"{days.first}/{days.last}") == days
