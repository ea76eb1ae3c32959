"""Quantiles of waits, of which some are not over."""

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from collector.index.waits import Wait, quantile

waits = st.lists(st.builds(Wait, st.integers(0, 30), st.booleans()), min_size=1, max_size=40)
parts = st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=20)


@given(lengths=st.lists(st.integers(0, 60), min_size=1, max_size=50), part=parts)
def test_of_what_has_ended_it_is_the_nearest_rank(lengths: list[int], part: Fraction) -> None:
    ended = [Wait(length, ended=True) for length in lengths]
    assert quantile(ended, part) == sorted(lengths)[ceil(part * len(lengths)) - 1]


@given(given_waits=waits, part=parts)
def test_it_is_that_of_scipy(given_waits: list[Wait], part: Fraction) -> None:
    ended = [wait.length for wait in given_waits if wait.ended]
    waiting = [wait.length for wait in given_waits if not wait.ended]
    curve = stats.ecdf(stats.CensoredData(uncensored=ended, right=waiting)).cdf
    reached = [
        length
        for length, share in zip(curve.quantiles, curve.probabilities, strict=True)
        if length in ended and share >= float(part) - 1e-9
    ]
    assert quantile(given_waits, part) == (min(reached) if reached else None)
    assert np.all(np.diff(curve.probabilities) >= -1e-12)


def test_what_still_waits_makes_it_longer() -> None:
    quick = [Wait(1, ended=True)] * 6
    assert quantile(quick, Fraction(9, 10)) == 1
    assert quantile([*quick, *[Wait(40, ended=False)] * 4], Fraction(9, 10)) is None
    assert quantile([*quick, *[Wait(40, ended=False)] * 4], Fraction(1, 2)) == 1


@pytest.mark.parametrize("part", [Fraction(1, 2), Fraction(9, 10)])
def test_nothing_is_known_of_nobody(part: Fraction) -> None:
    assert quantile([], part) is None
