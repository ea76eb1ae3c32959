"""How often a simulated honest kiosk is called silent, at the end of a day."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta

from collector.index import presence, volume
from collector.index.calendar import Span
from collector.index.periods import Days
from collector.index.presence import WeekHour
from collector.index.volume import Load
from collector.misuse.judging import alphas, days_of
from collector.misuse.simulating import ZONE, Simulation
from collector.misuse.traffic import QUARTER, Vote

_Votes = Mapping[date, Sequence[Vote]]


def false_silences(simulation: Simulation) -> int:
    """Silences in the weeks that are judged; one that goes on for days is one."""
    found: set[tuple[str, float]] = set()
    for week in simulation.judged():
        before = Days(week.first - timedelta(weeks=simulation.rules.baseline.weeks), week.first)
        loads = {
            kiosk: [Load(len(votes.get(day, ())), 1) for day in _served(simulation, before)]
            for kiosk, votes in simulation.honest.items()
        }
        spread = volume.spread(loads.values())
        for kiosk, own in loads.items():
            if volume.rate(own) >= simulation.rules.presence.least_votes_a_day:
                wide = max(spread, volume.spread([own]))
                ends = _silent_since(simulation, kiosk, (before, week), wide)
                found |= {(kiosk, last) for last in ends}
    return len(found)


def _served(simulation: Simulation, days: Days) -> list[date]:
    return [day for day in days_of(days) if simulation.hours(day)]


def _silent_since(
    simulation: Simulation, kiosk: str, spans: tuple[Days, Days], wide: float
) -> Iterator[float]:
    """The last vote of each silence that is called one at the end of a day of the week."""
    before, week = spans
    votes, limit = simulation.honest[kiosk], alphas(simulation.rules, simulation.kiosks, faces=1)
    usual, served = _usual(votes, before), presence.open_minutes(_days(simulation, before))
    for day in days_of(week):
        last = _last(votes, day)
        silent = presence.open_minutes(*_since(simulation, last, day))
        mean = presence.expected(usual, served, silent)
        if presence.chance_of_none(mean, wide) <= limit.presence:
            yield last


def _usual(votes: _Votes, days: Days) -> Counter[WeekHour]:
    times = (_local(at) for day in days_of(days) for at, _ in votes.get(day, ()))
    return Counter((at.weekday(), at.hour) for at in times)


def _last(votes: _Votes, day: date) -> float:
    """Of the last vote until the end of that day; there is one in the baseline."""
    while not votes.get(day):
        day -= timedelta(days=1)
    return votes[day][-1][0]


def _since(
    simulation: Simulation, last: float, day: date
) -> tuple[list[tuple[int, Sequence[Span]]], int]:
    """The days since the last vote, and from which minute of the first: as the real rule has it."""
    after = _local(last // QUARTER * QUARTER + QUARTER)
    days = Days(after.date(), max(day, after.date()) + timedelta(days=1))
    return _days(simulation, days), after.hour * 60 + after.minute


def _days(simulation: Simulation, days: Days) -> list[tuple[int, Sequence[Span]]]:
    return [(day.weekday(), simulation.hours(day)) for day in days_of(days)]


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, ZONE)
