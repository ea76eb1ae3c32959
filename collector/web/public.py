"""The page for everybody: figures as they were given out to the public, and nothing beside them."""

from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, render_template

from collector.ledger.places import agencies
from collector.ledger.releases import Release, Remark, published, remarks
from collector.release.told import shares_of
from collector.web.period import Period
from collector.web.released import asked_period, released_periods
from collector.web.site import ledger

blueprint = Blueprint("public", __name__)


class Line(NamedTuple):
    """One agency, or the regency, with what was given out of it."""

    name: str
    service: str
    figure: Release
    shares: tuple[int, ...]  # whole percent of each cell
    remark: Remark | None


@blueprint.get("/publik")
def public() -> str:
    given = released_periods("public")
    period = asked_period(given)
    lines = [] if period is None else _lines(period)
    of_agencies = [line for line in lines if line.figure.scope == "agency"]
    return render_template(
        "public.html",
        given=given,
        period=period,
        whole_regency=[line for line in lines if line.figure.scope == "regency"],
        groups=_groups(of_agencies),
    )


def _lines(period: Period) -> list[Line]:
    known = {agency.agency: agency for agency in agencies(ledger())}
    rows = published(ledger(), "public", period.days)
    beside = {p: remarks(ledger(), p) for p in {row.proposal for row in rows} if p is not None}
    lines = []
    for row in rows:
        own = known.get(row.agency or "")
        name, service = (own.name, own.service) if own else ("", "")
        remark = beside.get(row.proposal or 0, {}).get(row.agency or "")
        lines.append(Line(name, service, row, shares_of(row.cells), remark))
    return lines


def _groups(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """By type of service, and by name within it: never in the order of the index."""
    ordered = sorted(lines, key=lambda line: (line.service.casefold(), line.name.casefold()))
    groups = groupby(ordered, key=lambda line: line.service)
    return [(service, list(members)) for service, members in groups]
