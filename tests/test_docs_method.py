"""docs/index.md and docs/method.md: the examples computed anew, and the simulation in short."""

import re
from decimal import Decimal
from fractions import Fraction
from math import exp, lgamma, log, sqrt
from pathlib import Path
from statistics import fmean

import pytest
from scipy.stats import beta

from bench import coverage
from collector.index.dispersion import Stratum, correlation, phi
from collector.index.figure import Figure, figure
from collector.index.grades import grade_of
from collector.index.rounding import half_up
from collector.index.trend import difference, trend

DOCS = Path(__file__).parents[1] / "docs"
INDEX, METHOD = ((DOCS / name).read_text() for name in ("index.md", "method.md"))
DAYS = [(9, 1, 0)] * 10 + [(7, 2, 1)] * 10 + [(5, 3, 2)] * 10  # smile, neutral, frown
WORTH = (100.0, 62.5, 25.0)


def month(smile: int, neutral: int, frown: int, alike: Decimal) -> Figure:
    return figure({"smile": smile, "neutral": neutral, "frown": frown}, phi=alike)


def stratum() -> Stratum:
    sums = [sum(n * p for n, p in zip(day, WORTH, strict=True)) for day in DAYS]
    by_vote = sum(n * p * p for day in DAYS for n, p in zip(day, WORTH, strict=True))
    return Stratum(30, 300, 30 * 100, sum(sums), sum(s * s / 10 for s in sums), by_vote)


PHI = phi(correlation([stratum()]), [stratum()])
AUGUST, JULY = month(210, 60, 30, PHI), month(156, 60, 54, PHI)


def row(name: str) -> str:
    found = re.search(rf"^\| {re.escape(name)} \|(.*)\|$", METHOD, re.M)
    assert found, name
    return found[1]


def told(text: str, *figures: str) -> None:
    for each in figures:
        assert re.search(rf"(?<![\d.,]){re.escape(each)}(?![\d]|[.,]\d)", text), each


# ---------------------------------------------------------------- the examples


def test_the_page_for_the_head_of_an_agency_says_what_comes_out() -> None:
    change = difference(JULY, AUGUST)
    assert change is not None
    assert AUGUST.index is not None
    assert JULY.index is not None
    assert (AUGUST.grade, JULY.grade, trend(JULY, AUGUST)) == ("B", None, "naik")
    indonesian, english = INDEX.split("## In English")
    bounds = [AUGUST.index, AUGUST.low, AUGUST.high, JULY.index, JULY.low, JULY.high]
    figures = [*map(str, bounds), *(f"{each:.2f}" for each in change)]
    moved = f"{AUGUST.index - JULY.index:.2f}"
    told(indonesian, *(each.replace(".", ",") for each in [*figures, moved]))
    told(english, *figures, moved)


def test_it_is_one_screen() -> None:
    assert len(INDEX.split("## In English")[0].splitlines()) <= 34


def test_dispersion_is_computed_as_the_method_says() -> None:
    known = stratum()
    between = known.by_day - known.points**2 / 300
    within = known.by_vote - known.by_day
    msb, msw = between / 29, within / 270
    told(row("between days, MSB"), f"{between:.1f}", f"{msb:.2f}")
    told(row("within days, MSW"), f"{within:.1f}", f"{msw:.2f}")
    rho = (msb - msw) / (msb + 9 * msw)
    told(row("ρ"), f"{msb:.2f}", f"{msw:.2f}", f"{rho:.4f}")
    assert correlation([known]) == pytest.approx(rho)
    told(row("φ"), f"{rho:.4f}", f"{1 + rho * 9:.3f}", str(PHI))


@pytest.mark.parametrize(
    ("name", "alike", "places"), [("posterior, n votes", 1, 8), ("posterior, n ÷ φ votes", 1.41, 8)]
)
def test_the_posterior_is_that_of_the_method(name: str, alike: float, places: int) -> None:
    alphas = [votes / alike + 0.5 for votes in (30, 60, 210)]
    whole, scaled = sum(alphas), (0, 0.5, 1)
    m = sum(a * p for a, p in zip(alphas, scaled, strict=True)) / whole
    v = (sum(a * p * p for a, p in zip(alphas, scaled, strict=True)) / whole - m * m) / (whole + 1)
    k = m * (1 - m) / v - 1
    low, high = (25 + 75 * float(beta.ppf(q, m * k, (1 - m) * k)) for q in (0.025, 0.975))
    told(row(name), f"{m:.5f}", f"{v:.{places}f}", f"{m * k:.2f}", f"{(1 - m) * k:.2f}")
    told(row(name), f"{low:.2f}", f"{high:.2f}")
    if alike == 1:
        far = sqrt(float(PHI))
        told(row("bounds"), f"{85 - low:.4f}", f"{high - 85:.4f}")
        told(row("bounds"), f"{85 - (85 - low) * far:.2f}", f"{85 + (high - 85) * far:.2f}")
    else:
        told(row("bounds"), f"{low:.2f}", f"{high:.2f}")


def test_the_figure_is_that_of_the_method() -> None:
    told(row("interval"), str(AUGUST.low), str(AUGUST.high))
    assert [sum(day[i] for day in DAYS) for i in range(3)] == [210, 60, 30]
    told(row("the month before"), str(JULY.n), str(JULY.index), str(JULY.low), str(JULY.high))
    change = difference(JULY, AUGUST)
    assert change is not None
    told(row("the difference"), *(f"{each:.2f}" for each in change))


def wrong_letters(n: int, shares: tuple[float, ...]) -> float:
    """Of an index alone, summed over every outcome; the truth is of class B."""
    wrong = 0.0
    for frown in range(n + 1):
        for neutral in range(n + 1 - frown):
            votes = (frown, neutral, n - frown - neutral)
            logs = lgamma(n + 1) + sum(
                v * log(p) - lgamma(v + 1) for v, p in zip(votes, shares, strict=True)
            )
            index = half_up(Fraction(50 * votes[0] + 125 * votes[1] + 200 * votes[2], 2 * n))
            wrong += exp(logs) * (grade_of(index) != "B")
    return wrong


def test_letters_of_an_index_alone_are_wrong_as_often_as_is_said() -> None:
    shares = (14 / 150, 28 / 150, 108 / 150)
    assert sum(s * p for s, p in zip(shares, reversed(WORTH), strict=True)) == pytest.approx(86)
    told(METHOD, *(f"{wrong_letters(n, shares):.1%}".replace("%", " %") for n in (30, 105)))


def test_two_months_differ_beyond_as_many_points_as_is_said() -> None:
    alike = month(75, 20, 10, Decimal(2))
    bounds = difference(alike, alike)
    assert bounds is not None
    told(METHOD, str(alike.index), f"{bounds[1]:.2f}")


# ---------------------------------------------------------------- the simulation


def table(name: str) -> list[list[str]]:
    text = METHOD.partition(f"<!-- {name} -->\n")[2].partition("<!-- end")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    return rows[2:]


def percents(cell: str) -> list[float]:
    return [float(each) / 100 for each in re.findall(r"([\d.]+) %", cell)]


MIXES = ((0.17, 0.30, 0.53), (0.02, 0.03, 0.95), (0.10, 0.10, 0.80))


@pytest.mark.parametrize("alike", coverage.ALIKE)
@pytest.mark.parametrize("n", [30, 105])
def test_a_short_simulation_agrees_with_the_table(n: int, alike: int) -> None:
    """400 rounds: good to about 2.2 points at 95 %, so 4.5 allow for six of them and the mixes."""
    found = [coverage.rate(n, alike, shares, 400) for shares in MIXES]
    printed = next(each for each in table("coverage") if each[:2] == [str(n), str(alike)])
    lowest = min(min(percents(cell)) for cell in printed[2:6] if cell)
    assert min(each.covered for each in found) >= max(lowest - 0.045, 0.88)
    letters = next(each for each in table("letters") if each[:2] == [str(n), str(alike)])
    assert max(each.wrong_letter for each in found) <= percents(letters[3])[0] + 0.03
    assert fmean(each.false_change for each in found) <= percents(letters[7])[0] + 0.04


def test_a_short_simulation_hardly_ever_puts_an_agency_on_the_wrong_side() -> None:
    for alike in coverage.ALIKE:
        assert coverage.ranking(105, alike, 0, 20).wrong_side <= 0.03
        assert coverage.ranking(105, alike, 3, 20).places >= 0.9


def test_an_interval_without_phi_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulation can fail: with votes taken as independent it covers far less at phi = 3."""
    monkeypatch.setattr(coverage, "phi", lambda *_: Decimal(1))
    assert coverage.rate(105, 3, (0.17, 0.30, 0.53), 400).covered < 0.85


def test_what_is_said_of_the_promise_is_what_the_table_says() -> None:
    """93 to 97 % where every face is expected five times or more, 93 % elsewhere: all but two."""
    rows = table("coverage")
    assert {each[6] for each in rows} == {f"0 of {len(coverage.GRID)}"}
    assert min(low for each in rows for low in percents(each[5])) >= 0.93
    ample = [each for row_ in rows for each in percents(row_[3])]
    assert min(ample) >= 0.93
    assert sorted(round(each, 3) for each in ample if each > 0.97) == [0.972, 0.979]
    assert "97.9 % (n = 60, φ = 3" in METHOD
    assert "97.2 % (n = 105, φ = 3" in METHOD
    assert max(percents(each[3])[0] for each in table("groups")) < 0.01
    assert min(percents(each[5])[0] for each in table("groups")) == 0.92


def test_every_row_is_there() -> None:
    rows = [(each[0], each[1]) for each in table("coverage")]
    assert rows == [(str(n), str(a)) for n in coverage.SIZES for a in coverage.ALIKE]
    assert [(each[0], each[1]) for each in table("letters")] == rows
    assert len(table("groups")) == 27


def test_tables_are_put_between_their_marks() -> None:
    text = "a\n<!-- x -->\nold\n<!-- end of x -->\nb\n"
    assert coverage.put(text, "x", ["new"]) == text.replace("old", "new")
    with pytest.raises(ValueError, match="no marks for y"):
        coverage.put(text, "y", [])
