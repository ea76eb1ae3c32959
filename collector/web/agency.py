"""One agency: its figure, how it ran, which faces were pressed, and when in the week."""

from decimal import Decimal
from typing import Final, NamedTuple

from flask import Blueprint, Response, abort, render_template, request

from collector.index.course import Point, Step, course, steps, usual_step
from collector.index.dispersion import INDEPENDENT
from collector.index.figure import Figure, figure
from collector.index.interval import share_interval
from collector.index.periods import Days
from collector.index.trend import Trend, difference, trend
from collector.ledger import reading
from collector.ledger.places import Agency, agencies
from collector.ledger.plans import plans
from collector.web import charts
from collector.web.choosing import Choice, chosen_period, dispersion
from collector.web.followups import entry
from collector.web.joining import joined
from collector.web.languages import language
from collector.web.site import ledger, site, today
from collector.web.weekmap import WeekMap, week_map

blueprint = Blueprint("agency", __name__, url_prefix="/perangkat")

STEPS: Final[dict[str, Step]] = {"minggu": "week", "bulan": "month"}


class Change(NamedTuple):
    """Against the period before, with the 95 % interval of the difference."""

    before: Days
    trend: Trend
    points: Decimal
    low: Decimal
    high: Decimal


@blueprint.get("/<slug>")
def agency(slug: str) -> str:
    about, choice = _find(slug), chosen_period()
    phi = _phi(slug, choice)
    now, step = _figure(slug, choice.period.days, phi), _step(choice)
    return render_template(
        "agency.html",
        agency=about,
        choice=choice,
        figure=now,
        share_bounds=_share_bounds(now),
        change=_change(slug, choice, now),
        uncertain=reading.uncertain(ledger(), choice.period.days).get(slug),
        step=step,
        points=_course(slug, choice, step, phi),
        week=_week_map(slug, choice, now),
        joined=joined(choice.period.days, {slug: now.n})[slug],
        plans=[entry(plan, today()) for plan in plans(ledger(), slug).values()],
    )


@blueprint.get("/<slug>/tren.svg")
def course_picture(slug: str) -> Response:
    """The trend as a picture, wide or (sempit) for a narrow screen."""
    _find(slug)
    choice = chosen_period()
    points = _course(slug, choice, _step(choice), _phi(slug, choice))
    if not points:
        abort(404)
    narrow = "sempit" in request.args
    days = choice.period.days
    picture = charts.Picture(tuple(map(_dot, points)), days.first, days.end, narrow, language())
    return Response(charts.draw(picture), mimetype="image/svg+xml")


def _find(slug: str) -> Agency:
    found = [each for each in agencies(ledger()) if each.agency == slug]
    return found[0] if found else abort(404)


def _step(choice: Choice) -> Step:
    asked = request.args.get("langkah", "")
    return STEPS.get(asked) or usual_step(choice.period.days)


def _phi(slug: str, choice: Choice) -> Decimal:
    """One for the whole page: it is a trait of the service, not of a period."""
    return dispersion(choice.period.days).get(slug, INDEPENDENT)


def _figure(slug: str, days: Days, phi: Decimal) -> Figure:
    return figure(reading.by_agency(ledger(), days).get(slug, {}), phi=phi)


def _share_bounds(now: Figure) -> dict[str, tuple[Decimal, Decimal]]:
    """In percent; for no face while there are too few votes."""
    return {face: share_interval(now.counts[face], now.n, now.phi) for face in now.shares}


def _change(slug: str, choice: Choice, now: Figure) -> Change | None:
    before = _figure(slug, choice.period.before, now.phi)
    word, bounds = trend(before, now), difference(before, now)
    if word is None or bounds is None or now.index is None or before.index is None:
        return None
    return Change(choice.period.before, word, now.index - before.index, *bounds)


def _course(slug: str, choice: Choice, step: Step, phi: Decimal) -> list[Point]:
    if choice.begun is None:
        return []
    shown = steps(step, choice.period.days, choice.begun, today())
    if not shown:
        return []
    all_days = Days(shown[0].first, shown[-1].end)
    return course(reading.dated(ledger(), slug, all_days), shown, phi)


def _week_map(slug: str, choice: Choice, now: Figure) -> WeekMap | None:
    """None where the agency has no index to compare with."""
    if now.index is None:
        return None
    zone = site().config.zone
    return week_map(reading.by_week_hour(ledger(), slug, choice.period.days, zone), now.index)


def _dot(point: Point) -> charts.Dot:
    middle = point.days.first + (point.days.end - point.days.first) / 2
    known = point.figure
    return charts.Dot(middle, *map(_float, (known.index, known.low, known.high)))


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
