"""Agencies that serve alike as a picture: index by votes, and where chance alone would put it."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import altair as alt

from collector.index.compare import Group
from collector.web import drawing
from collector.web.drawing import ALARM, BLUE, LINE, QUIET, Described, Frame, Layer, Rows, of, y
from collector.web.naming import APART, SIDES, Point, Side, sides

_ENDS: Final = (25, 100)
_SHAPES: Final[dict[Group, str]] = {
    "jelas di atas": "triangle-up",
    "setara": "circle",
    "jelas di bawah": "triangle-down",
}
_COLOURS: Final = {"jelas di atas": BLUE, "setara": QUIET, "jelas di bawah": ALARM}

Reach = tuple[int, int]  # votes


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
    votes = _reach([mark.n for mark in picture.marks])
    return Described(_specification(frame, votes), _datasets(picture, frame, votes))


def _reach(numbers: Sequence[int]) -> Reach:
    """The part of the axis of votes that is shown: from one of 1, 2, 5, 10, 20, … to another."""
    steps = [step * 10**power for power in range(9) for step in (1, 2, 5)]
    low = max(step for step in steps if step <= min(numbers))
    return low, min(step for step in steps if step > max(numbers))


def _datasets(picture: Picture, frame: Frame, votes: Reach) -> dict[str, Rows]:
    rows = [mark._asdict() for mark in picture.marks]
    # Those that stand out are named in the picture where there is room, all in the table below.
    far = sorted(range(len(rows)), key=lambda n: _outside(picture.marks[n]), reverse=True)
    named = [n for n in far if picture.marks[n].group != "setara"]
    points = [_point(mark, frame, votes) for mark in picture.marks]
    placed = sides(points, named, frame.width, frame.height)
    beside: dict[str, Rows] = {
        side: [rows[n] for n, where in placed.items() if where == side] for side in SIDES
    }
    return {"agencies": rows, **beside}


def _outside(mark: Mark) -> float:
    """How far it lies from its funnel."""
    return max(mark.low - mark.value, mark.value - mark.high)


def _point(mark: Mark, frame: Frame, votes: Reach) -> Point:
    """Where the axes put it."""
    low, high = map(math.log, votes)
    x = frame.width * (math.log(mark.n) - low) / (high - low)
    y = frame.height * (frame.top - mark.value) / (frame.top - frame.bottom)
    return Point(x, y, mark.short)


@lru_cache(maxsize=32)
def _specification(frame: Frame, votes: Reach) -> dict[str, Any]:
    layers = [_funnel(frame, votes), _agencies(frame, votes)]
    return drawing.specification(frame, [*layers, *(_names(frame, votes, s) for s in SIDES)])


def _funnel(frame: Frame, votes: Reach) -> Layer:
    mark = of("agencies").mark_bar(color=LINE, size=10, cornerRadius=4)
    return mark.encode(x=_votes(frame, votes), y=y(frame, "low"), y2="high:Q")


def _agencies(frame: Frame, votes: Reach) -> Layer:
    mark = of("agencies").mark_point(size=110, filled=True, opacity=1)
    return mark.encode(
        x=_votes(frame, votes),
        y=y(frame, "value"),
        shape=alt.Shape("group:N", legend=None, scale=_by_group(_SHAPES)),
        color=alt.Color("group:N", legend=None, scale=_by_group(_COLOURS)),
        tooltip=drawing.said(),
    )


_TEXT: Final[dict[Side, dict[str, Any]]] = {
    "right": {"align": "left", "dx": APART},
    "left": {"align": "right", "dx": -APART},
    "above": {"align": "center", "baseline": "bottom", "dy": -APART},
    "below": {"align": "center", "baseline": "top", "dy": APART},
}


def _names(frame: Frame, votes: Reach, side: Side) -> Layer:
    mark = of(side).mark_text(color=QUIET, fontSize=12, **_TEXT[side])
    return mark.encode(x=_votes(frame, votes), y=y(frame, "value"), text=alt.Text("short:N"))


def _by_group(values: dict[Any, str]) -> alt.Scale:
    return alt.Scale(domain=list(values), range=list(values.values()))


def _votes(frame: Frame, votes: Reach) -> alt.X:
    """Logarithmic: an agency has ten times the votes of another."""
    axis = alt.Axis(
        title=None, grid=False, tickColor=LINE, tickCount=3 if frame.narrow else 6, format="d"
    )
    scale = alt.Scale(type="log", domain=list(votes), nice=False, padding=0)
    return alt.X("n:Q", axis=axis, scale=scale)
