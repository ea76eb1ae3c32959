"""The trend as a picture: a Vega-Lite specification by Altair, drawn to SVG on the server."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

import altair as alt
import vl_convert
from babel.dates import get_day_names, get_month_names

from collector.index.classes import CLASSES_2017

BLUE, QUIET, LINE, SHADE = "#0b5ea8", "#566472", "#e3e8ed", "#eef3f8"
FONT: Final = (
    "'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
)

Layer = Any  # Altair's types do not survive its own chains of calls


@dataclass(frozen=True)
class Dot:
    """One step of the trend; without an index it had too few votes."""

    at: date
    index: float | None
    low: float | None
    high: float | None


class Picture(NamedTuple):
    """All that the drawing depends on: equal pictures are drawn once."""

    dots: tuple[Dot, ...]
    first: date  # the period that is set off
    end: date
    narrow: bool
    language: str


class Frame(NamedTuple):
    """What the specification depends on: there are few, and Altair takes long over each."""

    narrow: bool
    bottom: int
    top: int


@lru_cache(maxsize=256)
def draw(picture: Picture) -> str:
    """The picture as SVG text. About 50 ms, the first one a second."""
    frame = Frame(picture.narrow, *scale(picture.dots))
    svg: str = vl_convert.vegalite_to_svg(
        {**_specification(frame), "datasets": _datasets(picture, frame)},
        allowed_base_urls=[],
        time_format_locale=_time_locale(picture.language),
    )
    return svg


def scale(dots: Sequence[Dot]) -> tuple[int, int]:
    """The part of the axis 25 to 100 that is shown, in steps of five and never less than 20."""
    lows = [dot.low for dot in dots if dot.low is not None] or [25.0]
    highs = [dot.high for dot in dots if dot.high is not None] or [100.0]
    top = min(100, math.ceil((max(highs) + 1) / 5) * 5)
    bottom = max(25, min(math.floor((min(lows) - 1) / 5) * 5, top - 20))
    return bottom, max(top, bottom + 20)


def _datasets(picture: Picture, frame: Frame) -> dict[str, list[dict[str, Any]]]:
    left = max(picture.first, picture.dots[0].at - timedelta(days=15))
    dots = [{**asdict(dot), "at": dot.at.isoformat()} for dot in picture.dots]
    return {
        "period": [{"left": left.isoformat(), "right": picture.end.isoformat()}],
        "dots": dots,
        "few": [dot for dot in dots if dot["index"] is None],
        "classes": [
            {"lowest": float(each.lowest), "label": f"{each.mutu} ↑"}
            for each in CLASSES_2017.classes
            if frame.bottom < each.lowest < frame.top
        ],
    }


@lru_cache(maxsize=64)
def _specification(frame: Frame) -> dict[str, Any]:
    layers = [_shade(frame), _classes(frame), _band(frame), _line(frame), _few(frame)]
    found: dict[str, Any] = (
        alt.layer(*layers)
        .properties(width=300 if frame.narrow else 900, height=_height(frame))
        .configure(
            background="white", font=FONT, padding={"left": 0, "top": 6, "right": 26, "bottom": 5}
        )
        .configure_view(stroke=None)
        .configure_axis(labelColor=QUIET, labelFontSize=12, gridColor=LINE, domain=False)
        .to_dict()
    )
    return found


def _height(frame: Frame) -> int:
    return 210 if frame.narrow else 260


def _shade(frame: Frame) -> Layer:
    """The period that the page is about, behind everything."""
    mark = _of("period").mark_rect(color=SHADE)
    return mark.encode(x=_x(frame, "left"), x2="right:T")


def _classes(frame: Frame) -> Layer:
    """Where a class of service quality begins, where that is in sight."""
    y, label = _y(frame, "lowest"), alt.Text("label:N")
    rule = _of("classes").mark_rule(color=QUIET, strokeDash=[3, 4], strokeWidth=1)
    letter = _of("classes").mark_text(align="left", dx=5, color=QUIET, fontSize=12)
    return alt.layer(rule.encode(y=y), letter.encode(y=y, x=alt.value("width"), text=label))


def _band(frame: Frame) -> Layer:
    mark = _of("dots").mark_area(color=BLUE, opacity=0.16)
    return mark.encode(x=_x(frame), y=_y(frame, "low"), y2="high:Q")


def _line(frame: Frame) -> Layer:
    """The index; whiskers say how far it may be off, also where a neighbour is missing."""
    whisker = _of("dots").mark_rule(color=BLUE, opacity=0.6)
    line = _of("dots").mark_line(
        color=BLUE, strokeWidth=2, point=alt.OverlayMarkDef(color=BLUE, size=34, filled=True)
    )
    return alt.layer(
        whisker.encode(x=_x(frame), y=_y(frame, "low"), y2="high:Q"),
        line.encode(x=_x(frame), y=_y(frame, "index")),
    )


def _few(frame: Frame) -> Layer:
    """A small cross at the bottom where there were too few votes."""
    mark = _of("few").mark_text(text="×", color=QUIET, fontSize=13, dy=-7)
    return mark.encode(x=_x(frame), y=alt.value(_height(frame)))


def _of(name: str) -> Layer:
    return alt.Chart(alt.NamedData(name=name))


def _x(frame: Frame, field: str = "at") -> alt.X:
    # Days have no zone: read and written as UTC, they stay the same days everywhere.
    label = (
        "utcFormat(datum.value, '%b')"
        " + (utcmonth(datum.value) === 0 ? utcFormat(datum.value, ' %Y') : '')"
    )
    axis = alt.Axis(
        title=None,
        labelExpr=label,
        tickCount={"interval": "month", "step": 3 if frame.narrow else 1},
        grid=False,
        tickColor=LINE,
        labelOverlap=True,
    )
    return alt.X(f"{field}:T", axis=axis, scale=alt.Scale(type="utc", nice=False))


def _y(frame: Frame, field: str) -> alt.Y:
    axis = alt.Axis(title=None, tickCount=5, ticks=False, format="d")
    domain = [frame.bottom, frame.top]
    return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(domain=domain, nice=False))


def _time_locale(language: str) -> dict[str, Any]:
    """Names of months and days for the axis, from the same source as all other dates."""
    months = {width: get_month_names(width, locale=language) for width in ("wide", "abbreviated")}
    days = {width: get_day_names(width, locale=language) for width in ("wide", "abbreviated")}
    sunday_first = (6, 0, 1, 2, 3, 4, 5)
    return {
        "dateTime": "%A, %e %B %Y %X",
        "date": "%d/%m/%Y",
        "time": "%H.%M",
        "periods": ["AM", "PM"],
        "days": [days["wide"][day] for day in sunday_first],
        "shortDays": [days["abbreviated"][day] for day in sunday_first],
        "months": [months["wide"][month] for month in range(1, 13)],
        "shortMonths": [months["abbreviated"][month] for month in range(1, 13)],
    }
