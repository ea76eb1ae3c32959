"""An agency's own page, for its people: what was given out to them, and what it has promised.

Nothing here is counted anew: no day, no week and no counter, and no figure that the test of a
release (docs/releases.md) has not let pass. Units, and what is only proposed, are for the head
alone, who may add a remark to it.
"""

from typing import NamedTuple

from flask import render_template

from collector.ledger.places import Agency, units
from collector.ledger.plans import plans
from collector.release.rules import LONGEST_REMARK
from collector.web.followups import entry
from collector.web.formats import FORMATS
from collector.web.givenlines import Line, lines_of
from collector.web.period import Period
from collector.web.proposed import Proposed, proposed
from collector.web.ran import chosen_agency
from collector.web.reader import reader
from collector.web.released import asked_period, released_periods
from collector.web.site import ledger, today


class Wrong(NamedTuple):
    """A remark that was not taken."""

    number: int
    typed: str


def given(slug: str, wrong: Wrong | None = None) -> str:
    about, periods = chosen_agency(slug), released_periods("agency")
    period = asked_period(periods)
    lines = [] if period is None else _own(about, lines_of("agency", period))
    return render_template(
        "given.html",
        agency=about,
        given=periods,
        period=period,
        lines=lines,
        proposed=_proposed(about),
        wrong=wrong,
        longest=LONGEST_REMARK,
        is_head=_is_head(),
        files={} if period is None else _files(period),
        units={unit.unit: unit.name for unit in units(ledger())},
        plans=[entry(plan, today()) for plan in plans(ledger(), slug).values()],
    )


def _files(period: Period) -> dict[str, object]:
    """What its head may take; the poster only where the public was given the period."""
    has_poster = period.code in {each.code for each in released_periods("public")}
    return {code: FORMATS[code] for code in FORMATS if code != "poster" or has_poster}


def _is_head() -> bool:
    return reader().role == "agency-head"


def _own(about: Agency, lines: list[Line]) -> list[Line]:
    """The whole agency first, then its units."""
    scopes = ("agency", "unit") if _is_head() else ("agency",)
    own = [line for line in lines if line.figure.agency == about.agency]
    return [line for scope in scopes for line in own if line.figure.scope == scope]


def _proposed(about: Agency) -> list[Proposed]:
    """Of the whole agency, as its head will read it."""
    if not _is_head():
        return []
    found = [(each, _own(about, each.lines)) for each in proposed()]
    return [
        each._replace(lines=[line for line in own if line.figure.audience == "agency"][:1])
        for each, own in found
        if own
    ]
