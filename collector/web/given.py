"""An agency's own page, for its people: what was given out to them, and what it has promised.

Nothing here is counted anew: no day, no week and no counter, and no figure that the test of a
release (docs/releases.md) has not let pass. Units are for the head alone.
"""

from flask import render_template

from collector.ledger.places import Agency, units
from collector.ledger.plans import plans
from collector.web.followups import entry
from collector.web.givenlines import Line, lines_of
from collector.web.ran import chosen_agency
from collector.web.reader import reader
from collector.web.released import asked_period, released_periods
from collector.web.site import ledger, today


def given(slug: str) -> str:
    about, periods = chosen_agency(slug), released_periods("agency")
    period = asked_period(periods)
    lines = [] if period is None else _own(about, lines_of("agency", period))
    return render_template(
        "given.html",
        agency=about,
        given=periods,
        period=period,
        lines=lines,
        units={unit.unit: unit.name for unit in units(ledger())},
        plans=[entry(plan, today()) for plan in plans(ledger(), slug).values()],
    )


def _own(about: Agency, lines: list[Line]) -> list[Line]:
    """The whole agency first, then its units."""
    scopes = ("agency", "unit") if reader().role == "agency-head" else ("agency",)
    own = [line for line in lines if line.figure.agency == about.agency]
    return [line for scope in scopes for line in own if line.figure.scope == scope]
