"""The rules that open cases, over a fleet and a closed week. Pure: what they look at is handed in.

Baselines are weeks before the one that is judged. Thresholds follow from the budget of the whole
fleet: the more kiosks there are, the rarer something has to be.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import cached_property
from typing import Final, NamedTuple

from collector.index import alikeness, rhythm, sitting, volume
from collector.index.alikeness import Cluster
from collector.index.corrected import Direction, gap
from collector.index.figure import MINIMUM
from collector.index.periods import Days
from collector.index.volume import Load
from collector.ledger.cases import Opening
from collector.misuse.ruleset import Rules

WEEKS_A_MONTH: Final = 365.25 / 12 / 7
DAYS_A_MONTH: Final = 365.25 / 12
LONG: Final = 4  # weeks: a share is looked at over one week, and over four
_ANCHOR: Final = date(2024, 1, 1)  # the Monday from which these four are counted
LEAST_OTHERS: Final = 3  # kiosks to compare with
_WEEK: Final = timedelta(weeks=1)

Tally = Mapping[str, int]  # face → votes
Vote = tuple[float, str]  # seconds, on any clock; face


@dataclass(frozen=True)
class Subject:
    """A kiosk at one counter: its votes of each day, on which days people are served there."""

    kiosk: str
    since: date  # the first whole day on which it stood there
    tallies: Mapping[date, Tally]
    is_open: Callable[[date], bool]
    lists: Mapping[date, Sequence[Vote]]  # of some days, every vote with its time, in order
    corrections: Mapping[date, Mapping[Direction, int]] = field(default_factory=dict)

    def weeks(self, end: date, number: int) -> list[Days]:
        """The last weeks before `end` during which it stood there, the earliest first."""
        firsts = [end - _WEEK * n for n in range(number, 0, -1)]
        return [Days(first, first + _WEEK) for first in firsts if first >= self.since]

    def tally(self, days: Days) -> dict[str, int]:
        found: dict[str, int] = {}
        for day in days_of(days):
            for face, n in self.tallies.get(day, {}).items():
                found[face] = found.get(face, 0) + n
        return found

    def corrected(self, days: Days) -> Counter[Direction]:
        found: Counter[Direction] = Counter()
        for day in days_of(days):
            found.update(self.corrections.get(day, {}))
        return found

    def load(self, days: Days) -> Load:
        served = sum(self.is_open(day) for day in days_of(days))
        return Load(sum(self.tally(days).values()), served)

    def clusters(self, periods: Sequence[Days], face: str) -> list[Cluster]:
        tallies = [self.tally(each) for each in periods]
        return [Cluster(sum(each.values()), each.get(face, 0)) for each in tallies if each]


def days_of(days: Days) -> Iterator[date]:
    return (days.first + timedelta(days=n) for n in range(len(days)))


def single(weeks: Sequence[Days]) -> list[Days]:
    return [Days(day, day + timedelta(days=1)) for week in weeks for day in days_of(week)]


class Alpha(NamedTuple):
    """The chance of a false case that one look may have; two looks of one rule are two."""

    rhythm: float  # of a kiosk on a day
    sitting: float  # of a face of a kiosk on a day
    volume: float  # of a kiosk in a week
    share: float  # of a face of a kiosk, in a week or in four
    corrections: float  # of a kiosk in four weeks
    presence: float  # of a kiosk on a day


def alphas(rules: Rules, kiosks: int, faces: int) -> Alpha:
    """So that all looks of a month together have the expected false cases of the budget.

    By the formulas only that part of it which `caution` leaves.
    """
    budget, part = rules.budget, rules.caution
    days = max(kiosks, budget.least_kiosks) * DAYS_A_MONTH
    weeks = max(kiosks, budget.least_kiosks) * WEEKS_A_MONTH
    return Alpha(
        rhythm=part.rhythm * budget.rhythm / days,
        sitting=part.sitting * budget.sitting / (days * faces),
        volume=part.volume * budget.volume / weeks,
        share=part.share * budget.share / (weeks * faces * (1 + 1 / LONG)),
        corrections=part.corrections * budget.corrections / (weeks / LONG),
        presence=part.presence * budget.presence / days,
    )


@dataclass(frozen=True)
class Week:
    """One closed week of a fleet."""

    rules: Rules
    fleet: Sequence[Subject]
    days: Days

    @cached_property
    def faces(self) -> list[str]:
        seen = {face for each in self.fleet for tally in each.tallies.values() for face in tally}
        return sorted(seen) or [""]

    @cached_property
    def alpha(self) -> Alpha:
        return alphas(self.rules, len(self.fleet), len(self.faces))

    @cached_property
    def _four(self) -> Days:
        """The four weeks that end with this one; every fourth week only, else this one."""
        ends = (self.days.end - _ANCHOR).days // 7 % LONG == 0
        return Days(self.days.end - _WEEK * LONG, self.days.end) if ends else self.days

    def cases(self) -> Iterator[Opening]:
        yield from self._shares()
        yield from self._volumes()
        yield from self._sittings()
        yield from self._rhythms()
        yield from self._corrections()

    def _before(self, subject: Subject, end: date) -> list[Days]:
        """The weeks of its baseline; [] if they say too little."""
        baseline = self.rules.baseline
        weeks = [each for each in subject.weeks(end, baseline.weeks) if subject.tally(each)]
        votes = sum(subject.load(each).votes for each in weeks)
        enough = len(weeks) >= baseline.least_weeks and votes >= baseline.least_votes
        return weeks if enough else []

    def _known(self, end: date) -> list[tuple[Subject, list[Days]]]:
        """Those of the fleet that have a baseline before `end`, with it."""
        pairs = ((subject, self._before(subject, end)) for subject in self.fleet)
        return [(subject, before) for subject, before in pairs if before]

    # ------------------------------------------------------------ shares

    def _shares(self) -> Iterator[Opening]:
        for first in {self.days.first, self._four.first}:
            known = self._known(first)
            for face in self.faces:
                before = [subject.clusters(weeks, face) for subject, weeks in known]
                fleet = alikeness.rho(before)
                for (subject, _), own in zip(known, before, strict=True):
                    yield from self._share(subject, Days(first, self.days.end), (face, own, fleet))

    def _share(
        self, subject: Subject, days: Days, against: tuple[str, list[Cluster], float]
    ) -> Iterator[Opening]:
        face, before, fleet = against
        weeks = [
            Days(days.end - _WEEK * n, days.end - _WEEK * (n - 1))
            for n in range(len(days) // 7, 0, -1)
        ]
        now = subject.clusters(weeks, face)
        if sum(each.votes for each in now) < 2:  # noqa: PLR2004
            return
        # Its own, where it is larger: some offices have changing weeks, and that is no misuse.
        wide = max(fleet, alikeness.rho([before]))
        chance = alikeness.chance_of_more(now, before, wide)
        if chance <= self.alpha.share:
            yield Opening(
                "share", subject.kiosk, days,
                {
                    "face": face,
                    "share": _round(alikeness.share(now)),
                    "before": _round(alikeness.share(before)),
                    "votes": sum(each.votes for each in now),
                    "chance": _round(chance), "limit": _round(self.alpha.share),
                },
            )  # fmt: skip

    # ------------------------------------------------------------ volume

    def _volumes(self) -> Iterator[Opening]:
        known = self._known(self.days.first)
        loads = [[subject.load(week) for week in weeks] for subject, weeks in known]
        fleet = volume.spread(loads)
        for (subject, _), before in zip(known, loads, strict=True):
            yield from self._volume(subject, before, fleet)

    def _volume(self, subject: Subject, before: list[Load], fleet: float) -> Iterator[Opening]:
        now = subject.load(self.days)
        if not now.open or not any(each.open for each in before):
            return
        chance = volume.chance_of_more(now, before, max(fleet, volume.spread([before])))
        if chance <= self.alpha.volume:
            usual = volume.rate(each for each in before if each.open) * now.days
            yield Opening(
                "volume", subject.kiosk, self.days,
                {
                    "votes": now.votes, "usual": round(usual),
                    "chance": _round(chance), "limit": _round(self.alpha.volume),
                },
            )  # fmt: skip

    # ------------------------------------------------------------ sitting

    def _sittings(self) -> Iterator[Opening]:
        known = self._known(self.days.first)
        for face in self.faces:
            before = [subject.clusters(single(weeks), face) for subject, weeks in known]
            fleet = alikeness.rho(before)
            for (subject, _), own in zip(known, before, strict=True):
                wide = max(fleet, alikeness.rho([own]))
                yield from self._sat(subject, face, alikeness.beta(own, wide))

    def _sat(self, subject: Subject, face: str, law: tuple[float, float]) -> Iterator[Opening]:
        for day in days_of(self.days):
            faces = [pressed for _, pressed in subject.lists.get(day, ())]
            run = sitting.longest_runs(faces).get(face)
            if run is None or len(faces) < self.rules.sitting.least_votes:
                continue
            limit = sitting.shortest_odd_run(len(faces), *law, self.alpha.sitting)
            if run.length >= limit:
                yield Opening(
                    "sitting", subject.kiosk, _day(day),
                    {"face": face, "run": run.length, "limit": limit, "votes": len(faces)},
                )  # fmt: skip

    # ------------------------------------------------------------ rhythm

    def _rhythms(self) -> Iterator[Opening]:
        for subject in self.fleet:
            for day in days_of(self.days):
                yield from self._rhythm(subject, day)

    def _rhythm(self, subject: Subject, day: date) -> Iterator[Opening]:
        rule, votes = self.rules.rhythm, subject.lists.get(day, ())
        found = []
        for face in self.faces:
            times = [at for at, pressed in votes if pressed == face]
            bests = (
                rhythm.most_even(times, length, rule.least_mean_seconds, rule.shape)
                for length in rule.gaps
            )
            found += [(best, face) for best in bests if best is not None]
        if not found:
            return
        best, face = min(found)
        # Bonferroni over all stretches of the day.
        chance = best.chance * sum(each.looks for each, _ in found)
        if chance <= self.alpha.rhythm:
            yield Opening(
                "rhythm", subject.kiosk, _day(day),
                {
                    "face": face, "gaps": best.gaps, "mean_seconds": round(best.mean, 1),
                    "chance": _round(chance), "limit": _round(self.alpha.rhythm),
                },
            )  # fmt: skip

    # ------------------------------------------------------------ corrections

    def _corrections(self) -> Iterator[Opening]:
        """Where many more votes correct another than elsewhere: slips happen everywhere."""
        days = self._four
        if days == self.days:
            return
        turned = {
            subject.kiosk: Cluster(subject.load(days).votes, subject.corrected(days).total())
            for subject in self.fleet
        }
        for subject in self.fleet:
            others = [
                each for kiosk, each in turned.items()
                if kiosk != subject.kiosk and each.votes >= MINIMUM
            ]  # fmt: skip
            own = turned[subject.kiosk]
            if own.votes >= MINIMUM and own.of_face and len(others) >= LEAST_OTHERS:
                chance = alikeness.chance_of_more([own], others, alikeness.rho([others]))
                yield from self._corrected(subject, days, chance)

    def _corrected(self, subject: Subject, days: Days, chance: float) -> Iterator[Opening]:
        tally, turned = subject.tally(days), subject.corrected(days)
        found = gap(tally, turned, _phi(subject, days))
        if chance <= self.alpha.corrections and found is not None and found.is_odd:
            yield Opening(
                "corrections", subject.kiosk, days,
                {
                    "corrections": turned.total(), "votes": sum(tally.values()),
                    "index": str(found.shown), "uncorrected": str(found.uncorrected),
                    "low": str(found.low), "high": str(found.high),
                    "chance": _round(chance), "limit": _round(self.alpha.corrections),
                },
            )  # fmt: skip


def _phi(subject: Subject, days: Days) -> Decimal:
    """By how much votes of one day are alike here, by the face of which that is most so."""
    each = single([days])
    by_face = [subject.clusters(each, face) for face in subject.tally(days)]
    r = max(alikeness.rho([own]) for own in by_face)
    votes = [cluster.votes for cluster in by_face[0]]
    effect = 1 + r * (sum(m * m for m in votes) / sum(votes) - 1)
    return Decimal(effect).quantize(Decimal("0.01"), ROUND_CEILING)


def _day(day: date) -> Days:
    return Days(day, day + timedelta(days=1))


def _round(number: float) -> float:
    """Three digits: enough to compare, and the same on every machine."""
    return float(f"{number:.3g}")
