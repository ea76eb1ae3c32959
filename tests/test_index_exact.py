"""No float touches a published figure: not in the code that makes it, nor in what comes out."""

import ast
import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import collector.index
from collector.index.compare import standings
from collector.index.course import Point
from collector.index.figure import figure
from collector.index.periods import Days
from collector.index.scales import MAPPINGS
from collector.index.skm import SLUGS
from collector.index.survey import Survey, reading_of
from collector.index.trend import difference
from collector.index.weekly import charts

FOLDER = Path(collector.index.__file__).parent
# What is estimated and not counted: bounds, phi, groups and limits have quantiles and roots, which
# no fraction has. They come out of here as Decimal, rounded outward. How likely it is that votes
# are what they are by chance decides what is looked at, and is in no published figure.
ESTIMATED = {"interval", "dispersion", "compare", "control", "weekly"}
LIKELY = {"alikeness", "falsealarms", "presence", "rhythm", "sitting", "volume"}
EXACT_MATH = {"ceil", "floor", "lcm"}
MONDAY = date(2024, 1, 1)
YEAR = Days(date(2025, 1, 1), date(2026, 1, 1))


def sins(text: str) -> Iterator[str]:
    """What in this code could make a float."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"line {node.lineno}: {node.value}"
        if isinstance(node, ast.Name) and node.id == "float" and isinstance(node.ctx, ast.Load):
            yield f"line {node.lineno}: float"
        if isinstance(node, ast.ImportFrom) and node.module in ("math", "statistics", "numpy"):
            names = {each.name for each in node.names} - EXACT_MATH
            yield from (f"line {node.lineno}: {node.module}.{name}" for name in names)
        if isinstance(node, ast.Import):
            names = {each.name.partition(".")[0] for each in node.names}
            yield from (f"imports {name}" for name in names & {"math", "numpy", "scipy"})


EXACT = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ESTIMATED | LIKELY)


@pytest.mark.parametrize("name", EXACT)
def test_what_is_counted_is_computed_without_floats(name: str) -> None:
    found = list(sins((FOLDER / f"{name}.py").read_text()))
    # The door through which estimates come out: it takes a float and gives hundredths.
    allowed = 2 if name == "rounding" else 0
    assert len(found) == allowed, found


@pytest.mark.parametrize(
    "code", ["x = 0.5", "y = float(3)", "from math import sqrt", "import numpy as np"]
)
def test_a_float_in_code_is_found(code: str) -> None:
    assert list(sins(code))


# ---------------------------------------------------------------- what comes out


def inside(value: Any) -> Iterator[Any]:
    """The value, and all that it holds."""
    yield value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts: Any = [getattr(value, field.name) for field in dataclasses.fields(value)]
    elif isinstance(value, Mapping):
        parts = value.values()
    elif isinstance(value, (list, tuple)):
        parts = value
    else:
        return
    for part in parts:
        yield from inside(part)


def floats_in(value: Any) -> list[float]:
    return [each for each in inside(value) if isinstance(each, float)]


@given(
    st.sampled_from(list(MAPPINGS.values())),
    st.lists(st.integers(0, 10**6), min_size=5, max_size=5),
    st.decimals(1, 9, places=2),
)
def test_no_figure_holds_a_float(mapping: Any, votes: list[int], phi: Decimal) -> None:
    counts = dict(zip(mapping.faces, votes, strict=False))
    shown = figure(counts, mapping, phi)
    assert floats_in(shown) == []
    assert floats_in(difference(shown, figure(counts, mapping))) == []
    assert floats_in(standings(dict.fromkeys("abcd", shown))) == []


def test_no_survey_and_no_control_chart_holds_a_float() -> None:
    survey = Survey("a", YEAR, 150, {slug: Decimal("3.31") for slug in SLUGS}, Decimal("82.75"))
    assert floats_in(reading_of(survey, survey)) == []
    points = [
        Point(
            Days(MONDAY + timedelta(weeks=n), MONDAY + timedelta(weeks=n + 1)),
            figure({"smile": 70 + n % 3, "frown": 30}),
            0,
        )
        for n in range(25)
    ]
    assert floats_in(charts(points)) == []


def test_a_float_that_comes_out_is_found() -> None:
    assert floats_in({"a": [figure({}), (1.5,)]}) == [1.5]


@given(st.lists(st.integers(0, 10**14), min_size=3, max_size=3).filter(lambda v: sum(v) >= 30))
@example([0, 0, 3_623_990_325_149_693])  # a variance of no size
@example([0, 0, 3_096_224_743_817_213])
@example([10**14, 0, 0])
def test_an_index_is_right_to_the_last_digit_of_any_number_of_votes(votes: list[int]) -> None:
    """The sum of their points goes beyond 2^53, where a float would have lost it."""
    frown, neutral, smile = votes
    exact = Fraction(50 * frown + 125 * neutral + 200 * smile, 2 * sum(votes))
    shown = figure(dict(zip(("frown", "neutral", "smile"), votes, strict=True))).index
    assert shown is not None
    assert -Fraction(1, 200) <= exact - Fraction(shown) < Fraction(1, 200)


@pytest.mark.parametrize(
    ("counts", "index"),
    [
        ((15, 25, 60), "79.38"),  # 79.375 exactly: half-up, where floats and banks round to even
        ((0, 1, 199), "99.81"),  # 99.8125
        ((1, 0, 39), "98.13"),  # 98.125, half to even would be 98.12
    ],
)
def test_halves_go_upwards(counts: tuple[int, ...], index: str) -> None:
    votes = dict(zip(("frown", "neutral", "smile"), counts, strict=True))
    assert figure(votes).index == Decimal(index)
