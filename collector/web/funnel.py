"""Agencies that serve alike as a picture: index by votes, and where chance alone would put it."""

from functools import lru_cache
from typing import Any, Final, NamedTuple

import altair as alt

from collector.index.compare import Group
from collector.web import drawing
from collector.web.drawing import ALARM, BLUE, LINE, QUIET, Described, Frame, Layer, Rows, of, y

_ENDS: Final = (25, 100)
_SHAPES: Final[dict[Group, str]] = {
    "jelas di atas": "triangle-up",
    "setara": "circle",
    "jelas di bawah": "triangle-down",
}
_COLOURS: Final = {"jelas di atas": BLUE, "setara": QUIET, "jelas di bawah": ALARM}


class Mark(NamedTuple):
    """One agency; `low` to `high` is its funnel."""

    short: str
    n: int
    value: float
    low: float
    high: float
    group: Group
    told: str = ""  # when it is pointed at


class Picture(NamedTuple):
    """All that the drawing depends on: equal pictures are drawn once."""

    marks: tuple[Mark, ...]
    narrow: bool
    language: str


@lru_cache(maxsize=64)
def draw(picture: Picture) -> str:
    """The picture as SVG text."""
    return drawing.svg(describe(picture), picture.language)


def describe(picture: Picture) -> Described:
    lows = [min(mark.low, mark.value) for mark in picture.marks]
    highs = [max(mark.high, mark.value) for mark in picture.marks]
    frame = Frame(picture.narrow, *drawing.scale(lows, highs, _ENDS))
    return Described(_specification(frame), _datasets(picture))


def _datasets(picture: Picture) -> dict[str, Rows]:
    rows = [mark._asdict() for mark in picture.marks]
    return {
        "agencies": rows,
        # Those that stand out are named in the picture, the others in the table below.
        "named": [row for row in rows if row["group"] != "setara"],
    }


@lru_cache(maxsize=16)
def _specification(frame: Frame) -> dict[str, Any]:
    return drawing.specification(frame, [layer(frame) for layer in (_funnel, _agencies, _names)])


def _funnel(frame: Frame) -> Layer:
    mark = of("agencies").mark_bar(color=LINE, size=10, cornerRadius=4)
    return mark.encode(x=_votes(frame), y=y(frame, "low"), y2="high:Q")


def _agencies(frame: Frame) -> Layer:
    mark = of("agencies").mark_point(size=110, filled=True, opacity=1)
    return mark.encode(
        x=_votes(frame),
        y=y(frame, "value"),
        shape=alt.Shape("group:N", legend=None, scale=_by_group(_SHAPES)),
        color=alt.Color("group:N", legend=None, scale=_by_group(_COLOURS)),
        tooltip=drawing.said(),
    )


def _names(frame: Frame) -> Layer:
    mark = of("named").mark_text(align="left", dx=9, color=QUIET, fontSize=12)
    return mark.encode(x=_votes(frame), y=y(frame, "value"), text=alt.Text("short:N"))


def _by_group(values: dict[Any, str]) -> alt.Scale:
    return alt.Scale(domain=list(values), range=list(values.values()))


def _votes(frame: Frame) -> alt.X:
    """Logarithmic: an agency has ten times the votes of another."""
    axis = alt.Axis(
        title=None, grid=False, tickColor=LINE, tickCount=3 if frame.narrow else 6, format="d"
    )
    return alt.X("n:Q", axis=axis, scale=alt.Scale(type="log", nice=True))
