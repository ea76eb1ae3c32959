"""The page for everybody: figures as they were given out to the public, and nothing beside them."""

from datetime import date, timedelta
from functools import cache
from itertools import groupby
from typing import Final, NamedTuple

import segno
from flask import Blueprint, render_template

from collector.ledger.places import agencies
from collector.ledger.plans import plans
from collector.web.givenlines import Line, lines_of
from collector.web.released import asked_period, released_periods
from collector.web.site import ledger, today

blueprint = Blueprint("public", __name__)

LAPOR: Final = "https://www.lapor.go.id"
LATELY: Final = timedelta(days=366)
CHANGES: Final = 20  # at most


class Change(NamedTuple):
    """A plan that was realised. Its cause, post and evidence stay inside."""

    agency: str  # name
    action: str
    on: date


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
        changes=_changes(today()),
        lapor=_lapor(),
    )


def _groups(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """By type of service, and by name within it: never in the order of the index."""
    ordered = sorted(lines, key=lambda line: (line.service.casefold(), line.name.casefold()))
    groups = groupby(ordered, key=lambda line: line.service)
    return [(service, list(members)) for service, members in groups]


def _changes(now: date) -> list[Change]:
    """Of the last year, the latest first."""
    names = {agency.agency: agency.name for agency in agencies(ledger())}
    found = [
        Change(names[plan.agency], plan.action, plan.realised)
        for plan in plans(ledger()).values()
        if plan.realised and not plan.withdrawn and now - LATELY <= plan.realised <= now
    ]
    return sorted(found, key=lambda change: change.on, reverse=True)[:CHANGES]


@cache
def _lapor() -> str:
    return segno.make(LAPOR, error="m", micro=False).svg_inline(border=4, omitsize=True)
