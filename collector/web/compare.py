"""Agencies that serve alike, beside each other: who stands out, and how two of them differ."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from flask import Blueprint, Response, abort, render_template, request

from collector.index.compare import Standing, standings
from collector.index.figure import Figure
from collector.index.trend import difference
from collector.ledger.figures import leading
from collector.ledger.places import Agency, agencies
from collector.web import funnel
from collector.web.answering import Answering, answering
from collector.web.choosing import chosen_period
from collector.web.languages import gettext, language
from collector.web.numbers import index, whole
from collector.web.period import Period
from collector.web.picturefile import narrow, picture_file
from collector.web.site import ledger

blueprint = Blueprint("compare", __name__, url_prefix="/banding")


class Line(NamedTuple):
    """One agency; no standing where it has no index, or too few others have one."""

    agency: Agency
    figure: Figure
    standing: Standing | None
    answering: Answering


class Two(NamedTuple):
    """How far the index of `other` is from that of `one`, with the 95 % interval."""

    one: Line
    other: Line
    points: Decimal
    low: Decimal
    high: Decimal

    @property
    def proven(self) -> bool:
        return self.low > 0 or self.high < 0


@blueprint.get("")
def compare() -> str:
    choice = chosen_period()
    kinds = _kinds(choice.period)
    service = _chosen(kinds)
    lines = _lines(choice.period, kinds.get(service, []))
    return render_template(
        "compare.html",
        choice=choice,
        services=sorted(kinds, key=str.casefold),
        service=service,
        lines=lines,
        standing=any(line.standing for line in lines),
        asked=(request.args.get("a", ""), request.args.get("b", "")),
        two=_two(lines),
    )


@blueprint.get("/corong.svg")
def picture() -> Response:
    """The funnel plot of one type of service; `sempit` asks for the narrow picture."""
    period, kinds = chosen_period().period, _kinds(chosen_period().period)
    lines = _lines(period, kinds.get(_chosen(kinds), []))
    marks = tuple(_mark(line, line.standing) for line in lines if line.standing)
    if not marks:
        abort(404)
    return picture_file(funnel, funnel.Picture(marks, narrow(), language()))


def _mark(line: Line, standing: Standing) -> funnel.Mark:
    return funnel.Mark(
        line.agency.short,
        line.figure.n,
        float(line.figure.index or 0),
        float(standing.low),
        float(standing.high),
        standing.group,
        gettext(
            "%(name)s: %(index)s dari %(n)s suara",
            name=line.agency.short,
            index=index(line.figure.index or 0),
            n=whole(line.figure.n),
        ),
    )


def _kinds(period: Period) -> dict[str, list[tuple[Agency, Figure]]]:
    """Type of service → its agencies that have votes, by name."""
    figures = leading(ledger(), period.days)
    kinds: dict[str, list[tuple[Agency, Figure]]] = {}
    for agency in sorted(agencies(ledger()), key=lambda each: each.name.casefold()):
        if figures[agency.agency].n:
            kinds.setdefault(agency.service, []).append((agency, figures[agency.agency]))
    return kinds


def _chosen(kinds: Mapping[str, list[tuple[Agency, Figure]]]) -> str:
    """That of the address, else the type of service that most agencies have."""
    asked = request.args.get("jenis", "")
    if asked in kinds:
        return asked
    return max(kinds, key=lambda service: (len(kinds[service]), service), default="")


def _lines(period: Period, members: list[tuple[Agency, Figure]]) -> list[Line]:
    alike = standings({agency.agency: figure for agency, figure in members})
    answers = answering(period.days)
    return [
        Line(agency, figure, alike.get(agency.agency), answers[agency.agency])
        for agency, figure in members
    ]


def _two(lines: list[Line]) -> Two | None:
    """The two that the address asks for, if both have an index of the same boxes."""
    by_slug = {line.agency.agency: line for line in lines}
    one, other = (by_slug.get(request.args.get(name, "")) for name in ("a", "b"))
    if one is None or other is None or one == other:
        return None
    bounds = difference(one.figure, other.figure)
    if bounds is None or one.figure.index is None or other.figure.index is None:
        return None
    return Two(one, other, other.figure.index - one.figure.index, *bounds)
