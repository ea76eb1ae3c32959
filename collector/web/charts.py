"""The trend as a picture: a Vega-Lite specification by Altair, drawn to SVG on the server."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

import altair as alt
import vl_convert
from babel.dates import get_day_names, get_month_names

from collector.index.grades import CLASSES

BLUE, INK, QUIET, LINE, SHADE = "#0b5ea8", "#1c2833", "#566472", "#e3e8ed", "#eef3f8"
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


@lru_cache(maxsize=256)
def draw(picture: Picture) -> str:
    """The picture as SVG text. About 50 ms, the first one a second."""
    svg: str = vl_convert.vegalite_to_svg(
        _chart(picture).to_dict(),
        allowed_base_urls=[],
        format_locale={"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", ""]},
        time_format_locale=_time_locale(picture.language),
    )
    return svg


def scale(dots: Sequence[Dot]) -> tuple[int, int]:
    """The part of the axis 25 to 100 that is shown, in steps of five and never less than 20."""
    lows = [dot.low for dot in dots if dot.low is not None] or [25.0]
    highs = [dot.high for dot in dots if dot.high is not None] or [100.0]
    bottom = max(25, int(min(lows) - 1) // 5 * 5)
    top = min(100, -(int(-max(highs) - 1) // 5) * 5)
    return max(25, min(bottom, top - 20)), top


def _chart(picture: Picture) -> Layer:
    size = (300, 210) if picture.narrow else (900, 260)
    layers = [_shade(picture), _classes(picture), _band(picture), _line(picture), _few(picture)]
    return (
        alt.layer(*layers)
        .properties(width=size[0], height=size[1])
        .configure(
            background="white", font=FONT, padding={"left": 0, "top": 6, "right": 26, "bottom": 5}
        )
        .configure_view(stroke=None)
        .configure_axis(labelColor=QUIET, labelFontSize=12, gridColor=LINE, domain=False)
    )


def _shade(picture: Picture) -> Layer:
    """The period that the page is about, behind everything."""
    left = max(picture.first, picture.dots[0].at - timedelta(days=15))
    rows = [{"left": left.isoformat(), "right": picture.end.isoformat()}]
    return _on(rows).mark_rect(color=SHADE).encode(x=_x(picture, "left"), x2="right:T")


def _classes(picture: Picture) -> Layer:
    """Where a class of service quality begins, where that is in sight."""
    bottom, top = scale(picture.dots)
    rows = [
        {"lowest": float(lowest), "label": f"{grade} ↑"}
        for grade, lowest in CLASSES
        if bottom < lowest < top
    ]
    rule = _on(rows).mark_rule(color=QUIET, strokeDash=[3, 4], strokeWidth=1)
    letter = _on(rows).mark_text(align="left", dx=5, color=QUIET, fontSize=12)
    y = _y(picture, "lowest")
    return alt.layer(
        rule.encode(y=y), letter.encode(y=y, x=alt.value("width"), text=alt.Text("label:N"))
    )


def _band(picture: Picture) -> Layer:
    mark = _on(_rows(picture)).mark_area(color=BLUE, opacity=0.16, interpolate="linear")
    return mark.encode(x=_x(picture), y=_y(picture, "low"), y2="high:Q")


def _line(picture: Picture) -> Layer:
    """The index; whiskers say how far it may be off, also where a neighbour is missing."""
    rows = _on(_rows(picture))
    whisker = rows.mark_rule(color=BLUE, opacity=0.6).encode(
        x=_x(picture), y=_y(picture, "low"), y2="high:Q"
    )
    line = rows.mark_line(
        color=BLUE, strokeWidth=2, point=alt.OverlayMarkDef(color=BLUE, size=34, filled=True)
    ).encode(x=_x(picture), y=_y(picture, "index"))
    return alt.layer(whisker, line)


def _few(picture: Picture) -> Layer:
    """A small cross at the bottom where there were too few votes."""
    rows = [{"at": dot.at.isoformat()} for dot in picture.dots if dot.index is None]
    height = 210 if picture.narrow else 260
    mark = _on(rows).mark_text(text="×", color=QUIET, fontSize=13, dy=-7)
    return mark.encode(x=_x(picture), y=alt.value(height))


def _on(rows: list[dict[str, Any]]) -> Layer:
    return alt.Chart(alt.InlineData(values=rows))


def _rows(picture: Picture) -> list[dict[str, Any]]:
    return [{**asdict(dot), "at": dot.at.isoformat()} for dot in picture.dots]


def _x(picture: Picture, field: str = "at") -> alt.X:
    # Days have no zone: read and written as UTC, they stay the same days everywhere.
    label = (
        "utcFormat(datum.value, '%b')"
        " + (utcmonth(datum.value) === 0 ? utcFormat(datum.value, ' %Y') : '')"
    )
    axis = alt.Axis(
        title=None,
        labelExpr=label,
        tickCount={"interval": "month", "step": 3 if picture.narrow else 1},
        grid=False,
        tickColor=LINE,
        labelOverlap=True,
    )
    return alt.X(f"{field}:T", axis=axis, scale=alt.Scale(type="utc", nice=False))


def _y(picture: Picture, field: str) -> alt.Y:
    axis = alt.Axis(title=None, tickCount=5, ticks=False, format="d")
    return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(domain=scale(picture.dots), nice=False))


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
