"""The first page: every agency's index for one period, beside those that serve alike."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, NamedTuple

from flask import Blueprint, render_template, request

from collector.index.dispersion import INDEPENDENT
from collector.index.figure import Figure, figure
from collector.index.participation import Participation
from collector.index.trend import Trend, trend
from collector.ledger import reading
from collector.ledger.places import Agency, agencies
from collector.ledger.reading import CERTAIN, Uncertain
from collector.web.choosing import chosen_period, dispersion
from collector.web.joining import joined
from collector.web.period import Period
from collector.web.site import ledger

blueprint = Blueprint("overview", __name__)


class Line(NamedTuple):
    """One agency in one period."""

    agency: Agency
    figure: Figure
    trend: Trend | None
    joined: Participation
    uncertain: Uncertain


class Wanted(NamedTuple):
    """What the reader narrowed the list to, and its order."""

    service: str
    name: str
    sort: str
    falling: bool

    def keeps(self, line: Line) -> bool:
        words = f"{line.agency.name} {line.agency.short}".casefold()
        return self.service in ("", line.agency.service) and self.name.casefold() in words


_TREND: Final = {"turun": 0, "tetap": 1, "naik": 2}
_ORDER: Final[dict[str, Callable[[Line], Any]]] = {
    "nama": lambda line: line.agency.name.casefold(),
    "indeks": lambda line: line.figure.index,
    "suara": lambda line: line.figure.n,
    "tren": lambda line: None if line.trend is None else _TREND[line.trend],
}


@blueprint.get("/")
def overview() -> str:
    choice, wanted = chosen_period(), _wanted()
    lines = _lines(choice.period)
    shown = [line for line in lines if wanted.keeps(line)]
    return render_template(
        "overview.html",
        choice=choice,
        wanted=wanted,
        groups=_groups(shown, wanted),
        services=sorted({line.agency.service for line in lines}, key=str.casefold),
        shown=len(shown),
        total=sum(line.figure.n for line in lines),
        enough=sum(line.figure.enough for line in lines),
        agencies=len(lines),
        uncertain=Uncertain(*(sum(line.uncertain[i] for line in lines) for i in (0, 1))),
    )


def _wanted() -> Wanted:
    asked = request.args
    sort = asked.get("urut", "")
    return Wanted(
        service=asked.get("jenis", ""),
        name=asked.get("cari", "").strip()[:80],
        sort=sort if sort in _ORDER else "nama",
        falling=asked.get("arah") == "turun",
    )


def _lines(period: Period) -> list[Line]:
    now = reading.by_agency(ledger(), period.days)
    before = reading.by_agency(ledger(), period.before)
    alike, vague = dispersion(period.days), reading.uncertain(ledger(), period.days)
    shown = [
        _figures(
            agency,
            now.get(agency.agency, {}),
            before.get(agency.agency, {}),
            alike.get(agency.agency, INDEPENDENT),
        )
        for agency in agencies(ledger())
        if agency.agency in now or _serving(agency, period)
    ]
    people = joined(period.days, {agency.agency: current.n for agency, current, _ in shown})
    return [
        Line(*each, people[each[0].agency], vague.get(each[0].agency, CERTAIN)) for each in shown
    ]


def _serving(agency: Agency, period: Period) -> bool:
    """Did it exist on one of these days? A renamed agency is not listed for ever."""
    begun = agency.valid_from is None or agency.valid_from < period.days.end.isoformat()
    ended = agency.valid_to is not None and agency.valid_to <= period.days.first.isoformat()
    return begun and not ended


def _figures(
    agency: Agency, now: reading.Tally, before: reading.Tally, phi: Decimal
) -> tuple[Agency, Figure, Trend | None]:
    current = figure(now, phi=phi)
    return agency, current, trend(figure(before, phi=phi), current)


def _groups(lines: Iterable[Line], wanted: Wanted) -> list[tuple[str, list[Line]]]:
    """The lines of each type of service, in the order that was asked for.

    Never one list of all: agencies that serve differently are not compared.
    """
    by_service = sorted(lines, key=lambda line: line.agency.service.casefold())
    groups = groupby(by_service, key=lambda line: line.agency.service)
    return [(service, _sorted(members, wanted)) for service, members in groups]


def _sorted(lines: Iterable[Line], wanted: Wanted) -> list[Line]:
    """In order; those without a value come last, whichever way the others run."""
    value = _ORDER[wanted.sort]
    by_name = sorted(lines, key=_ORDER["nama"])
    known = [line for line in by_name if value(line) is not None]
    unknown = [line for line in by_name if value(line) is None]
    return sorted(known, key=value, reverse=wanted.falling) + unknown
