"""A control chart as a picture: weeks, centre, limits, and the weeks that signal by their shape."""

from datetime import date
from functools import lru_cache
from itertools import zip_longest
from typing import Any, Final, NamedTuple

import altair as alt

from collector.index.weekly import INDEX, Mark
from collector.web import drawing
from collector.web.drawing import ALARM, BLUE, QUIET, Described, Flag, Frame, Layer, Rows, of, x, y

_ENDS: Final = {True: (25, 100), False: (0, 100)}  # of the index; of a share
_SHAPES: Final = {"beyond": "diamond", "run": "square"}


class Picture(NamedTuple):
    """All that the drawing depends on: equal pictures are drawn once."""

    name: str
    marks: tuple[Mark, ...]
    first: date  # the period that is set off
    end: date
    narrow: bool
    language: str
    flags: tuple[Flag, ...] = ()
    told: tuple[str, ...] = ()  # of each mark, when it is pointed at


@lru_cache(maxsize=256)
def draw(picture: Picture) -> str:
    """The picture as SVG text."""
    return drawing.svg(describe(picture), picture.language)


def describe(picture: Picture) -> Described:
    frame = Frame(picture.narrow, *_scale(picture))
    return Described(_specification(frame), _datasets(picture))


def _scale(picture: Picture) -> tuple[int, int]:
    lows = [float(min(_reach(mark))) for mark in picture.marks]
    highs = [float(max(_reach(mark))) for mark in picture.marks]
    return drawing.scale(lows, highs, _ENDS[picture.name == INDEX])


def _reach(mark: Mark) -> tuple[Any, ...]:
    return (mark.value, *(mark.limits or ()))


def _datasets(picture: Picture) -> dict[str, Rows]:
    rows = [_row(mark, told) for mark, told in zip_longest(picture.marks, picture.told)]
    signals = {name: [row for row in rows if row["signal"] == name] for name in _SHAPES}
    return {
        "period": drawing.period_rows(picture.first, picture.end, picture.marks[0].days.first),
        "flags": drawing.flag_rows(picture.flags),
        "weeks": rows,
        **signals,
    }


def _row(mark: Mark, told: str | None) -> dict[str, Any]:
    low, centre, high = map(float, mark.limits) if mark.limits else (None, None, None)
    middle = mark.days.first + (mark.days.end - mark.days.first) / 2
    return {
        "at": middle.isoformat(),
        "value": float(mark.value),
        "low": low,
        "centre": centre,
        "high": high,
        "signal": mark.signal,
        "told": told,
    }


@lru_cache(maxsize=64)
def _specification(frame: Frame) -> dict[str, Any]:
    layers = [drawing.shade, _limits, drawing.flags, _weeks, *(_signal(name) for name in _SHAPES)]
    return drawing.specification(frame, [layer(frame) for layer in layers])


def _limits(frame: Frame) -> Layer:
    """The limits as steps: each week has its own where votes are more or fewer."""
    dashed = of("weeks").mark_line(
        color=QUIET, strokeDash=[6, 4], strokeWidth=1.5, interpolate="step"
    )
    centre = of("weeks").mark_line(color=QUIET, strokeWidth=1)
    return alt.layer(
        dashed.encode(x=x(frame), y=y(frame, "low")),
        dashed.encode(x=x(frame), y=y(frame, "high")),
        centre.encode(x=x(frame), y=y(frame, "centre")),
    )


def _weeks(frame: Frame) -> Layer:
    line = of("weeks").mark_line(
        color=BLUE, strokeWidth=1.5, point=alt.OverlayMarkDef(color=BLUE, size=26, filled=True)
    )
    return line.encode(x=x(frame), y=y(frame, "value"), tooltip=drawing.said())


def _signal(name: str) -> Any:
    def layer(frame: Frame) -> Layer:
        mark = of(name).mark_point(
            shape=_SHAPES[name], size=150, filled=False, stroke=ALARM, strokeWidth=2
        )
        return mark.encode(x=x(frame), y=y(frame, "value"), tooltip=drawing.said())

    return layer
