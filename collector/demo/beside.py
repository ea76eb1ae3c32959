"""What is known beside the votes of the history: when each kiosk was heard, how many people its
agency counted, and what LAPOR! had. Drawn from the seed, pure; nobody counted or complained.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random
from typing import Final, NamedTuple

from collector.demo.public import Span, Trouble, seeded
from collector.demo.station import Station
from collector.index.uptime import QUARTER

OUTAGES: Final = (0.02, 0.25)  # of days, at most counters and at some
BADLY_CONNECTED: Final = 0.08  # of counters
LONGEST_OUTAGE: Final = 20  # quarters of an hour

COUNTING: Final = {"Loket umum", "Kesehatan", "Rumah sakit", "Kecamatan", "Badan usaha daerah"}
PRESS: Final = (0.12, 0.45)  # of those who are served

VOTES_A_COMPLAINT: Final = 1000
MOST_COMPLAINTS: Final = 0.5  # a day
TROUBLE: Final = 6  # times as many as on other days
PACES: Final = (1.5, 4.5)  # days until an answer, the mean
SLOWEST: Final = 40
FORGOTTEN: Final = timedelta(days=12)


class Complaint(NamedTuple):
    """As LAPOR! has it on the last day; None is not yet."""

    number: str
    agency: str
    received: date
    disposition: date | None
    answered: date | None
    closed: date | None

    @property
    def status(self) -> str:
        if self.closed:
            return "Selesai"
        return "Ditanggapi" if self.answered else "Proses"


def heard(station: Station, days: Iterable[date]) -> Iterator[int]:
    """The quarters of an hour since 1970, in service hours, in which its network was there."""
    random = seeded(station.public.seed, "network")
    often = OUTAGES[random.random() < BADLY_CONNECTED]
    for day in days:
        quarters = list(_quarters(day, station.hours(day), station.zone))
        if quarters and random.random() < often:
            begin, length = random.choice(quarters), random.randint(1, LONGEST_OUTAGE)
            quarters = [each for each in quarters if not begin <= each < begin + length]
        yield from quarters


def _quarters(day: date, hours: Sequence[Span], zone: tzinfo) -> Iterator[int]:
    midnight = int(datetime.combine(day, time(), zone).timestamp())
    for opens, closes in hours:
        first, end = midnight + 60 * opens, midnight + 60 * closes
        yield from range(first // QUARTER, -(-end // QUARTER))


def people(seed: int, agency: str, votes: Mapping[date, int]) -> dict[date, int]:
    """How many its queue's machine counted on each day that had votes."""
    random = seeded(seed, agency, "people")
    share = random.uniform(*PRESS)
    return {
        day: max(n, round(n / share * math.exp(random.gauss(0, 0.12))))
        for day, n in sorted(votes.items())
    }


def complaints(
    seed: int, agency: str, volume: float, days: Sequence[date], trouble: Trouble
) -> list[Complaint]:
    """Those about an agency with `volume` votes a day, as they stand after the last of `days`."""
    random = seeded(seed, agency, "complaints")
    usual, pace = min(MOST_COMPLAINTS, volume / VOTES_A_COMPLAINT), random.uniform(*PACES)
    found: list[Complaint] = []
    for day in days:
        often = TROUBLE if trouble.first <= day <= trouble.last else 1
        if random.random() < usual * often:
            known = (each if each <= days[-1] else None for each in _handled(random, day, pace))
            number = f"{seed}-{agency}-{len(found) + 1:04}"
            found.append(Complaint(number, agency, day, *known))
    return found


def forgotten(seed: int, agency: str, last: date) -> Complaint:
    """One that nobody has answered."""
    received = last - FORGOTTEN
    return Complaint(f"{seed}-{agency}-0000", agency, received, received, None, None)


def _handled(random: Random, received: date, pace: float) -> Iterator[date]:
    """When it is handed on, answered and closed."""
    wait = round(min(SLOWEST, random.expovariate(1 / pace)))
    day = received
    for pause in (random.randint(0, 2), wait, random.randint(0, 9)):
        day += timedelta(days=pause)
        yield day
