"""A survey (SKM) as it was held, and what is to be read from it."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from collector.index.classes import classes_of
from collector.index.periods import Days
from collector.index.reproduce import WEIGHTS, Weight, span_of, weights_that_give
from collector.index.rounding import half_up
from collector.index.skm import ANSWERS, SLUGS, Mean, Result, priorities, result

Answers = tuple[int, int, int, int]  # how many answered 1, 2, 3 and 4


class Survey(NamedTuple):
    """Of one agency and period. All nine elements are there."""

    agency: str  # slug
    days: Days
    n: int  # respondents
    elements: Mapping[str, Answers | Decimal]  # slug → answers, or the mean that was published
    published: Decimal | None = None  # the IKM that was published

    def means(self) -> dict[str, Mean]:
        """In the order of the annex."""
        return {slug: _mean(self.elements[slug], self.n) for slug in SLUGS}


class Line(NamedTuple):
    """One element; `change` in points of NIK since the survey before, None without one."""

    slug: str
    mean: Mean
    nik: Decimal
    mutu: str
    kinerja: str
    change: Decimal | None
    priority: int  # 1 for the lowest element: where to begin


class Reading(NamedTuple):
    """A survey with all that follows from it."""

    survey: Survey
    result: Result
    lines: tuple[Line, ...]  # in the order of the annex
    before: Survey | None
    change: Decimal | None  # in points of IKM
    weights: tuple[Weight, ...] | None  # that give what was published; None: nothing was
    grades: tuple[str, ...]  # mutu, best first, as far as the means are known: several if rounded


def reading_of(survey: Survey, before: Survey | None = None) -> Reading:
    """All figures of a survey, its changes since the one before."""
    published = survey.published
    weights = None if published is None else tuple(weights_that_give(published, survey.means()))
    found, old = ikm(survey), before and ikm(before)
    change = old and half_up(found.nik) - half_up(old.nik)
    return Reading(survey, found, _lines(survey, before), before, change, weights, _grades(survey))


def ikm(survey: Survey) -> Result:
    """NI, NIK and class with weight 1/9, by the class table of the survey's time."""
    found = result(survey.means(), classes_of(survey.days.last))
    assert found is not None, "a survey has nine elements"  # noqa: S101
    return found


def _grades(survey: Survey) -> tuple[str, ...]:
    """Means of two decimals leave the NIK open by an eighth of a point, and at times its class."""
    table, span = classes_of(survey.days.last), span_of(survey.means(), WEIGHTS[0].value)
    low, high = half_up(max(span.low, Fraction(25))), half_up(min(span.high, Fraction(100)))
    best, worst = (table.classes.index(table.of(nik)) for nik in (high, low))
    return tuple(each.mutu for each in table.classes[best : worst + 1])


def is_right(weights: tuple[Weight, ...]) -> bool:
    """Does the published figure come out with 1/9?"""
    return WEIGHTS[0] in weights


def survey_before(survey: Survey, others: list[Survey]) -> Survey | None:
    """The last of the same agency that ended before it; of several, the one most like in length."""
    earlier = [
        other
        for other in others
        if other.agency == survey.agency and other.days.end <= survey.days.first
    ]
    length = len(survey.days)
    return max(
        earlier, key=lambda each: (each.days.end, -abs(len(each.days) - length)), default=None
    )


def _mean(given: Answers | Decimal, n: int) -> Mean:
    if isinstance(given, Decimal):
        exponent = given.as_tuple().exponent
        unit = Fraction(10) ** (exponent if isinstance(exponent, int) else 0)
        return Mean(Fraction(given), n, unit / 2)
    total = sum(answer * count for answer, count in zip(ANSWERS, given, strict=True))
    return Mean(Fraction(total, sum(given)), sum(given))


def _lines(survey: Survey, before: Survey | None) -> tuple[Line, ...]:
    means, old = survey.means(), before.means() if before else {}
    places = {slug: place for place, slug in enumerate(priorities(means), 1)}
    return tuple(_line(survey, slug, mean, old.get(slug), places) for slug, mean in means.items())


def _line(
    survey: Survey, slug: str, mean: Mean, old: Mean | None, places: Mapping[str, int]
) -> Line:
    nik = half_up(25 * mean.value)
    found = classes_of(survey.days.last).of(nik)
    change = old and nik - half_up(25 * old.value)
    return Line(slug, mean, nik, found.mutu, found.kinerja, change, places[slug])
