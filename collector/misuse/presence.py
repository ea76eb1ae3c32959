"""Which kiosks have been silent for longer than chance explains: moved, covered, unplugged?"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.index import presence, volume
from collector.index.calendar import Calendar, Span
from collector.index.periods import Days, containing
from collector.index.presence import Minutes
from collector.index.uptime import QUARTER, Window
from collector.index.volume import Load
from collector.ledger import presence as ledger
from collector.ledger import reading
from collector.ledger.heard import heard_in
from collector.ledger.placements import Placement, everywhere
from collector.ledger.places import services
from collector.ledger.presence import Presence, State
from collector.misuse.judging import Tally, alphas, days_of
from collector.misuse.ruleset import Rules

REACH: Final = timedelta(weeks=26)  # how far back a last vote is looked for
HEARD: Final = 15 * 60  # seconds before closing time after which a health is enough


class Kiosk(NamedTuple):
    name: str
    placement: Placement
    last: int | None  # quarter of an hour of its last vote
    baseline: Days | None  # weeks before that
    loads: list[Load]  # its open days in them


class Watch:
    """Judges all kiosks up to `until`, which has the zone."""

    def __init__(self, db: Database, rules: Rules, calendar: Calendar, until: datetime) -> None:
        self._db = db
        self._rules = rules
        self._calendar = calendar
        self._until = until
        self._services = services(db)

    def presences(self) -> list[Presence]:
        kiosks = list(self._kiosks())
        spread = volume.spread(kiosk.loads for kiosk in kiosks)
        return [self._judge(kiosk, spread, len(kiosks)) for kiosk in kiosks]

    def _kiosks(self) -> Iterator[Kiosk]:
        """Those that stand somewhere; of two at one counter, the first by name."""
        end = self._until.date() + timedelta(days=1)
        before = timedelta(weeks=self._rules.baseline.weeks + 1)
        tallies = reading.by_counter(self._db, Days(end - REACH - before, end))
        seen: set[str] = set()
        for name, from_at, to_at, counter in everywhere(self._db):
            placement, now = Placement(from_at, to_at, counter), self._at(self._until)
            if placement.covers(now - 1, now) and counter not in seen:
                seen.add(counter)
                yield self._kiosk(name, placement, tallies.get(counter, {}))

    def _kiosk(self, name: str, placement: Placement, tallies: Mapping[date, Tally]) -> Kiosk:
        first = max(placement.from_at, self._at(self._until - REACH))
        counter, until = placement.counter, self._at(self._until)
        last = ledger.last_quarter(self._db, counter, first, until)
        baseline = None if last is None else self._baseline(placement, last)
        loads = [] if baseline is None else list(self._loads(counter, baseline, tallies))
        return Kiosk(name, placement, last, baseline, loads)

    def _baseline(self, placement: Placement, last: int) -> Days | None:
        """The whole weeks before that of the last vote, since it stands there; None: too few."""
        since = _next_monday(self._local(placement.from_at).date())
        end = containing("week", self._local(last).date()).first
        rule = self._rules.baseline
        begin = max(end - timedelta(weeks=rule.weeks), since)
        enough = (end - begin).days >= 7 * rule.least_weeks
        return Days(begin, end) if enough else None

    def _loads(self, counter: str, days: Days, tallies: Mapping[date, Tally]) -> Iterator[Load]:
        for day in days_of(days):
            if self._hours(counter, day):
                yield Load(sum(tallies.get(day, {}).values()), 1)

    # ------------------------------------------------------------ judging

    def _judge(self, kiosk: Kiosk, spread: float, kiosks: int) -> Presence:
        mean = self._expected(kiosk)
        return Presence(
            kiosk.name,
            self._at(self._until),
            self._state(kiosk, presence.chance_of_none(mean, self._wide(kiosk, spread)), kiosks),
            kiosk.last,
            float(f"{mean:.3g}"),
        )

    def _wide(self, kiosk: Kiosk, spread: float) -> float:
        return max(spread, volume.spread([kiosk.loads]))

    def _state(self, kiosk: Kiosk, chance: float, kiosks: int) -> State:
        rules = self._rules
        if not kiosk.loads or sum(load.votes for load in kiosk.loads) < rules.baseline.least_votes:
            return "young"
        if volume.rate(kiosk.loads) < rules.presence.least_votes_a_day:
            return "few"
        if chance > alphas(rules, kiosks, faces=1).presence:
            return "present"
        return "silent" if self._heard(kiosk) else "unheard"

    def _expected(self, kiosk: Kiosk) -> float:
        if kiosk.last is None or kiosk.baseline is None:
            return 0.0
        counter, (first, end) = kiosk.placement.counter, _ends(kiosk.baseline)
        votes = ledger.by_week_hour(
            self._db, counter, self._midnight(first), self._midnight(end), self._offset()
        )
        served = presence.open_minutes(self._days(counter, kiosk.baseline))
        return presence.expected(votes, served, self._silent(counter, kiosk.last))

    def _silent(self, counter: str, last: int) -> Minutes:
        """Minutes of service since the end of the quarter of an hour of the last vote."""
        since, until = self._local(last + 900), self._until
        days = Days(since.date(), until.date() + timedelta(days=1))
        return presence.open_minutes(self._days(counter, days), _minute(since), _minute(until))

    def _heard(self, kiosk: Kiosk) -> bool:
        """Did it report up to `until`, or to the end of the last hours of service?"""
        served = self._last_served(kiosk.placement.counter)
        late = Window((served - HEARD) // QUARTER, self._at(self._until) // QUARTER + 1)
        return bool(heard_in(self._db, late).get(kiosk.name))

    def _last_served(self, counter: str) -> int:
        """The last moment before `until` at which people were served."""
        now = self._at(self._until)
        for n in range(REACH.days):
            day = self._until.date() - timedelta(days=n)
            for opens, closes in reversed(self._hours(counter, day)):
                if self._midnight(day) + opens * 60 < now:
                    return min(self._midnight(day) + closes * 60, now)
        return now

    # ------------------------------------------------------------ time

    def _days(self, counter: str, days: Days) -> list[tuple[int, Sequence[Span]]]:
        return [(day.weekday(), self._hours(counter, day)) for day in days_of(days)]

    def _hours(self, counter: str, day: date) -> tuple[Span, ...]:
        return self._calendar.hours(day, *self._services[counter])

    def _local(self, at: int) -> datetime:
        return datetime.fromtimestamp(at, self._until.tzinfo)

    def _midnight(self, day: date) -> int:
        return self._at(datetime.combine(day, time(), self._until.tzinfo))

    def _offset(self) -> int:
        return round((self._until.utcoffset() or timedelta()).total_seconds())

    def _at(self, moment: datetime) -> int:
        return round(moment.timestamp())


def _next_monday(day: date) -> date:
    """That day, if it is one: the first week that is whole, but for the day it was set up."""
    return day + timedelta(days=-day.weekday() % 7)


def _ends(days: Days) -> tuple[date, date]:
    return days.first, days.end


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute
