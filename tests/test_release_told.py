"""What an audience is told of some votes: never a small cell, and nothing beside the rules."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.figure import figure
from collector.ledger.releases import Counts
from collector.release.measure import measure
from collector.release.rules import AGENCY, DISTRICT, PUBLIC, REGENCY, Rules
from collector.release.told import NOTHING, Told, at, nearest, shares_of, tell

VOTES = st.tuples(*(st.integers(0, 60) | st.integers(0, 2000) for _ in range(3)))
ONE = Decimal(1)


@pytest.mark.parametrize(
    ("rules", "votes", "told"),
    [
        (PUBLIC, (0, 0, 29), NOTHING),
        (PUBLIC, (10, 10, 10), Told("rounded", 30, (10, 10, 10), None, Decimal(63))),
        (PUBLIC, (12, 18, 63), Told("rounded", 95, (10, 20, 65), None, Decimal(83))),
        (PUBLIC, (0, 0, 41), Told("rounded", 40, (0, 0, 40), None, Decimal(100))),
        (PUBLIC, (9, 18, 63), Told("merged", 90, (65, 25), "best", Decimal(85))),
        (PUBLIC, (63, 18, 9), Told("merged", 90, (65, 25), "worst", Decimal(40))),
        (PUBLIC, (3, 6, 22), Told("floor", alone="best")),
        (PUBLIC, (40, 1, 2), Told("floor", alone="worst")),
        (PUBLIC, (9, 0, 21), NOTHING),  # just 70 %, and not above it
        (PUBLIC, (4, 40, 4), NOTHING),
        (REGENCY, (10, 20, 960), NOTHING),
        (REGENCY, (149, 150, 1800), Told("rounded", 2100, (100, 200, 1800), None, Decimal(92))),
        (AGENCY, (5, 18, 64), Told("exact", 87, (5, 18, 64), None, Decimal("87.9"))),
        (AGENCY, (4, 18, 64), Told("merged", 85, (65, 20), "best", Decimal(89))),
        (AGENCY, (1, 1, 27), NOTHING),
        (DISTRICT, (1, 0, 9), Told("exact", 10, (1, 0, 9), None, Decimal("92.50"))),
        (DISTRICT, (0, 0, 9), NOTHING),
    ],
)
def test_what_is_told(rules: Rules, votes: Counts, told: Told) -> None:
    assert tell(rules, votes) == told


@given(VOTES, st.sampled_from([PUBLIC, AGENCY]))
def test_no_small_cell_is_told_nor_anything_of_few_votes(votes: Counts, rules: Rules) -> None:
    told = tell(rules, votes)
    if sum(votes) < 30:
        assert told == NOTHING
    assert not any(map(rules.is_small, _cells(votes, told)))


def _cells(votes: Counts, told: Told) -> Counts:
    """The true votes of the cells that were told."""
    if told.alone is None:
        return votes if told.cells else ()
    own = votes[-1] if told.alone == "best" else votes[0]
    return (own, sum(votes) - own) if told.cells else ()


def test_an_interval_lies_about_its_index_however_roughly_the_cells_are_told() -> None:
    told = tell(REGENCY, (549, 549, 2652))
    assert told == Told("rounded", 3800, (500, 500, 2700), None, Decimal(84))
    low, high, _ = measure(REGENCY, told, Decimal(2))
    assert (low, high) == (Decimal(82), Decimal(86))


@given(VOTES)
def test_the_public_reads_multiples_of_five_whole_points_and_no_class(votes: Counts) -> None:
    told = tell(PUBLIC, votes)
    assert all(number % 5 == 0 for number in (*told.cells, told.n or 0))
    if told.n is not None and told.cells:
        assert abs(told.n - sum(votes)) <= 2
    low, high, grade = measure(PUBLIC, told, Decimal("1.7"))
    assert grade is None
    if told.index is not None and low is not None and high is not None:
        assert [each.as_tuple().exponent for each in (told.index, low, high)] == [0, 0, 0]
        assert low <= told.index <= high


@given(VOTES.filter(lambda votes: sum(votes) >= 30), st.sampled_from(["1", "1.35", "2.8"]))
def test_an_exact_figure_is_that_of_the_index(votes: Counts, phi: str) -> None:
    told = tell(DISTRICT, votes)
    whole = figure(dict(zip(("frown", "neutral", "smile"), votes, strict=True)), phi=Decimal(phi))
    low, high, grade = measure(DISTRICT, told, Decimal(phi))
    assert (told.index, low, high, grade) == (whole.index, whole.low, whole.high, whole.grade)


@given(VOTES)
def test_the_index_of_a_rounded_figure_is_that_of_the_true_votes(votes: Counts) -> None:
    told = tell(PUBLIC, votes)
    if told.index is not None:
        exact = (50 * votes[0] + 125 * votes[1] + 200 * votes[2]) / (2 * sum(votes))
        assert abs(float(told.index) - exact) <= 0.5 + 1e-9


def test_an_interval_is_of_what_was_told_and_so_tells_nothing_more() -> None:
    """Bounds that are made from the votes themselves give them back to whoever has a computer."""
    same = [at("merged", PUBLIC, votes) for votes in ((5, 12, 60), (6, 10, 61))]
    [told] = {each for each in same if each is not None}
    assert measure(PUBLIC, told, ONE)[:2] == (Decimal(82), Decimal(94))


def test_a_class_is_given_only_where_the_whole_interval_lies_in_it() -> None:
    sure, open_ = (tell(AGENCY, votes) for votes in ((20, 30, 700), (8, 20, 100)))
    assert (measure(AGENCY, sure, ONE).grade, measure(AGENCY, open_, ONE).grade) == ("A", None)


@pytest.mark.parametrize(
    ("votes", "told"), [(0, 0), (2, 0), (3, 5), (7, 5), (8, 10), (1482, 1480), (1483, 1485)]
)
def test_the_nearest_multiple_of_five(votes: int, told: int) -> None:
    assert nearest(votes, 5) == told


def test_shares_are_of_the_cells_as_they_are_told() -> None:
    assert shares_of((10, 20, 65)) == (11, 21, 68)
    assert shares_of((1, 1, 6)) == (13, 13, 75)  # halves upwards, so they need not make 100
    assert shares_of(()) == ()
