"""The figures of a period: made of pieces, and stored with them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
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
    Piece,
    Release,
    Scope,
    add_piece,
    add_release,
    last_release,
    pieces,
    releases,
    signed,
)
from collector.ledger.store import writing
from collector.release.adding import of_agency, of_regency, of_unit
from collector.release.measure import measure
from collector.release.pieces import next_piece, total
from collector.release.rules import DETAILS, NAME, Rules, rules_of
from collector.release.timetable import Period
from collector.release.told import Told, tell


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
    """What is not stored yet, and the last figure that was when this was made."""

    figures: list[Release]
    pieces: list[Piece]
    at_ms: int
    after: int


class Place(NamedTuple):
    scope: Scope
    place: str  # slug; '' for the regency
    agency: str | None
    units: frozenset[str]


def make(db: Database, order: Order) -> Made:
    """What is new of the period, from one state of the ledger."""
    with writing(db):
        press, after = _Press(db, order), last_release(db)
    return Made(list(press.run()), press.new, order.at_ms, after)


def store(db: Database, made: Made, proposal: int | None = None) -> None:
    """Inside of a transaction of the caller's. Raises Overtaken."""
    if last_release(db) != made.after:
        raise Overtaken("other figures were given out in the meantime: run this again")
    for piece in made.pieces:
        add_piece(db, piece, made.at_ms)
    for release in made.figures:
        add_release(db, replace(release, proposal=proposal))


def _votes(tally: reading.Tally) -> Counts:
    return tuple(tally.get(face, 0) for face in DEFAULT.faces)


class _Press:
    """One period's figures."""

    def __init__(self, db: Database, order: Order) -> None:
        self.order, days = order, order.period.days
        self.places = _places(db, days)
        self.before = releases(db, days)
        self.signed = signed(db)
        self.votes = {unit: _votes(tally) for unit, tally in reading.by_unit(db, days).items()}
        services = {each.agency: each.service for each in agencies(db)}
        self.phi = reading.dispersion(db, days, services)
        self.pieces = pieces(db, containing("year", days.first))
        self.new = [] if order.audiences == ("district",) else list(self._cut())
        self.within = [each for each in [*self.pieces, *self.new] if days.holds(each.days)]

    def _cut(self) -> Iterator[Piece]:
        for place in self.places:
            if place.scope == "agency":
                now = {unit: self.votes[unit] for unit in place.units if unit in self.votes}
                before = [each for each in self.pieces if each.agency == place.agency]
                piece = next_piece(place.place, self.order.period, now, before)
                yield from [piece] if piece else []

    def run(self) -> Iterator[Release]:
        for audience in self.order.audiences:
            for place in self.places:
                rules = rules_of(audience, place.scope)
                if rules is not None and self.order.period.kind in rules.kinds:
                    told = self._tell(rules, place)
                    if self._is_wanted(rules, place, told):
                        yield self._release(rules, place, told)

    def _is_wanted(self, rules: Rules, place: Place, told: Told) -> bool:
        last = self._last(rules.audience, place)
        if last is None:
            return True
        given = last.proposal is None or last.proposal in self.signed
        changed = bool(self.order.reason) and told != _told(last)
        return changed or (self.order.proposed and not given)

    def _last(self, audience: Audience, place: Place) -> Release | None:
        days = self.order.period.days
        figure = (audience, place.scope, place.place, str(days.first), str(days.last))
        return next((each for each in reversed(self.before) if each.figure == figure), None)

    def _of(self, place: Place) -> Counts:
        votes = [self.votes[unit] for unit in place.units if unit in self.votes]
        return total([tuple(0 for _ in DEFAULT.faces), *votes])

    def _tell(self, rules: Rules, place: Place) -> Told:
        if rules.audience == "district":
            return tell(rules, self._of(place))
        if place.scope == "regency":
            return of_regency(self.within)
        own = [each for each in self.within if each.agency == place.agency]
        return of_unit(place.place, own) if place.scope == "unit" else of_agency(rules, own)

    def _release(self, rules: Rules, place: Place, told: Told) -> Release:
        order, last = self.order, self._last(rules.audience, place)
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
            held=_holds_back(rules, self._of(place), told),
            reason=order.reason if last else "",
            votes=self._of(place),
            proposal=None,
            at_ms=order.at_ms,
        )

    def _phi(self, place: Place) -> Decimal:
        """Of the regency, the largest of its agencies."""
        if place.agency is None:
            return max(self.phi.values(), default=INDEPENDENT)
        return self.phi.get(place.agency, INDEPENDENT)


def _told(given: Release) -> Told:
    return Told(given.detail, given.n, given.cells, given.alone, given.index)


def _holds_back(rules: Rules, votes: Counts, told: Told) -> bool:
    """Is less told than the votes alone would allow?"""
    return DETAILS.index(told.detail) > DETAILS.index(tell(rules, votes).detail)


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
