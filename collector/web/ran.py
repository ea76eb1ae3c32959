"""How an agency's index ran, as its page and its pictures show it."""

from decimal import Decimal
from typing import Final

from flask import abort, request

from collector.index.course import Point, Step, course, steps, usual_step, weeks
from collector.index.dispersion import INDEPENDENT
from collector.index.periods import Days
from collector.index.scales import FaceMapping
from collector.index.weekly import INDEX, Chart, chart
from collector.ledger import reading
from collector.ledger.places import Agency, agencies
from collector.web.choosing import Choice, dispersion
from collector.web.site import ledger, today
from collector.web.timeline import Happening, timeline

STEPS: Final[dict[str, Step]] = {"minggu": "week", "bulan": "month"}


def chosen_agency(slug: str) -> Agency:
    """404 for one that does not exist."""
    found = [each for each in agencies(ledger()) if each.agency == slug]
    return found[0] if found else abort(404)


def chosen_step(choice: Choice) -> Step:
    asked = request.args.get("langkah", "")
    return STEPS.get(asked) or usual_step(choice.period.days)


def phi_of(slug: str, choice: Choice, mapping: FaceMapping) -> Decimal:
    """One for the whole page: it is a trait of the service, not of a period."""
    return dispersion(choice.period.days, mapping).get(slug, INDEPENDENT)


def points_of(
    slug: str, choice: Choice, step: Step, mapping: FaceMapping, phi: Decimal
) -> list[Point]:
    """The trend."""
    shown = _shown(choice, step)
    if not shown:
        return []
    return course(reading.dated(ledger(), slug, _whole(shown)), shown, phi, mapping)


def controls_of(slug: str, choice: Choice, mapping: FaceMapping) -> list[Chart]:
    """The control charts, of the weeks that a weekly trend shows; none before a week is closed.

    Of the index and of the least favourable face; the command has those of all faces.
    """
    shown = _shown(choice, "week")
    if not shown or choice.begun is None:
        return []
    closed = weeks(choice.begun, shown[-1].end)
    points = course(reading.dated(ledger(), slug, _whole(closed)), closed, mapping=mapping)
    names = (INDEX, mapping.faces[0])
    return [chart(name, points).within(_whole(shown)) for name in names]


def happenings_of(slug: str, choice: Choice, step: Step) -> list[Happening]:
    """What changed on any day that trend or control charts show."""
    stretches = [_whole(shown) for each in {step, "week"} if (shown := _shown(choice, each))]
    if not stretches:
        return []
    first, end = min(each.first for each in stretches), max(each.end for each in stretches)
    return timeline(slug, Days(first, end))


def _shown(choice: Choice, step: Step) -> list[Days]:
    if choice.begun is None:
        return []
    return steps(step, choice.period.days, choice.begun, today())


def _whole(parts: list[Days]) -> Days:
    return Days(parts[0].first, parts[-1].end)
