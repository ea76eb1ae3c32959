"""Votes of one day are alike: phi says by how much, and the interval holds all the same."""

from datetime import date
from decimal import Decimal
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.dispersion import INDEPENDENT, Stratum, correlation, dispersions, phi, window
from collector.index.figure import figure
from collector.index.interval import interval
from collector.index.periods import Days
from collector.index.scales import LINEAR

FACES = LINEAR.faces
VALUES = (0.0, 0.5, 1.0)
SHARES = (0.15, 0.25, 0.6)

Day = list[int]  # votes for each face


def a_day(random: Random, votes: int, rho: float, shares: tuple[float, ...] = SHARES) -> Day:
    """Dirichlet-multinomial: shares of their own on each day, with intraclass correlation rho."""
    own = shares
    if rho:
        own = tuple(random.gammavariate(p * (1 - rho) / rho, 1) + 1e-12 for p in shares)
    drawn = random.choices(range(len(shares)), own, k=votes)
    return [drawn.count(face) for face in range(len(shares))]


def stratum(days: list[Day]) -> Stratum:
    sizes = [sum(day) for day in days]
    sums = [sum(n * value for n, value in zip(day, VALUES, strict=True)) for day in days]
    own = sum(n * value**2 for day in days for n, value in zip(day, VALUES, strict=True))
    return Stratum(
        days=len(days),
        votes=sum(sizes),
        squares=sum(size**2 for size in sizes),
        points=sum(sums),
        by_day=sum(s**2 / m for s, m in zip(sums, sizes, strict=True)),
        by_vote=own,
    )


def months(random: Random, count: int, rho: float, votes: int = 10) -> list[Stratum]:
    return [stratum([a_day(random, votes, rho) for _ in range(21)]) for _ in range(count)]


@pytest.mark.parametrize("rho", [0.0, 0.05, 0.2])
def test_the_likeness_of_a_day_is_found_again(rho: float) -> None:
    random = Random(14)
    found = [correlation(months(random, 6, rho)) for _ in range(40)]
    assert fmean(each or 0.0 for each in found) == pytest.approx(rho, abs=0.012)


def test_a_change_from_month_to_month_is_not_taken_for_chance() -> None:
    random = Random(17)
    good, poor = (0.02, 0.03, 0.95), (0.5, 0.2, 0.3)
    each = [stratum([a_day(random, 10, 0, shares) for _ in range(21)]) for shares in (good, poor)]
    apart = correlation(each)
    together = correlation([Stratum(*map(sum, zip(*each, strict=True)))])
    assert apart is not None
    assert together is not None
    assert apart < 0.03
    assert together > 0.3


def test_days_of_one_face_only_are_wholly_alike() -> None:
    days = [[10, 0, 0] if day % 2 else [0, 0, 10] for day in range(21)]
    assert correlation([stratum(days)]) == pytest.approx(1)
    assert phi(1.0, [stratum(days)]) == 10


def test_votes_that_are_all_equal_say_nothing_of_likeness() -> None:
    assert correlation([stratum([[0, 0, 10]] * 21)]) == 0


def test_a_few_days_say_too_little() -> None:
    assert correlation([stratum([[1, 2, 3]] * 20)]) is None
    assert correlation([]) is None
    assert phi(None, [stratum([[1, 2, 3]] * 20)]) == INDEPENDENT


def test_a_small_agency_takes_the_likeness_of_its_kind_and_its_own_size() -> None:
    random = Random(8)
    small = [stratum([a_day(random, 2, 0.2) for _ in range(5)])]
    strata = {
        "big": months(random, 6, 0.2, votes=30),
        "small": small,
        "other": months(random, 6, 0.0, votes=30),
        "alone": small,
    }
    services = {"big": "Kecamatan", "small": "Kecamatan", "other": "Dinas", "alone": "Arsip"}
    found = dispersions(strata, services)
    assert found["big"] > 5
    assert Decimal("1.1") < found["small"] < Decimal("1.4")
    assert found["other"] < Decimal("1.6")
    assert INDEPENDENT < found["alone"] < found["small"]  # from all agencies together


tallies = st.fixed_dictionaries({face: st.integers(0, 2000) for face in FACES}).filter(
    lambda counts: sum(counts.values()) >= 30
)


@given(tallies, st.decimals(1, 20, places=2))
def test_the_less_votes_say_the_wider_is_the_interval(
    counts: dict[str, int], alike: Decimal
) -> None:
    low, high = interval(counts, LINEAR.points)
    wide_low, wide_high = interval(counts, LINEAR.points, alike)
    assert 25 <= wide_low <= low <= high <= wide_high <= 100


def test_a_figure_names_its_phi_and_its_class_waits_for_a_wide_interval() -> None:
    votes = {"smile": 600, "neutral": 250, "frown": 150}
    assert figure(votes).grade == "B"
    wide = figure(votes, phi=Decimal(4))
    assert (wide.phi, wide.index, wide.grade) == (4, Decimal("79.38"), None)


@pytest.mark.parametrize("alike", [1, 2, 3])
@pytest.mark.parametrize("shares", [(0.15, 0.25, 0.6), (0.05, 0.1, 0.85), (0.33, 0.34, 0.33)])
def test_the_interval_covers_at_any_likeness(shares: tuple[float, ...], alike: int) -> None:
    random, truth = Random(1000 * alike), 25 + 75 * (0.5 * shares[1] + shares[2])
    covered = 0
    for _ in range(1000):
        days = [a_day(random, 10, (alike - 1) / 9, shares) for _ in range(11)]
        counts = dict(zip(FACES, map(sum, zip(*days, strict=True)), strict=True))
        low, high = interval(counts, LINEAR.points, Decimal(alike))
        covered += low <= Decimal(truth) <= high
    assert 0.93 <= covered / 1000 <= 0.975


def test_a_year_is_as_uneven_as_its_last_six_weeks() -> None:
    year = Days(date(2025, 1, 1), date(2026, 1, 1))
    assert window(year) == Days(date(2025, 11, 20), year.end)
    week = Days(date(2025, 12, 22), date(2025, 12, 29))
    assert window(week) == week
