"""The interval covers what it says: counted exactly over every outcome, not by luck."""

from decimal import Decimal
from fractions import Fraction
from math import exp, lgamma, log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betainc

from collector.index.interval import exact_mean, interval, share_interval
from collector.index.scales import LINEAR

Counts = dict[str, int]
Shares = tuple[float, float, float]  # frown, neutral, smile

FACES = tuple(LINEAR.points)
some_votes = st.fixed_dictionaries({face: st.integers(0, 10_000) for face in FACES}).filter(
    lambda counts: sum(counts.values()) > 0
)


def every_outcome(n: int) -> dict[tuple[int, int, int], tuple[float, float]]:
    """The interval for each way in which n votes can fall on three faces."""
    outcomes = [(f, m, n - f - m) for f in range(n + 1) for m in range(n + 1 - f)]
    return {
        votes: tuple(map(float, interval(dict(zip(FACES, votes, strict=True)), LINEAR.points)))
        for votes in outcomes
    }


def chance(votes: tuple[int, ...], shares: Shares) -> float:
    """The multinomial probability of these votes."""
    logs = lgamma(sum(votes) + 1)
    for count, share in zip(votes, shares, strict=True):
        logs += count * log(share) - lgamma(count + 1)
    return exp(logs)


def coverage(bounds: dict[tuple[int, int, int], tuple[float, float]], shares: Shares) -> float:
    truth = sum(
        share * float(point) for share, point in zip(shares, LINEAR.points.values(), strict=True)
    )
    return sum(
        chance(votes, shares) for votes, (low, high) in bounds.items() if low <= truth <= high
    )


def shares_by(step: int) -> list[Shares]:
    """All shares in whole steps of a percent, none of them 0."""
    return [
        (f / 100, m / 100, (100 - f - m) / 100)
        for f in range(step, 100, step)
        for m in range(step, 100 - f, step)
    ]


@pytest.fixture(scope="module")
def thirty() -> dict[tuple[int, int, int], tuple[float, float]]:
    return every_outcome(30)


def test_a_nearly_perfect_office_is_covered(
    thirty: dict[tuple[int, int, int], tuple[float, float]],
) -> None:
    # The t interval covers this case 78 % of the time.
    assert 0.95 <= coverage(thirty, (0.02, 0.03, 0.95)) <= 0.97


def test_it_covers_95_of_100_where_no_cell_is_small(
    thirty: dict[tuple[int, int, int], tuple[float, float]],
) -> None:
    covered = [coverage(thirty, p) for p in shares_by(3) if min(p) * 30 >= 5]
    assert len(covered) > 100
    assert min(covered) >= 0.93
    assert max(covered) <= 0.97


def test_it_hardly_ever_covers_less_than_93_of_100_elsewhere(
    thirty: dict[tuple[int, int, int], tuple[float, float]],
) -> None:
    covered = [coverage(thirty, p) for p in shares_by(2) if min(p) * 30 < 5]
    assert sum(each >= 0.93 for each in covered) >= 0.99 * len(covered)
    assert min(covered) >= 0.91
    assert sum(covered) / len(covered) >= 0.945


def test_a_month_of_105_votes_is_covered_everywhere() -> None:
    bounds = every_outcome(105)
    corners = [(0.01, 0.01, 0.98), (0.03, 0.01, 0.96), (0.01, 0.98, 0.01), (0.3, 0.01, 0.69)]
    assert min(coverage(bounds, shares) for shares in corners) >= 0.93
    for shares in [(0.05, 0.05, 0.9), (0.2, 0.2, 0.6), (0.5, 0.1, 0.4)]:
        assert 0.93 <= coverage(bounds, shares) <= 0.97, shares


def test_two_faces_give_the_jeffreys_interval_of_a_proportion() -> None:
    low, high = interval({"no": 7, "yes": 3}, {"no": Fraction(0), "yes": Fraction(1000)})
    assert betainc(3.5, 7.5, float(low) / 1000) == pytest.approx(0.025, abs=1e-4)
    assert betainc(3.5, 7.5, float(high) / 1000) == pytest.approx(0.975, abs=1e-4)


@given(some_votes)
def test_it_holds_the_mean_and_stays_on_the_scale(counts: Counts) -> None:
    low, high = interval(counts, LINEAR.points)
    assert 25 <= low <= exact_mean(counts, LINEAR.points) <= high <= 100


@given(some_votes, st.integers(2, 50))
def test_more_votes_of_the_same_kind_narrow_it(counts: Counts, times: int) -> None:
    low, high = interval(counts, LINEAR.points)
    more = {face: votes * times for face, votes in counts.items()}
    narrow_low, narrow_high = interval(more, LINEAR.points)
    assert narrow_high - narrow_low <= high - low


@given(some_votes)
def test_it_is_the_same_from_both_ends(counts: Counts) -> None:
    """Smiles for frowns: the interval is mirrored, so no face is favoured."""
    mirrored = dict(zip(FACES, reversed([counts[face] for face in FACES]), strict=True))
    low, high = interval(counts, LINEAR.points)
    other_low, other_high = interval(mirrored, LINEAR.points)
    assert abs(low + other_high - 125) <= Decimal("0.02")
    assert abs(high + other_low - 125) <= Decimal("0.02")


@given(st.integers(0, 1000), st.integers(1, 1000), st.decimals(1, 20, places=2))
def test_a_share_has_an_interval_that_holds_it(hits: int, others: int, alike: Decimal) -> None:
    n = hits + others
    low, high = share_interval(hits, n, alike)
    assert 0 <= low <= Fraction(100 * hits, n) <= high <= 100


def test_a_share_has_the_jeffreys_interval_of_a_proportion() -> None:
    low, high = share_interval(3, 10)
    assert betainc(3.5, 7.5, float(low) / 100) == pytest.approx(0.025, abs=1e-3)
    assert betainc(3.5, 7.5, float(high) / 100) == pytest.approx(0.975, abs=1e-3)
    assert share_interval(0, 30)[0] == 0
