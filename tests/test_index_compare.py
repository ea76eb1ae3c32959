"""Who is clearly above or below those that serve alike; and how little a place says."""

from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from collector.index.compare import standings
from collector.index.figure import Figure, figure

FACES = ("frown", "neutral", "smile")
SHARES = (0.15, 0.25, 0.6)
tallies = st.fixed_dictionaries({face: st.integers(0, 300) for face in FACES})


def month(random: Random, n: int, shares: tuple[float, ...] = SHARES) -> Figure:
    drawn = random.choices(FACES, shares, k=n)
    return figure({face: drawn.count(face) for face in FACES})


def test_alike_agencies_are_hardly_ever_told_apart() -> None:
    random = Random(60)
    groups = [
        each.group
        for _ in range(100)
        for each in standings({str(i): month(random, 105) for i in range(10)}).values()
    ]
    assert groups.count("setara") >= 0.97 * len(groups)


def test_who_is_clearly_better_or_worse_is_said_to_be() -> None:
    random = Random(5)
    figures = {str(i): month(random, 300) for i in range(8)}
    figures["good"] = month(random, 300, (0.01, 0.02, 0.97))
    figures["poor"] = month(random, 300, (0.5, 0.3, 0.2))
    found = standings(figures)
    assert found["good"].group == "jelas di atas"
    assert found["poor"].group == "jelas di bawah"
    assert [found[str(i)].group for i in range(8)].count("setara") >= 6
    assert (found["good"].best, found["good"].worst) == (1, 1)
    assert (found["poor"].best, found["poor"].worst) == (10, 10)


def test_few_votes_are_not_clearly_anything_and_may_have_many_places() -> None:
    random = Random(30)
    figures = {str(i): month(random, 1000, (0.05 * i, 0.2, 0.8 - 0.05 * i)) for i in range(1, 9)}
    figures["few"] = figure({"smile": 19, "neutral": 6, "frown": 5})
    few = standings(figures)["few"]
    assert few.group == "setara"
    assert few.worst - few.best >= 4


def test_the_funnel_is_narrow_where_votes_are_many() -> None:
    figures = {"a": figure({"smile": 60, "neutral": 25, "frown": 15})}
    figures["b"] = figure({"smile": 600, "neutral": 250, "frown": 150})
    figures["c"] = figure({"smile": 6000, "neutral": 2500, "frown": 1500})
    found = standings(figures)
    widths = [found[name].high - found[name].low for name in "abc"]
    assert widths[0] > 2 * widths[1] > 4 * widths[2]
    assert all(found[name].low < Decimal("79.38") < found[name].high for name in "abc")


def test_two_are_no_group_to_be_compared_with() -> None:
    random = Random(2)
    two = {"a": month(random, 100), "b": month(random, 100), "few": figure({"smile": 29})}
    assert standings(two) == {}
    assert standings({}) == {}


def test_rank_intervals_hold_the_true_order() -> None:
    random, held = Random(44), 0
    truths = [(0.05 + 0.02 * i, 0.2, 0.75 - 0.02 * i) for i in range(8)]
    for _ in range(200):
        found = standings({str(i): month(random, 105, p) for i, p in enumerate(truths)})
        held += all(found[str(i)].best <= i + 1 <= found[str(i)].worst for i in range(8))
    assert held >= 190


@given(st.dictionaries(st.sampled_from("abcdefgh"), tallies, min_size=3))
def test_places_and_groups_never_contradict_each_other(votes: dict[str, dict[str, int]]) -> None:
    figures = {name: figure(counts) for name, counts in votes.items()}
    found = standings(figures)
    for name, own in found.items():
        assert 1 <= own.best <= own.worst <= len(found)
        for other, theirs in found.items():
            index, beside = figures[name].index, figures[other].index
            assert index is not None
            assert beside is not None
            if own.worst < theirs.best:
                assert index > beside
