"""The first page: every agency's index for one period, beside those that serve alike."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any, Final, NamedTuple

from flask import Blueprint, render_template, request

from collector.index.dispersion import INDEPENDENT
from collector.index.figure import Figure, figure
from collector.index.participation import Participation
from collector.index.scales import DEFAULT, FaceMapping, usual_for
from collector.index.trend import Trend, trend
from collector.ledger import reading
from collector.ledger.places import Agency, agencies
from collector.ledger.reading import CERTAIN, Uncertain
from collector.web.answering import Answering, answering
from collector.web.choosing import chosen_period, dispersion
from collector.web.joining import joined
from collector.web.period import Period
from collector.web.site import ledger

blueprint = Blueprint("overview", __name__)


class Line(NamedTuple):
    """One agency in one period, by its boxes of one kind."""

    agency: Agency
    figure: Figure
    mapping: FaceMapping
    apart: bool  # the agency has boxes of another kind, which have a line of their own
    trend: Trend | None
    joined: Participation
    answering: Answering
    uncertain: Uncertain


class Changed(NamedTuple):
    """Those whose index surely moved, and how many would be said to by chance alone."""

    fallen: list[Line]
    risen: list[Line]
    compared: int

    @property
    def by_chance(self) -> int:
        """Of intervals of 95 % one in twenty misses, rounded up."""
        return -(-self.compared // 20)


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
        changed=_changed(shown),
        services=sorted({line.agency.service for line in lines}, key=str.casefold),
        shown=len(shown),
        plain=DEFAULT,
        total=sum(line.figure.n for line in lines),
        enough=len({line.agency.agency for line in lines if line.figure.enough}),
        agencies=len({line.agency.agency for line in lines}),
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
    shown = [
        agency for agency in agencies(ledger()) if agency.agency in now or _serving(agency, period)
    ]
    people = joined(period.days, {slug: sum(votes.values()) for slug, votes in now.items()})
    answers = answering(period.days)
    kinds: dict[str, Kind] = {}
    lines = []
    for agency in shown:
        votes = (now.get(agency.agency, {}), before.get(agency.agency, {}))
        for mapping in (own := usual_for(votes[0])):
            kind = kinds.get(mapping.name) or kinds.setdefault(mapping.name, _kind(period, mapping))
            beside = Beside(people[agency.agency], answers[agency.agency], apart=len(own) > 1)
            lines.append(_line(agency, votes, kind, beside))
    return lines


def _changed(lines: Iterable[Line]) -> Changed:
    """By name."""
    known = sorted((line for line in lines if line.trend is not None), key=_ORDER["nama"])
    fallen, risen = ([each for each in known if each.trend == word] for word in ("turun", "naik"))
    return Changed(fallen, risen, len(known))


class Kind(NamedTuple):
    """What all lines of one kind of box have in common; of each agency."""

    mapping: FaceMapping
    alike: dict[str, Decimal]  # phi
    vague: dict[str, Uncertain]


class Beside(NamedTuple):
    """What stands beside the index of an agency, whatever its boxes are."""

    joined: Participation
    answering: Answering
    apart: bool


def _kind(period: Period, mapping: FaceMapping) -> Kind:
    alike = dispersion(period.days, mapping)
    return Kind(mapping, alike, reading.uncertain(ledger(), period.days, mapping))


def _line(
    agency: Agency, votes: tuple[reading.Tally, reading.Tally], kind: Kind, beside: Beside
) -> Line:
    """`votes` of the period, and of the one before."""
    slug, mapping = agency.agency, kind.mapping
    phi = kind.alike.get(slug, INDEPENDENT)
    current, old = (figure(each, mapping, phi) for each in votes)
    return Line(
        agency,
        current,
        mapping,
        beside.apart,
        trend(old, current),
        beside.joined,
        beside.answering,
        kind.vague.get(slug, CERTAIN),
    )


def _serving(agency: Agency, period: Period) -> bool:
    """Did it exist on one of these days? A renamed agency is not listed for ever."""
    begun = agency.valid_from is None or agency.valid_from < period.days.end.isoformat()
    ended = agency.valid_to is not None and agency.valid_to <= period.days.first.isoformat()
    return begun and not ended


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
