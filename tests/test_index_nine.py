"""The nine elements as kiosks ask them: a number of all only where each has enough."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.index.figure import figure
from collector.index.nine import LABEL, nine
from collector.index.rounding import half_up
from collector.index.scales import LINEAR, SKM_4
from collector.index.skm import SLUGS

ROOT = Path(__file__).parent.parent

tallies = st.fixed_dictionaries({face: st.integers(0, 200) for face in SKM_4.faces})
votes_on_all = st.fixed_dictionaries(dict.fromkeys(SLUGS, tallies))


def enough(n: int = 30, face: str = "good") -> dict[str, dict[str, int]]:
    return {slug: {face: n} for slug in SLUGS}


def test_each_element_has_its_own_figure_in_the_order_of_the_annex():
    found = nine({"waktu": {"great": 30, "bad": 10}, "pelayanan": {"bad": 500}}, SKM_4)
    assert list(found.elements) == list(SLUGS)
    assert found.elements["waktu"].index == Decimal("81.25")
    assert found.elements["biaya"].n == 0
    assert (found.index, found.low, found.high) == (None, None, None)
    assert found.asked
    assert found.lacking == [slug for slug in SLUGS if slug != "waktu"]


def test_one_vote_too_few_of_one_element_and_there_is_no_number_of_all():
    assert nine(enough(), SKM_4).index == Decimal("75.00")
    votes = enough() | {"sarana": {"good": 29}}
    found = nine(votes, SKM_4)
    assert (found.index, found.lacking) == (None, ["sarana"])
    assert not nine({}, SKM_4).asked


@given(votes_on_all)
def test_it_is_the_exact_mean_of_nine_rounded_once(votes):
    found = nine(votes, SKM_4)
    sums = {slug: sum(tally.values()) for slug, tally in votes.items()}
    if min(sums.values()) < 30:
        assert found.index is None
        return
    exact = sum(
        Fraction(sum(n * SKM_4.points[face] for face, n in tally.items()), sums[slug])
        for slug, tally in votes.items()
    )
    assert found.index == half_up(exact / 9)
    assert 25 <= found.low <= found.index <= found.high <= 100


@given(votes_on_all, st.sampled_from(SLUGS))
def test_many_votes_on_one_element_weigh_no_more_than_few(votes, busy):
    votes = {slug: {face: n + 30 for face, n in each.items()} for slug, each in votes.items()}
    tenfold = votes | {busy: {face: 10 * n for face, n in votes[busy].items()}}
    assert nine(votes, SKM_4).index == nine(tenfold, SKM_4).index


def test_its_interval_is_narrower_than_that_of_an_element_and_wider_where_days_are_alike():
    votes = {slug: {"bad": 5, "poor": 5, "good": 10, "great": 20} for slug in SLUGS}
    found, alike = nine(votes, SKM_4), nine(votes, SKM_4, Decimal(3))
    one = figure(votes["waktu"], SKM_4)
    assert found.high - found.low < one.high - one.low
    assert alike.high - alike.low > found.high - found.low


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    random, true, inside = Random(9), Fraction(0), 0
    shares = [(1 + n, 2, 4, 9 - n) for n in range(9)]
    for each in shares:
        true += Fraction(sum(25 * k * w for k, w in enumerate(each, 1)), sum(each) * 9)
    for _ in range(400):
        votes = {}
        for slug, each in zip(SLUGS, shares, strict=True):
            drawn = random.choices(SKM_4.faces, each, k=40)
            votes[slug] = {face: drawn.count(face) for face in SKM_4.faces}
        found = nine(votes, SKM_4)
        inside += found.low <= true <= found.high
    assert 370 <= inside <= 398  # 380 expected; 4.4 is one standard deviation


def test_the_example_of_the_page_about_meaning_is_so():
    page = " ".join((ROOT / "docs/meaning.md").read_text(encoding="utf-8").split())
    votes = {
        slug: {"bad": 3, "poor": 6, "good": 12, "great": 9 + n} for n, slug in enumerate(SLUGS)
    }
    found = nine(votes, SKM_4)
    each = [str(figure.index) for figure in found.elements.values()]
    assert f"{', '.join(each[:-1])} and {each[-1]}" in page
    first = found.elements[SLUGS[0]]
    assert f"that of the first lies between {first.low} and {first.high}" in page
    assert f"have {found.index}, between {found.low} and {found.high}." in page


@pytest.mark.parametrize("mapping", [LINEAR, SKM_4])
def test_votes_of_the_other_kind_of_box_are_in_no_element(mapping):
    both = {slug: {"smile": 40, "great": 35} for slug in SLUGS}
    found = nine(both, mapping)
    assert {each.n for each in found.elements.values()} == {40 if mapping is LINEAR else 35}
    assert found.mapping == mapping.name


def test_it_is_named_so_that_nobody_takes_it_for_a_survey():
    assert "bukan SKM" in LABEL
    assert "bukan IKM" in LABEL
