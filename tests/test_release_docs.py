"""What docs/releases.md says in numbers is so."""

from datetime import date
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor
from pathlib import Path

import pytest

import bench.releases
from collector.index.figure import figure
from collector.index.periods import Days
from collector.ledger.releases import Counts, Piece
from collector.release import rules
from collector.release.adding import of_agency
from collector.release.measure import measure
from collector.release.rules import AGENCY, DISTRICT, PUBLIC, REGENCY, Rules
from collector.release.told import at, shares_of

PAGE = (Path(__file__).parents[1] / "docs/releases.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())
GAMBUT: tuple[Counts, ...] = ((3, 7, 41), (6, 8, 44), (9, 11, 38))


def test_the_table_of_audiences_is_that_of_the_rules() -> None:
    assert f"`{rules.NAME}`" in PAGE
    least = f"| {PUBLIC.minimum}; the regency {REGENCY.minimum:,} | {AGENCY.minimum} |"
    assert f"| least votes {least} {DISTRICT.minimum} |" in PAGE
    assert f"| small cell | 1 to {PUBLIC.small} votes | 1 to {AGENCY.small} votes | none |" in PAGE
    assert (PUBLIC.step, REGENCY.step) == (5, 100)
    assert (rules.WAIT_DAYS, rules.REPLY_DAYS) == (10, 7)
    assert [PUBLIC.places, AGENCY.places, DISTRICT.places] == [0, 1, 2]


@pytest.mark.parametrize(("audience", "kinds"), [(PUBLIC, "month, triwulan, year")])
def test_the_periods_are_those_of_the_rules(audience: Rules, kinds: str) -> None:
    assert ", ".join(audience.kinds) == kinds
    assert f"| periods | {kinds} | {', '.join(AGENCY.kinds)} |" in PAGE


def test_the_example_of_gambut() -> None:
    firsts = [date(2026, number, 1) for number in (1, 2, 3, 4)]
    months = [
        Piece("gambut", Days(*days), {"gambut": votes}, None)
        for days, votes in zip(pairwise(firsts), GAMBUT, strict=True)
    ]
    january, february, march = (of_agency(AGENCY, [month]) for month in months)
    triwulan = of_agency(AGENCY, months)
    assert january == of_agency(PUBLIC, months[:1])
    low, high, _ = measure(PUBLIC, january, Decimal(1))
    own, rest = shares_of(january.cells)
    said = f"reads n {january.n}, *puas* {own} %, others {rest} %, index {january.index},"
    assert f"{said} interval {low} to {high}." in WORDS
    assert f"with {february.index}, and in March (9, 11, 38) with {march.index}." in WORDS
    low, high, _ = measure(AGENCY, triwulan, Decimal(1))
    cells = "*puas* {}, others {}".format(*triwulan.cells)
    said = f"reads n {triwulan.n}, {cells}, index {triwulan.index}, interval {low} to {high}:"
    assert said in WORDS


def with_true_bounds(votes: Counts) -> object:
    """What would be told if the interval were that of the true votes."""
    told = at("merged", PUBLIC, votes)
    if told is None:
        return None
    whole = figure(dict(zip(("frown", "neutral", "smile"), votes, strict=True)))
    if told.index is None or whole.low is None or whole.high is None:
        return told
    return told, floor(whole.low), ceil(whole.high)


def test_bounds_of_the_true_votes_would_give_the_frowns_away() -> None:
    assert "(4, 9, 22)" in PAGE
    near = [(f, u, s) for f in range(14) for u in range(28) for s in range(11, 31)]
    own = (4, 9, 22)
    true_bounds = {votes[0] for votes in near if with_true_bounds(votes) == with_true_bounds(own)}
    told = at("merged", PUBLIC, own)
    as_it_is = {votes[0] for votes in near if at("merged", PUBLIC, votes) == told}
    assert true_bounds == {4}
    assert len(as_it_is) == 5


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_it_costs_in_an_honest_year() -> None:
    table = PAGE.partition("| audience | of |")[2].partition("\n\n")[0].splitlines()[2:]
    assert table == bench.releases.measure()
