"""The figures of a period: made, each tried by the test of a release, and stored."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.index.dispersion import INDEPENDENT
from collector.index.periods import Days, containing
from collector.index.scales import DEFAULT
from collector.ledger import reading
from collector.ledger.places import Agency, agencies, units
from collector.ledger.releases import (
    Audience,
    Counts,
    Release,
    Scope,
    add_release,
    arrivals,
    keep_arrivals,
    last_arrival,
    last_release,
    releases,
    signed,
)
from collector.ledger.store import writing
from collector.release.deciding import Decision, Recipient, decide, units_may_be_told
from collector.release.knowledge import Knowledge, knowledge_of
from collector.release.measure import measure
from collector.release.received import plus
from collector.release.rules import NAME, Rules, rules_of
from collector.release.timetable import Period, months_of
from collector.release.told import NOTHING, tell


class Overtaken(CollectorError, RuntimeError):
    """Somebody else gave figures out at the same time."""


class Order(NamedTuple):
    """What is to be made. A revision has a reason, and only what changed gets a new version."""

    period: Period
    audiences: tuple[Audience, ...]
    at_ms: int
    reason: str = ""
    proposed: bool = False  # to be signed: what nobody signed yet is made anew


class Made(NamedTuple):
    """Figures that are not stored yet, and the last one that was when they were made."""

    figures: list[Release]
    after: int


class Place(NamedTuple):
    scope: Scope
    place: str  # slug; '' for the regency
    agency: str | None
    units: frozenset[str]


def make(db: Database, order: Order) -> Made:
    """What is new of the period. It may take minutes, in which votes are stored as ever."""
    with writing(db):
        _keep_arrivals(db, order)
        press, after = _Press(db, order), last_release(db)
    return Made(list(press.run()), after)


def store(db: Database, made: Made, proposal: int | None = None) -> None:
    """Inside of a transaction of the caller's. Raises Overtaken."""
    if last_release(db) != made.after:
        raise Overtaken("other figures were given out in the meantime: run this again")
    for release in made.figures:
        add_release(db, replace(release, proposal=proposal))


def _keep_arrivals(db: Database, order: Order) -> None:
    now = {}
    for month in months_of(order.period.days):
        days = containing("month", date.fromisoformat(f"{month}-01"))
        for unit, tally in reading.by_unit(db, days).items():
            now[unit, month] = _votes(tally)
    keep_arrivals(db, now, order.at_ms)


def _votes(tally: reading.Tally) -> Counts:
    return tuple(tally.get(face, 0) for face in DEFAULT.faces)


class _Press:
    """One period's figures."""

    def __init__(self, db: Database, order: Order) -> None:
        self.order, days = order, order.period.days
        year = containing("year", days.first)
        self.places = _places(db, days)
        self.before = releases(db, year)
        self.signed = signed(db)
        self.arrivals = arrivals(db, months_of(year))
        self.upto = last_arrival(db)
        self.votes = {unit: _votes(tally) for unit, tally in reading.by_unit(db, days).items()}
        services = {each.agency: each.service for each in agencies(db)}
        self.phi = reading.dispersion(db, days, services)
        self.known: dict[str, Knowledge] = {}

    def run(self) -> Iterator[Release]:
        for audience in self.order.audiences:
            for place in self.places:
                rules = rules_of(audience, place.scope)
                if rules is not None and self._is_wanted(rules, place):
                    yield self._release(rules, place, self._decide(rules, place))

    def _is_wanted(self, rules: Rules, place: Place) -> bool:
        if self.order.period.kind not in rules.kinds:
            return False
        last = self._last(rules.audience, place)
        if last is None:
            return True
        given = last.proposal is None or last.proposal in self.signed
        changed = bool(self.order.reason) and last.votes != self._of(place)
        return changed or (self.order.proposed and not given)

    def _last(self, audience: Audience, place: Place) -> Release | None:
        days = self.order.period.days
        figure = (audience, place.scope, place.place, str(days.first), str(days.last))
        return next((each for each in reversed(self.before) if each.figure == figure), None)

    def _of(self, place: Place) -> Counts:
        votes = [self.votes[unit] for unit in place.units if unit in self.votes]
        return reduce(plus, votes, tuple(0 for _ in DEFAULT.faces))

    def _decide(self, rules: Rules, place: Place) -> Decision:
        if rules.audience == "district":
            told = tell(rules, self._of(place), rules.finest)
            return Decision(told, rules.finest, held=False)
        if place.scope == "unit" and not self._units_may_be_told(rules, place):
            return Decision(
                NOTHING, "nothing", held=tell(rules, self._of(place), "exact") != NOTHING
            )
        concerned = self._concerned(place)
        regions = [
            known.region(known.units & place.units, self.order.period.days, self._of(place))
            for known in concerned
        ]
        recipients: list[Recipient] = []
        for known, region in zip(concerned, regions, strict=True):
            recipients += known.recipients(rules.audience, region)
        values = {part: votes for known in concerned for part, votes in known.values.items()}
        decision = decide(rules, recipients, values)
        for known, region in zip(concerned, regions, strict=True):
            known.receive(region, rules, decision.cap, decision.told)
        return decision

    def _units_may_be_told(self, rules: Rules, place: Place) -> bool:
        beside = [each for each in self.places if each.scope == "unit"]
        own = [self._of(each) for each in beside if each.agency == place.agency]
        return units_may_be_told(own, rules)

    def _concerned(self, place: Place) -> list[Knowledge]:
        """What is known of each agency whose votes are in this figure."""
        agencies = [each for each in self.places if each.scope == "agency"]
        return [self._knowledge(each) for each in agencies if place.agency in (None, each.agency)]

    def _knowledge(self, agency: Place) -> Knowledge:
        if agency.place not in self.known:
            self.known[agency.place] = knowledge_of(
                agency.units, self.arrivals, self._given(agency)
            )
        return self.known[agency.place]

    def _given(self, agency: Place) -> Iterator[tuple[Release, frozenset[str]]]:
        for release in self.before:
            if release.audience != "district" and release.agency in (None, agency.agency):
                own = frozenset([release.place]) if release.scope == "unit" else agency.units
                yield release, own

    def _release(self, rules: Rules, place: Place, decision: Decision) -> Release:
        order, told, last = self.order, decision.told, self._last(rules.audience, place)
        days, phi = order.period.days, self._phi(place)
        measured = measure(rules, told, phi)
        return Release(
            audience=rules.audience,
            scope=place.scope,
            place=place.place,
            agency=place.agency,
            kind=order.period.kind,
            first_day=str(days.first),
            last_day=str(days.last),
            version=1 if last is None else last.version + 1,
            rules=NAME,
            mapping=DEFAULT.name,
            detail=told.detail,
            alone=told.alone,
            n=told.n,
            cells=told.cells,
            index=told.index,
            low=measured.low,
            high=measured.high,
            grade=measured.grade,
            phi=phi,
            cap=decision.cap,
            held=decision.held,
            reason=order.reason if last else "",
            votes=self._of(place),
            upto=self.upto,
            proposal=None,
            at_ms=order.at_ms,
        )

    def _phi(self, place: Place) -> Decimal:
        """Of the regency, the largest of its agencies."""
        if place.agency is None:
            return max(self.phi.values(), default=INDEPENDENT)
        return self.phi.get(place.agency, INDEPENDENT)


def _places(db: Database, days: Days) -> Sequence[Place]:
    """Each agency that serves in these days, then its units if it has several; the regency last."""
    own: dict[str, list[str]] = {}
    for unit in units(db):
        own.setdefault(unit.agency, []).append(unit.unit)
    found: list[Place] = []
    for agency in agencies(db):
        if not _serves(agency, days):
            continue
        slug, all_units = agency.agency, own.get(agency.agency, [])
        found.append(Place("agency", slug, slug, frozenset(all_units)))
        several = all_units if len(all_units) > 1 else []
        found += [Place("unit", unit, slug, frozenset([unit])) for unit in several]
    everybody = frozenset(unit for each in found for unit in each.units)
    return [*found, Place("regency", "", None, everybody)]


def _serves(agency: Agency, days: Days) -> bool:
    begun = agency.valid_from is None or agency.valid_from < days.end.isoformat()
    return begun and (agency.valid_to is None or agency.valid_to > days.first.isoformat())
