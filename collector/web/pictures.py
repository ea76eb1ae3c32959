"""An agency's pictures: the trend and the control charts, each for a wide or a narrow screen."""

from collections.abc import Iterable
from decimal import Decimal

from flask import Blueprint, Response, abort

from collector.index.course import Point
from collector.index.periods import Days
from collector.index.weekly import Mark
from collector.web import charts, controlchart
from collector.web.boxes import boxes_at, chosen_boxes
from collector.web.choosing import chosen_period
from collector.web.drawing import Flag
from collector.web.languages import gettext, language
from collector.web.numbers import index, span, whole
from collector.web.picturefile import narrow, picture_file
from collector.web.ran import (
    chosen_agency,
    chosen_step,
    controls_of,
    happenings_of,
    phi_of,
    points_of,
)
from collector.web.timeline import Happening, flags

blueprint = Blueprint("pictures", __name__, url_prefix="/perangkat")


@blueprint.get("/<slug>/tren.svg")
def trend(slug: str) -> Response:
    """The trend; `sempit` asks for the narrow picture."""
    chosen_agency(slug)
    choice = chosen_period()
    step, days = chosen_step(choice), choice.period.days
    mapping = chosen_boxes(boxes_at(slug, days))
    points = points_of(slug, choice, step, mapping, phi_of(slug, choice, mapping))
    if not points:
        abort(404)
    raised = _raised(happenings_of(slug, choice, step), [point.days for point in points])
    dots = tuple(map(_dot, points))
    picture = charts.Picture(dots, days.first, days.end, narrow(), language(), raised)
    return picture_file(charts, picture)


@blueprint.get("/<slug>/kendali-<name>.svg")
def control(slug: str, name: str) -> Response:
    """The control chart of that name; `sempit` asks for the narrow picture."""
    chosen_agency(slug)
    choice = chosen_period()
    mapping = chosen_boxes(boxes_at(slug, choice.period.days))
    charts_of = controls_of(slug, choice, mapping)
    marks = [mark for each in charts_of if each.name == name for mark in each.marks]
    if not marks:
        abort(404)
    days, happenings = choice.period.days, happenings_of(slug, choice, chosen_step(choice))
    picture = controlchart.Picture(
        name=name,
        marks=tuple(marks),
        first=days.first,
        end=days.end,
        narrow=narrow(),
        language=language(),
        flags=_raised(happenings, [mark.days for mark in marks]),
        told=tuple(map(_mark_told, marks)),
    )
    return picture_file(controlchart, picture)


def _raised(happenings: Iterable[Happening], shown: list[Days]) -> tuple[Flag, ...]:
    return flags(happenings, Days(shown[0].first, shown[-1].end))


def _dot(point: Point) -> charts.Dot:
    middle = point.days.first + (point.days.end - point.days.first) / 2
    known = point.figure
    at, low, high = map(_float, (known.index, known.low, known.high))
    return charts.Dot(middle, at, low, high, _dot_told(point))


def _dot_told(point: Point) -> str:
    known = point.figure
    if known.index is None or known.low is None or known.high is None:
        return ""
    return gettext(
        "%(days)s: %(index)s (%(low)s–%(high)s), %(n)s suara",
        days=span(point.days),
        index=index(known.index),
        low=index(known.low),
        high=index(known.high),
        n=whole(known.n),
    )


def _mark_told(mark: Mark) -> str:
    if mark.limits is None:
        return f"{span(mark.days)}: {index(mark.value)}"
    return gettext(
        "%(days)s: %(value)s, batas %(low)s–%(high)s",
        days=span(mark.days),
        value=index(mark.value),
        low=index(mark.limits[0]),
        high=index(mark.limits[2]),
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
