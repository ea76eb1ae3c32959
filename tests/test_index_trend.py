"""Words for a change, only where chance does not explain it."""

from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from collector.index.figure import Figure, figure
from collector.index.trend import difference, trend

FACES = ("frown", "neutral", "smile")
votes = st.fixed_dictionaries({face: st.integers(0, 500) for face in FACES})


def month(random: Random, n: int, shares: tuple[float, float, float]) -> Figure:
    drawn = random.choices(FACES, shares, k=n)
    return figure({face: drawn.count(face) for face in FACES})


GOOD = figure({"smile": 180, "neutral": 15, "frown": 5})
POOR = figure({"smile": 100, "neutral": 50, "frown": 50})


def test_a_clear_change_has_a_word() -> None:
    assert trend(POOR, GOOD) == "naik"
    assert trend(GOOD, POOR) == "turun"


def test_a_difference_within_chance_is_no_change() -> None:
    assert trend(GOOD, figure({"smile": 176, "neutral": 18, "frown": 6})) == "tetap"


def test_too_few_votes_have_no_trend() -> None:
    assert trend(figure({"smile": 29}), GOOD) is None
    assert trend(GOOD, figure({})) is None


def test_figures_of_two_mappings_are_not_compared() -> None:
    assert trend(POOR, replace(GOOD, mapping="smiley-3/other")) is None


def test_nothing_changes_in_19_of_20_pairs_of_months_that_are_alike() -> None:
    random = Random(557)
    for shares in ((0.2, 0.2, 0.6), (0.02, 0.03, 0.95)):
        words = [trend(month(random, 105, shares), month(random, 60, shares)) for _ in range(1500)]
        assert 0.93 <= words.count("tetap") / len(words) <= 0.985


def test_the_interval_of_the_difference_covers_the_difference() -> None:
    random = Random(40)
    before, now, truth = (0.1, 0.1, 0.8), (0.3, 0.2, 0.5), Decimal("-18.75")
    pairs = [difference(month(random, 60, before), month(random, 105, now)) for _ in range(1500)]
    covered = sum(pair is not None and pair[0] <= truth <= pair[1] for pair in pairs)
    assert 0.93 <= covered / len(pairs) <= 0.97


def test_two_agencies_differ_by_less_where_days_are_uneven() -> None:
    here, there = {"smile": 150, "frown": 50}, {"smile": 175, "frown": 25}
    assert trend(figure(here), figure(there)) == "naik"
    assert trend(figure(here, phi=Decimal(5)), figure(there, phi=Decimal("1.5"))) == "tetap"


@given(votes, votes)
def test_backwards_it_is_the_opposite(one: dict[str, int], other: dict[str, int]) -> None:
    opposite = {"naik": "turun", "turun": "naik", "tetap": "tetap", None: None}
    assert trend(figure(one), figure(other)) == opposite[trend(figure(other), figure(one))]
