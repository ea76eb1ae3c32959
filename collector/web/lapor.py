"""Complaints beside the index: how each agency answers, by those that were brought in."""

from typing import NamedTuple

from flask import Blueprint, render_template

from collector.index.complaints import RESPOND, SETTLE, SETTLE_EXAMINED, VERIFY
from collector.index.figure import Figure
from collector.index.handling import MINIMUM, Shown, places, shown
from collector.ledger.figures import leading
from collector.ledger.handlings import Handlings, handlings
from collector.ledger.places import Agency, agencies
from collector.servicehours import read_calendar
from collector.web.choosing import Choice, chosen_period
from collector.web.site import ledger, site

blueprint = Blueprint("lapor", __name__, url_prefix="/lapor")


class Line(NamedTuple):
    """One agency; no `shown` where it has no complaints, no `place` where it cannot be ranked."""

    agency: Agency
    figure: Figure
    shown: Shown | None
    place: int | None


@blueprint.get("")
def lapor() -> str:
    choice = chosen_period()
    holiday = read_calendar(site().config.data_dir).holiday
    found = handlings(ledger(), choice.period.days, holiday)
    return render_template(
        "lapor.html",
        choice=choice,
        found=found,
        lines=[] if found is None else _lines(choice, found),
        minimum=MINIMUM,
        limits={"verify": VERIFY, "respond": RESPOND, "settle": SETTLE, "look": SETTLE_EXAMINED},
    )


def _lines(choice: Choice, found: Handlings) -> list[Line]:
    """Those with complaints or votes, by name."""
    indices, placed = leading(ledger(), choice.period.days), places(found.of)
    return [
        _line(agency, indices[agency.agency], found, placed)
        for agency in sorted(agencies(ledger()), key=lambda each: each.name.casefold())
        if agency.agency in found.of or indices[agency.agency].n
    ]


def _line(agency: Agency, figure: Figure, found: Handlings, placed: dict[str, int]) -> Line:
    handled = found.of.get(agency.agency)
    return Line(agency, figure, handled and shown(handled), placed.get(agency.agency))
