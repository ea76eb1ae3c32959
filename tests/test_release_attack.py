"""Who has every figure, and runs the program on all other votes there may be, learns no small cell.

Also not from the choice of how much is told: tests/attacker.py runs the whole year again.
"""

from itertools import product

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from collector.ledger.releases import Counts
from collector.release import alike
from collector.release.alike import say
from collector.release.pieces import total
from collector.release.rules import AGENCY
from collector.release.told import tell
from tests.attacker import PERIODS, Part, Transcript, Year, determined, given_out, groups
from tests.effort import examples

AUDIENCES = ("public", "agency")
FEW = st.tuples(st.integers(0, 6), st.integers(0, 9), st.integers(0, 30))
SOME = st.tuples(st.integers(0, 12), st.integers(0, 20), st.integers(8, 90))
MANY = st.tuples(st.integers(10, 40), st.integers(10, 40), st.integers(40, 99))
VOTES = (FEW | SOME | MANY).flatmap(lambda votes: st.sampled_from([votes, votes, votes[::-1]]))
SLOW = settings(
    max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def year_of(*months: Counts, unit: str = "gambut") -> dict[Part, Counts]:
    return {Part(unit, f"2025-{number:02}"): votes for number, votes in enumerate(months, 1)}


def nobody_knows(year: Year) -> None:
    assert {audience: determined(year, audience) for audience in AUDIENCES} == {
        "public": [],
        "agency": [],
    }


# ---------------------------------------------------------------- one piece, every number of votes


def said(votes: Counts) -> object:
    return say(votes, None)


def alone_known(members: list[Counts]) -> list[int]:
    """The small cells that all votes of which the same is said have in common."""
    cells = [{votes[face] for votes in members} for face in range(3)]
    cells += [
        {votes[0] + votes[1] for votes in members},
        {votes[1] + votes[2] for votes in members},
    ]
    return [min(cell) for cell in cells if len(cell) == 1 and 1 <= min(cell) <= 9]


def small_of(votes: list[Counts]) -> bool:
    """Is none of them so near the end of what is tried that others would go with them?"""
    return all(sum(each[:2]) <= 14 and 4 <= each[2] <= 52 for each in votes)


BOX = list(product(range(18), range(18), range(58)))


def test_no_piece_says_a_small_cell_nor_does_the_choice_of_how_much_it_says() -> None:
    """Complete: all votes there are of up to 14 that are not content."""
    found = [members for members in groups(BOX, said) if small_of(members)]
    assert len(found) > 100
    assert [members for members in found if alone_known(members)] == []


def test_it_would_if_each_were_told_what_its_own_votes_allow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The attacker is no fool: frowns that only one number goes with are found."""
    monkeypatch.setattr(alike, "_is_safe", lambda *_, **__: True)
    found = [members for members in groups(BOX, said) if small_of(members)]
    assert [members for members in found if alone_known(members)] != []


# ---------------------------------------------------------------- a year


@SLOW
@example([(0, 0, 8), (0, 0, 8), (1, 8, 21)])  # who has both audiences' figures
@example([(12, 20, 60), (3, 7, 41), (14, 22, 70)])  # few frowns between exact months
@example([(0, 0, 29), (0, 0, 29), (30, 10, 10)])  # as many waiting votes as there can be
@example([(4, 10, 73), (24, 27, 77), (12, 11, 40)])  # what is told says that more may not be
@example([(1, 0, 9), (2, 1, 8), (0, 1, 11), (12, 20, 60)])
@given(st.lists(VOTES, min_size=3, max_size=8))
def test_nobody_learns_a_small_cell_of_a_year(months: list[Counts]) -> None:
    nobody_knows(year_of(*months))


@SLOW
@example([((4, 7, 19), (1, 0, 8))])
@example([((5, 0, 45), (0, 1, 28))])
@given(st.lists(st.tuples(VOTES, VOTES), min_size=1, max_size=6))
def test_nor_of_two_units(months: list[tuple[Counts, Counts]]) -> None:
    first, second = zip(*months, strict=True)
    nobody_knows({**year_of(*first, unit="a"), **year_of(*second, unit="b")})


LATE = st.sampled_from([(1, 0, 0), (0, 2, 3), (2, 9, 30), (10, 12, 40), (0, 0, 31), (3, 3, 25)])


@SLOW
@given(st.lists(VOTES, min_size=3, max_size=6), LATE, st.integers(1, 3))
def test_nor_of_votes_that_came_late(months: list[Counts], late: Counts, number: int) -> None:
    nobody_knows({**year_of(*months), Part("gambut", f"2025-{number:02}", late=True): late})


@pytest.mark.parametrize("frowns", [1, 2, 3, 4])
@pytest.mark.parametrize("smiles", [26, 40, 61])
@pytest.mark.parametrize("neutral", [6, 14])
def test_hard_cases_few_frowns_beside_exact_months(frowns: int, neutral: int, smiles: int) -> None:
    nobody_knows(year_of((8, 9, 40), (frowns, neutral, smiles), (7, 12, 45), (11, 6, 52)))


# ---------------------------------------------------------------- the attacker is no fool


def with_exact_triwulan(year: Year) -> dict[str, Transcript]:
    """As if a triwulan were told as finely as its own votes allow."""
    first = next(period for period in PERIODS if period.kind == "triwulan")
    head = tell(AGENCY, total(year.values()))
    return {"agency": (*given_out(year)["agency"], (first, "", head))}


def test_a_triwulan_of_the_true_votes_would_tell_the_month_that_was_withheld() -> None:
    year = year_of((8, 9, 40), (7, 12, 45), (3, 10, 40))
    march = determined(year, "agency", with_exact_triwulan)
    assert 3 in [cell.of(year) for cell in march]
    assert determined(year, "agency") == []
