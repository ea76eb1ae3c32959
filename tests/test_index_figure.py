"""The number: exact, never without n and an interval, silent when votes are few."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.figure import MINIMUM, figure
from collector.index.scales import LINEAR, FaceMapping

FACES = ("frown", "neutral", "smile")
tallies = st.fixed_dictionaries({face: st.integers(0, 5_000) for face in FACES})
enough_votes = tallies.filter(lambda counts: sum(counts.values()) >= MINIMUM)


def neutral_at(points: int) -> FaceMapping:
    neutral = {**LINEAR.points, "neutral": Fraction(points)}
    return FaceMapping("test", neutral, LINEAR.classes, source="test")


@pytest.mark.parametrize(
    ("mapping", "index"),
    [(LINEAR, "79.38"), (neutral_at(50), "76.25"), (neutral_at(75), "82.50")],
)
def test_the_mapping_decides_the_number(mapping: FaceMapping, index: str) -> None:
    votes = {"smile": 60, "neutral": 25, "frown": 15}
    assert figure(votes, mapping).index == Decimal(index)


def test_a_figure_says_all_that_belongs_to_it() -> None:
    result = figure({"smile": 600, "neutral": 250, "frown": 150})
    assert (result.n, result.enough, result.mapping) == (1000, True, "smiley-3/linear")
    assert result.counts == {"frown": 150, "neutral": 250, "smile": 600}
    assert list(result.shares.values()) == [Decimal("0.15"), Decimal("0.25"), Decimal("0.6")]
    assert (result.low, result.high) == (Decimal("77.60"), Decimal("81.05"))
    assert result.grade == "B"


def test_an_interval_over_two_classes_has_no_letter() -> None:
    assert figure({"smile": 60, "neutral": 25, "frown": 15}).grade is None


def test_no_votes_are_not_a_bad_grade() -> None:
    result = figure({})
    assert (result.n, result.enough, result.shares) == (0, False, {})
    assert (result.index, result.low, result.high, result.grade) == (None,) * 4


@pytest.mark.parametrize(("n", "enough"), [(29, False), (30, True)])
def test_under_thirty_votes_nothing_is_said(n: int, enough: bool) -> None:
    result = figure({"smile": n})
    assert result.n == n
    assert result.enough is enough
    assert (result.index is not None) is enough


def test_a_face_that_the_mapping_does_not_know_counts_in_nothing() -> None:
    known = figure({"smile": 40})
    assert figure({"smile": 40, "angry": 7}).foreign == 7
    assert figure({"smile": 40, "angry": 7}).index == known.index
    assert figure({"smile": 29, "angry": 7}).enough is False


@given(enough_votes)
def test_the_index_is_on_its_scale_and_inside_its_interval(counts: dict[str, int]) -> None:
    result = figure(counts)
    assert result.index is not None
    assert result.low is not None
    assert result.high is not None
    assert 25 <= result.low <= result.index <= result.high <= 100


@given(enough_votes, st.sampled_from(["frown", "neutral"]))
def test_a_smile_instead_never_lowers_the_index(counts: dict[str, int], face: str) -> None:
    if counts[face]:
        better = {**counts, face: counts[face] - 1, "smile": counts["smile"] + 1}
        before, after = figure(counts).index, figure(better).index
        assert before is not None
        assert after is not None
        assert after >= before


@given(enough_votes, st.permutations(FACES))
def test_the_order_of_faces_means_nothing(counts: dict[str, int], order: list[str]) -> None:
    assert figure({face: counts[face] for face in order}) == figure(counts)


@given(enough_votes)
def test_the_shares_are_parts_of_one(counts: dict[str, int]) -> None:
    shares = figure(counts).shares
    assert abs(sum(shares.values()) - 1) < Decimal("1e-25")
