"""The trend as a picture: a Vega-Lite specification by Altair, drawn to SVG on the server."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

import altair as alt

from collector.index.classes import CLASSES_2017
from collector.web import drawing
from collector.web.drawing import BLUE, QUIET, Described, Flag, Frame, Layer, Rows, of, x, y

_ENDS: Final = (25, 100)


@dataclass(frozen=True)
class Dot:
    """One step of the trend; without an index it had too few votes."""

    at: date
    index: float | None
    low: float | None
    high: float | None
    told: str = ""  # when it is pointed at


class Picture(NamedTuple):
    """All that the drawing depends on: equal pictures are drawn once."""

    dots: tuple[Dot, ...]
    first: date  # the period that is set off
    end: date
    narrow: bool
    language: str
    flags: tuple[Flag, ...] = ()


@lru_cache(maxsize=256)
def draw(picture: Picture) -> str:
    """The picture as SVG text."""
    return drawing.svg(describe(picture), picture.language)


def describe(picture: Picture) -> Described:
    frame = Frame(picture.narrow, *scale(picture.dots))
    return Described(_specification(frame), _datasets(picture, frame))


def scale(dots: Sequence[Dot]) -> tuple[int, int]:
    """The part of the axis 25 to 100 that holds every interval."""
    lows = [dot.low for dot in dots if dot.low is not None]
    return drawing.scale(lows, [dot.high for dot in dots if dot.high is not None], _ENDS)


def _datasets(picture: Picture, frame: Frame) -> dict[str, Rows]:
    dots = [{**asdict(dot), "at": dot.at.isoformat()} for dot in picture.dots]
    return {
        "period": drawing.period_rows(picture.first, picture.end, picture.dots[0].at),
        "flags": drawing.flag_rows(picture.flags),
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
    layers = [drawing.shade, _classes, _band, drawing.flags, _line, _few]
    return drawing.specification(frame, [layer(frame) for layer in layers])


def _classes(frame: Frame) -> Layer:
    """Where a class of service quality begins, where that is in sight."""
    height, label = y(frame, "lowest"), alt.Text("label:N")
    rule = of("classes").mark_rule(color=QUIET, strokeDash=[3, 4], strokeWidth=1)
    letter = of("classes").mark_text(align="left", dx=5, color=QUIET, fontSize=12)
    return alt.layer(
        rule.encode(y=height), letter.encode(y=height, x=alt.value("width"), text=label)
    )


def _band(frame: Frame) -> Layer:
    mark = of("dots").mark_area(color=BLUE, opacity=0.16)
    return mark.encode(x=x(frame), y=y(frame, "low"), y2="high:Q")


def _line(frame: Frame) -> Layer:
    """The index; whiskers say how far it may be off, also where a neighbour is missing."""
    whisker = of("dots").mark_rule(color=BLUE, opacity=0.6)
    line = of("dots").mark_line(
        color=BLUE, strokeWidth=2, point=alt.OverlayMarkDef(color=BLUE, size=34, filled=True)
    )
    return alt.layer(
        whisker.encode(x=x(frame), y=y(frame, "low"), y2="high:Q", tooltip=drawing.said()),
        line.encode(x=x(frame), y=y(frame, "index"), tooltip=drawing.said()),
    )


def _few(frame: Frame) -> Layer:
    """A small cross at the bottom where there were too few votes."""
    mark = of("few").mark_text(text="×", color=QUIET, fontSize=13, dy=-7)
    return mark.encode(x=x(frame), y=alt.value(frame.height))
