"""The page for everybody: figures as they were given out to the public, and what was put right."""

from functools import cache
from itertools import groupby
from typing import Final

import segno
from flask import Blueprint, render_template

from collector.web.givenlines import Line, lines_of
from collector.web.putright import changes
from collector.web.released import asked_period, released_periods

blueprint = Blueprint("public", __name__)

LAPOR: Final = "https://www.lapor.go.id"


@blueprint.get("/publik")
def public() -> str:
    given = released_periods("public")
    period = asked_period(given)
    lines = [] if period is None else lines_of("public", period)
    of_agencies = [line for line in lines if line.figure.scope == "agency"]
    return render_template(
        "public.html",
        given=given,
        period=period,
        whole_regency=[line for line in lines if line.figure.scope == "regency"],
        groups=_groups(of_agencies),
        changes=changes(),
        lapor=_lapor(),
    )


def _groups(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """By type of service, and by name within it: never in the order of the index."""
    ordered = sorted(lines, key=lambda line: (line.service.casefold(), line.name.casefold()))
    groups = groupby(ordered, key=lambda line: line.service)
    return [(service, list(members)) for service, members in groups]


@cache
def _lapor() -> str:
    return segno.make(LAPOR, error="m", micro=False).svg_inline(border=4, omitsize=True)
