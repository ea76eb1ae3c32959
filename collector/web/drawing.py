"""What all pictures over time share: frame, axes, numbered notes, and how they become SVG."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

import altair as alt
import vl_convert
from babel.dates import get_day_names, get_month_names

BLUE, QUIET, LINE, SHADE, ALARM = "#0b5ea8", "#566472", "#e3e8ed", "#eef3f8", "#9c1c1c"
FONT: Final = (
    "'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
)
_LEAST: Final = 20  # of an axis: less would make mountains of chance

Layer = Any  # Altair's types do not survive its own chains of calls
Rows = list[dict[str, Any]]


class Flag(NamedTuple):
    """Something happened: a line across the picture, with the number of its note."""

    at: date
    number: int


class Described(NamedTuple):
    """A picture in Vega-Lite's words."""

    specification: Mapping[str, Any]  # without data
    datasets: Mapping[str, Rows]

    @property
    def whole(self) -> dict[str, Any]:
        return {**self.specification, "datasets": self.datasets}


class Frame(NamedTuple):
    """What the specification depends on: there are few, and Altair takes long over each."""

    narrow: bool
    bottom: int
    top: int

    @property
    def width(self) -> int:
        return 300 if self.narrow else 900

    @property
    def height(self) -> int:
        return 210 if self.narrow else 260


def scale(lows: Iterable[float], highs: Iterable[float], ends: tuple[int, int]) -> tuple[int, int]:
    """The part of the axis that is shown, in steps of five and never less than 20."""
    lowest, highest = min(lows, default=ends[0]), max(highs, default=ends[1])
    top = min(ends[1], math.ceil((highest + 1) / 5) * 5)
    bottom = max(ends[0], min(math.floor((lowest - 1) / 5) * 5, top - _LEAST))
    return bottom, max(top, bottom + _LEAST)


def specification(frame: Frame, layers: Sequence[Layer]) -> dict[str, Any]:
    """Without data: those are put in by name."""
    found: dict[str, Any] = (
        alt.layer(*layers)
        .properties(width=frame.width, height=frame.height)
        .configure(
            background="white", font=FONT, padding={"left": 0, "top": 6, "right": 26, "bottom": 5}
        )
        .configure_view(stroke=None)
        .configure_axis(labelColor=QUIET, labelFontSize=12, gridColor=LINE, domain=False)
        .to_dict()
    )
    return found


def svg(described: Described, language: str) -> str:
    """About 50 ms, the first one a second."""
    drawn: str = vl_convert.vegalite_to_svg(
        described.whole, allowed_base_urls=[], time_format_locale=time_locale(language)
    )
    return drawn


def said() -> alt.Tooltip:
    """What a mark says when it is pointed at, where a script draws: its row's words."""
    return alt.Tooltip("told:N")


def of(name: str) -> Layer:
    return alt.Chart(alt.NamedData(name=name))


def x(frame: Frame, field: str = "at") -> alt.X:
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


def y(frame: Frame, field: str) -> alt.Y:
    axis = alt.Axis(title=None, tickCount=5, ticks=False, format="d")
    domain = [frame.bottom, frame.top]
    return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(domain=domain, nice=False))


def shade(frame: Frame) -> Layer:
    """The period that the page is about, behind everything; data: `period_rows`."""
    mark = of("period").mark_rect(color=SHADE)
    return mark.encode(x=x(frame, "left"), x2="right:T")


def period_rows(first: date, end: date, earliest: date) -> Rows:
    left = max(first, earliest - timedelta(days=15))
    return [{"left": left.isoformat(), "right": end.isoformat()}]


def flags(frame: Frame) -> Layer:
    """A line for each note, its number above it; data: `flag_rows`."""
    rule = of("flags").mark_rule(color=QUIET, strokeDash=[1, 3], strokeWidth=1.5)
    number = of("flags").mark_text(baseline="bottom", dy=-2, color=QUIET, fontSize=12)
    return alt.layer(
        rule.encode(x=x(frame)),
        number.encode(x=x(frame), y=alt.value(0), text=alt.Text("number:N")),
    )


def flag_rows(raised: Iterable[Flag]) -> Rows:
    return [{"at": flag.at.isoformat(), "number": str(flag.number)} for flag in raised]


def time_locale(language: str) -> dict[str, Any]:
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
