"""The page of thresholds: by how much an index falls before there is an alert, and what that costs.

What it costs are false alarms, to be expected by each agency's own closed months.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField

from collector.alerts.figures import false_alarms
from collector.alerts.points import read_points
from collector.index.falsealarms import LEAST, Expected
from collector.ledger.alerts import WIDTH, BadThreshold, Thresholds, set_threshold, thresholds
from collector.ledger.places import Agency, agencies
from collector.web.languages import gettext
from collector.web.permissions import may_open
from collector.web.ran import chosen_agency
from collector.web.reader import reader
from collector.web.site import by, ledger, today, writable

blueprint = Blueprint("thresholds", __name__, url_prefix="/peringatan/ambang")


class ThresholdForm(FlaskForm):  # type: ignore[misc]
    opd = StringField()  # a slug; empty: all agencies
    poin = StringField()  # empty: no threshold of its own


class Line(NamedTuple):
    agency: Agency
    points: Decimal
    is_own: bool
    expected: Expected | None


class Costs(NamedTuple):
    """What thresholds cost: of each agency, and altogether."""

    lines: list[Line]

    @property
    def known(self) -> list[Expected]:
        return [line.expected for line in self.lines if line.expected is not None]

    @property
    def a_month(self) -> Decimal:
        return sum((each.a_month for each in self.known), Decimal(0))


class Tried(NamedTuple):
    """A threshold that was not set yet."""

    agency: Agency | None
    points: Decimal
    costs: Costs


@blueprint.get("")
def shown() -> str | tuple[str, int]:
    asked = request.args.get("poin", "").strip()
    agency = _agency(request.args.get("opd", ""))
    if not asked:
        return _page(agency)
    try:
        tried = _try(agency, _points(asked))
    except BadThreshold:
        return _page(agency, wrong=asked), 400
    return _page(agency, tried)


@blueprint.post("")
def set_() -> Response | tuple[str, int]:
    form = ThresholdForm()
    agency, asked = _agency(form.opd.data or ""), (form.poin.data or "").strip()
    try:
        points = _points(asked) if asked else None
        with writable() as db:
            set_threshold(db, by(reader().name), agency and agency.agency, points)
    except BadThreshold:
        return _page(agency, wrong=asked), 400
    flash(gettext("Ambang dipasang; dicatat di jurnal."), "success")
    return redirect(url_for("thresholds.shown"))


def _points(asked: str) -> Decimal:
    """Raises BadThreshold."""
    points = read_points(asked)
    if not 0 <= points <= WIDTH:
        raise BadThreshold(asked)
    return points


def _agency(slug: str) -> Agency | None:
    return chosen_agency(slug) if slug else None


def _page(agency: Agency | None, tried: Tried | None = None, wrong: str = "") -> str:
    now = thresholds(ledger())
    return render_template(
        "thresholds.html",
        agencies=sorted(agencies(ledger()), key=lambda each: each.name.casefold()),
        agency=agency,
        tried=tried,
        wrong=wrong,
        of_all=now.of_all,
        own=_own(now),
        now=_costs(now, today()),
        least=LEAST,
        width=WIDTH,
        may_act=may_open(reader().role, "thresholds.set_"),
    )


def _own(now: Thresholds) -> list[tuple[Agency, Decimal]]:
    """Agencies with a threshold of their own, by name."""
    found = [(each, now.own[each.agency]) for each in agencies(ledger()) if each.agency in now.own]
    return sorted(found, key=lambda each: each[0].name.casefold())


def _try(agency: Agency | None, points: Decimal) -> Tried:
    """Of one agency; or of all, as far as they have none of their own."""
    now = thresholds(ledger())
    if agency is None:
        return Tried(None, points, _costs(Thresholds(now.own, points), today()))
    return Tried(agency, points, _costs(Thresholds({agency.agency: points}, None), today()))


def _costs(chosen: Thresholds, day: date) -> Costs:
    found = false_alarms(ledger(), chosen, day)
    known = {each.agency: each for each in agencies(ledger())}
    lines = [_line(known[slug], chosen, found) for slug in found]
    return Costs(sorted(lines, key=lambda line: line.agency.name.casefold()))


def _line(agency: Agency, chosen: Thresholds, found: Mapping[str, Expected | None]) -> Line:
    slug = agency.agency
    return Line(agency, chosen.of(slug) or Decimal(0), slug in chosen.own, found[slug])
