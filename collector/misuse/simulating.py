"""A simulated year of a fleet, judged by the real rules: what is caught, and what is not."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from math import floor
from random import Random
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from collector.index.calendar import Calendar, Span
from collector.index.corrected import Direction
from collector.index.periods import Days
from collector.index.scales import DEFAULT
from collector.ledger.copies import Place
from collector.ledger.misuse import Cast
from collector.ledger.placements import Placement
from collector.misuse import traffic
from collector.misuse.filtering import Filter
from collector.misuse.judging import Subject, Week, days_of
from collector.misuse.ruleset import Rules
from collector.misuse.traffic import KINDS, Misuse, Office, Open, Vote

ZONE: Final = ZoneInfo("Asia/Makassar")
FIRST: Final = date(2026, 1, 26)  # a Monday: four weeks end with the misuse
WARM: Final = 16  # weeks before the first one that is judged: twelve of a baseline, and four
MISUSED: Final = 4  # weeks
LEAST_WEEKS: Final = WARM + MISUSED
PLACE: Final = ("Administrasi kependudukan", "kantor")
HERE: Final = "loket"

_Votes = dict[date, list[Vote]]


class Honest(NamedTuple):
    """Of honest votes alone."""

    months: float
    votes: int
    left_out: Mapping[str, int]  # rule → votes
    cases: Counter[str]  # rule → false cases


class Caught(NamedTuple):
    """Of one kind of misuse, at every kiosk by itself, for four weeks."""

    kiosks: int
    added: int  # votes
    left_out: int  # of those that were added
    honest_left_out: int  # honest votes that are left out because of it
    raw: Decimal  # by how many points the index moves, in the mean over kiosks
    filtered: Decimal  # and the filtered index
    cases: Mapping[str, int]  # rule → at how many kiosks it opened a case
    noticed: int  # kiosks with a case, or of whose added votes half were left out


class _Outcome(NamedTuple):
    added: int
    left_out: int
    honest_left_out: int
    raw: float
    filtered: float


@dataclass(frozen=True)
class Simulation:
    rules: Rules
    calendar: Calendar
    seed: int
    kiosks: int
    weeks: int

    @cached_property
    def year(self) -> Days:
        return Days(FIRST, FIRST + timedelta(weeks=self.weeks))

    @cached_property
    def offices(self) -> dict[str, Office]:
        names = (f"kiosk-{n:03}" for n in range(1, self.kiosks + 1))
        return {name: traffic.office(self._chance(name, "office")) for name in names}

    @cached_property
    def honest(self) -> dict[str, _Votes]:
        """Kiosk → day → its votes."""
        return {
            kiosk: self._votes(office, self._chance(kiosk, "votes"))
            for kiosk, office in self.offices.items()
        }

    def _chance(self, kiosk: str, what: str) -> Random:
        return Random(f"{self.seed} {kiosk} {what}")  # noqa: S311

    def _votes(self, office: Office, chance: Random) -> _Votes:
        return {
            day: office.day(open_, chance)
            for day in days_of(self.year)
            if (open_ := self._open(day)) is not None
        }

    def _slips(self, kiosk: str) -> dict[date, Counter[Direction]]:
        """Of honest votes, those that correct a smile which was a mistake."""
        part, chance = self.offices[kiosk].slips, self._chance(kiosk, "slips")
        return {
            day: Counter(
                ("smile", face) for _, face in votes if face != "smile" and chance.random() < part
            )
            for day, votes in self.honest[kiosk].items()
        }

    def hours(self, day: date) -> tuple[Span, ...]:
        """When people are served, at every kiosk."""
        return self.calendar.hours(day, *PLACE)

    def _open(self, day: date) -> Open | None:
        spans = self.hours(day)
        if not spans:
            return None
        midnight = round(datetime.combine(day, time(), ZONE).timestamp())
        return Open(midnight + spans[0][0] * 60, midnight + spans[-1][1] * 60)

    def _is_open(self, day: date) -> bool:
        return bool(self.hours(day))

    # ------------------------------------------------------------ honest votes

    def of_honest_votes(self) -> Honest:
        out: Counter[str] = Counter()
        fleet = []
        for kiosk, votes in self.honest.items():
            rules = self._rules(votes)
            out.update(rule for own in rules.values() for rule in own if rule)
            fleet.append(self._subject(kiosk, votes, rules))
        cases = Counter(
            case.rule for week in self.judged() for case in Week(self.rules, fleet, week).cases()
        )
        total = sum(len(day) for votes in self.honest.values() for day in votes.values())
        return Honest((self.weeks - WARM) * 12 * 7 / 365.25, total, out, cases)

    def judged(self) -> Iterator[Days]:
        first = FIRST + timedelta(weeks=WARM)
        for n in range(self.weeks - WARM):
            monday = first + timedelta(weeks=n)
            yield Days(monday, monday + timedelta(weeks=1))

    def _rules(self, votes: _Votes) -> dict[date, list[str]]:
        """For each vote of each day by which rule it is left out, or ''."""
        filter_ = Filter(
            self.rules.burst.as_limits(), self.rules.hours.margin_minutes, self.calendar, ZONE,
            {HERE: PLACE},
        )  # fmt: skip
        placed = [Placement(0, None, HERE)]
        found = {}
        for number, (day, own) in enumerate(votes.items()):
            casts = [_cast(vote, Place(number, n)) for n, vote in enumerate(own)]
            rules = {flag.place.seq: flag.rule for flag in filter_.flags(casts, placed)}
            found[day] = [str(rules.get(n, "")) for n in range(len(own))]
        return found

    def _subject(self, kiosk: str, votes: _Votes, rules: Mapping[date, Sequence[str]]) -> Subject:
        tallies = {day: Counter(face for _, face in own) for day, own in votes.items() if own}
        lists = {
            day: [vote for vote, rule in zip(own, rules[day], strict=True) if not rule]
            for day, own in votes.items()
        }
        return Subject(kiosk, FIRST, tallies, self._is_open, lists, self._slips(kiosk))

    # ------------------------------------------------------------ misuse

    def of_misuse(self, kind: str) -> Caught:
        """At each kiosk as if it were the only one; in the four weeks after the baseline."""
        days = Days(FIRST + timedelta(weeks=WARM), FIRST + timedelta(weeks=WARM + MISUSED))
        outcomes, fleet = [], []
        for kiosk, votes in self.honest.items():
            mixed = self._mixed(kiosk, days, KINDS[kind])
            rules = self._rules(mixed)
            fleet.append(self._subject(kiosk, {**votes, **mixed}, {**self._none(votes), **rules}))
            outcomes.append(self._outcome({day: votes[day] for day in mixed}, mixed, rules))
        return _caught(outcomes, self._cases(fleet, days), [each.kiosk for each in fleet])

    def _none(self, votes: _Votes) -> dict[date, list[str]]:
        return {day: [""] * len(own) for day, own in votes.items()}

    def _mixed(self, kiosk: str, days: Days, misuse: Misuse) -> _Votes:
        chance = self._chance(kiosk, misuse.__name__)
        found: _Votes = {}
        for day in days_of(days):
            open_ = self._open(day)
            if open_ is not None:
                honest = self.honest[kiosk][day]
                found[day] = traffic.taken([*honest, *misuse(open_, honest, len(found), chance)])
        return found

    def _outcome(
        self, honest: _Votes, mixed: _Votes, rules: Mapping[date, Sequence[str]]
    ) -> _Outcome:
        own = {vote for votes in honest.values() for vote in votes}
        before, after = _judged_votes(honest, self._rules(honest)), _judged_votes(mixed, rules)
        lost = sum(bool(rule) for _, rule in before)
        return _Outcome(
            added=sum(vote not in own for vote, _ in after),
            left_out=sum(vote not in own for vote, rule in after if rule),
            honest_left_out=sum(vote in own for vote, rule in after if rule) - lost,
            raw=_index(after) - _index(before),
            filtered=_index(_kept(after)) - _index(_kept(before)),
        )

    def _cases(self, fleet: Sequence[Subject], days: Days) -> dict[str, set[str]]:
        """Kiosk → the rules that opened a case."""
        found: dict[str, set[str]] = defaultdict(set)
        for n in range(MISUSED):
            monday = days.first + timedelta(weeks=n)
            # All are misused at once, so that the fleet seems to differ more: less is noticed.
            week = Week(self.rules, fleet, Days(monday, monday + timedelta(weeks=1)))
            for case in week.cases():
                found[case.kiosk].add(case.rule)
        return found


def _cast(vote: Vote, place: Place) -> Cast:
    at, face = vote
    lo = floor(at) // traffic.QUARTER * traffic.QUARTER
    return Cast(b"", round(at * 1000), lo, lo + traffic.QUARTER, face, place, None)


_Judged = tuple[Vote, str]  # and the rule by which it is left out, or ''


def _judged_votes(votes: _Votes, rules: Mapping[date, Sequence[str]]) -> list[_Judged]:
    return [judged for day, own in votes.items() for judged in zip(own, rules[day], strict=True)]


def _kept(judged: Sequence[_Judged]) -> list[_Judged]:
    return [(vote, rule) for vote, rule in judged if not rule]


def _index(judged: Sequence[_Judged]) -> float:
    """A simulation's, which is published nowhere: any number will do."""
    points = [float(DEFAULT.points[face]) for (_, face), _ in judged]
    return sum(points) / len(points) if points else 0.0


def _caught(
    outcomes: Sequence[_Outcome], cases: Mapping[str, set[str]], kiosks: Sequence[str]
) -> Caught:
    by_rule = Counter(rule for rules in cases.values() for rule in rules)
    halved = [each.added > 0 and 2 * each.left_out >= each.added for each in outcomes]
    noticed = sum(
        half or bool(cases.get(kiosk)) for half, kiosk in zip(halved, kiosks, strict=True)
    )
    return Caught(
        kiosks=len(kiosks),
        added=sum(each.added for each in outcomes),
        left_out=sum(each.left_out for each in outcomes),
        honest_left_out=sum(each.honest_left_out for each in outcomes),
        raw=_mean([each.raw for each in outcomes]),
        filtered=_mean([each.filtered for each in outcomes]),
        cases=by_rule,
        noticed=noticed,
    )


def _mean(values: Sequence[float]) -> Decimal:
    return Decimal(sum(values) / len(values)).quantize(Decimal("0.1"))
