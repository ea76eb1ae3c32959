"""The trend's picture: its axis, what it marks, and that equal pictures are drawn once."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.web.charts import Dot, Picture, draw, scale

START = date(2019, 3, 25)


def dots(*indices: float | None) -> tuple[Dot, ...]:
    return tuple(
        Dot(START + timedelta(weeks=week), index, index and index - 3, index and index + 3)
        for week, index in enumerate(indices)
    )


def picture(*indices: float | None, narrow: bool = False, language: str = "id") -> Picture:
    end = START + timedelta(weeks=len(indices))
    return Picture(dots(*indices), end - timedelta(days=30), end, narrow, language)


def test_the_axis_holds_every_interval_and_is_never_a_sliver() -> None:
    assert scale(dots(80, 81, 82)) == (70, 90)
    assert scale(dots(40, None, 90)) == (35, 95)
    assert scale(dots(97, 96)) == (80, 100)
    assert scale(dots(None)) == (25, 100)


@given(st.lists(st.floats(28, 97), min_size=1, max_size=20))
def test_nothing_lies_outside_of_the_axis(indices: list[float]) -> None:
    bottom, top = scale(dots(*indices))
    assert bottom >= 25
    assert top <= 100
    assert top - bottom >= 20
    assert bottom <= min(indices) - 3
    assert max(indices) + 3 <= top


def test_a_class_is_marked_where_it_begins_in_sight() -> None:
    drawn = draw(picture(78, 79, 80))
    assert "B ↑" in drawn
    assert "C ↑" not in drawn


def test_steps_with_too_few_votes_are_marked_as_such() -> None:
    assert draw(picture(80, None, 81, None, 82)).count(">×<") == 2


@pytest.mark.parametrize(("language", "may"), [("id", "Mei"), ("en", "May")])
def test_months_are_named_in_the_readers_language(language: str, may: str) -> None:
    assert f">{may}<" in draw(picture(*[80.0] * 10, language=language))


def test_a_narrow_picture_is_for_a_narrow_screen() -> None:
    wide, narrow = (draw(picture(80, 81, narrow=each)) for each in (False, True))
    assert 'width="9' in wide
    assert 'width="3' in narrow


def test_equal_pictures_are_drawn_once() -> None:
    assert draw(picture(81, 82)) is draw(picture(81, 82))
