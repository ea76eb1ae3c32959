"""One agency: its figure, how it ran, which faces were pressed, and when in the week.

That is the district's page. Who belongs to the agency reads what was given out, by given.py.
"""

from decimal import Decimal
from typing import NamedTuple

from flask import Blueprint, render_template

from collector.index.dispersion import INDEPENDENT
from collector.index.figure import Figure, figure
from collector.index.interval import share_interval
from collector.index.nine import nine
from collector.index.periods import Days
from collector.index.scales import FaceMapping
from collector.index.trend import Trend, difference, trend
from collector.ledger import reading
from collector.ledger.plans import plans
from collector.web.beside import beside
from collector.web.boxes import boxes_of, chosen_boxes
from collector.web.choosing import Choice, chosen_period, dispersion
from collector.web.followups import entry
from collector.web.given import given
from collector.web.joining import joined
from collector.web.ran import (
    chosen_agency,
    chosen_step,
    controls_of,
    happenings_of,
    points_of,
)
from collector.web.reader import reader
from collector.web.site import ledger, site, today
from collector.web.weekmap import WeekMap, week_map
from collector.web.within import counters_of, questions_of

blueprint = Blueprint("agency", __name__, url_prefix="/perangkat")


class Change(NamedTuple):
    """Against the period before, with the 95 % interval of the difference."""

    before: Days
    trend: Trend
    points: Decimal
    low: Decimal
    high: Decimal


@blueprint.get("/<slug>")
def agency(slug: str) -> str:
    return _working_page(slug) if reader().of_district else given(slug)


def _working_page(slug: str) -> str:
    about, choice = chosen_agency(slug), chosen_period()
    days, step = choice.period.days, chosen_step(choice)
    votes = reading.by_agency(ledger(), days)
    boxes = boxes_of(votes.get(slug, {}))
    mapping = chosen_boxes(boxes)
    alike = dispersion(days, mapping)
    phi = alike.get(slug, INDEPENDENT)
    now = figure(votes.get(slug, {}), mapping, phi)
    by_question = reading.by_question(ledger(), slug, days)
    return render_template(
        "agency.html",
        agency=about,
        choice=choice,
        mapping=mapping,
        boxes=boxes,
        figure=now,
        share_bounds=_share_bounds(now),
        change=_change(slug, choice, mapping, now),
        beside=beside(about, votes, alike, mapping),
        uncertain=reading.uncertain(ledger(), days, mapping).get(slug),
        step=step,
        points=points_of(slug, choice, step, mapping, phi),
        controls=controls_of(slug, choice, mapping),
        happenings=happenings_of(slug, choice, step),
        nine=nine(by_question, mapping, phi),
        counters=counters_of(slug, days, mapping, phi),
        questions=questions_of(by_question, mapping, phi),
        week=_week_map(slug, choice, mapping, now),
        joined=joined(days, {slug: sum(each.n for each in boxes)})[slug],
        plans=[entry(plan, today()) for plan in plans(ledger(), slug).values()],
    )


def _share_bounds(now: Figure) -> dict[str, tuple[Decimal, Decimal]]:
    """In percent; for no face while there are too few votes."""
    return {face: share_interval(now.counts[face], now.n, now.phi) for face in now.shares}


def _change(slug: str, choice: Choice, mapping: FaceMapping, now: Figure) -> Change | None:
    votes = reading.by_agency(ledger(), choice.period.before, slug)
    before = figure(votes.get(slug, {}), mapping, now.phi)
    word, bounds = trend(before, now), difference(before, now)
    if word is None or bounds is None or now.index is None or before.index is None:
        return None
    return Change(choice.period.before, word, now.index - before.index, *bounds)


def _week_map(slug: str, choice: Choice, mapping: FaceMapping, now: Figure) -> WeekMap | None:
    """None where the agency has no index to compare with."""
    if now.index is None:
        return None
    zone = site().config.zone
    tallies = reading.by_week_hour(ledger(), slug, choice.period.days, zone)
    return week_map(tallies, now.index, mapping)
