"""Who plays: a kiosk of the past and a public for each counter, live kiosks for the first ones."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import count, zip_longest
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from collector.demo.boxes import Box
from collector.demo.public import CALM, Public, Scale, Trouble, character
from collector.demo.station import Station, key_of
from collector.index.calendar import Calendar
from collector.index.periods import containing
from collector.places import Places

# Votes at one counter on an ordinary working day: the median of each type of service. Where few
# people come, a month has fewer votes than an index needs.
VOLUMES: Final = {
    "Loket umum": 38.0,
    "Kesehatan": 30.0,
    "Rumah sakit": 42.0,
    "Badan usaha daerah": 20.0,
    "Kecamatan": 17.0,
    "Sosial dan pendidikan": 14.0,
    "Infrastruktur dan lingkungan": 8.0,
    "Ekonomi": 6.0,
    "Ketertiban dan kedaruratan": 4.0,
    "Dukungan pemerintahan": 1.6,
}
OTHER: Final = 8.0
SPREAD: Final = 1.5  # factor

# The bad week: the network of the civil registry is down, and everybody waits.
TROUBLED: Final = "disdukcapil"
TROUBLED_WEEKS_AGO: Final = 10
TROUBLE_VOLUME: Final = 1.4
TROUBLE_WARMTH: Final = -1.3


# Somebody pressed smiles at the box of this counter, on a Tuesday.
SAT: Final = "kec-gambut-1"

# Its boxes have four faces, as the answers of the SKM.
FOUR_FACED: Final = ("dpmptsp",)


class Plan(NamedTuple):
    """What the history is made from; kept with the data, so that it stays the same."""

    seed: int
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def trouble(self) -> Trouble:
        """Monday to Sunday."""
        week = containing("week", self.last - timedelta(weeks=TROUBLED_WEEKS_AGO))
        return Trouble(week.first, week.last, TROUBLE_VOLUME, TROUBLE_WARMTH)

    def sat(self) -> date:
        """The Tuesday of the last week that is over."""
        week = containing("week", self.last + timedelta(days=1))
        return week.first - timedelta(days=6)


def past(places: Places, calendar: Calendar, plan: Plan, zone: ZoneInfo) -> list[Station]:
    """A kiosk at every counter, which has sent its last vote when the live ones begin."""
    return [
        Station(
            kiosk=f"{counter}-lama",
            counter=counter,
            public=_public(plan, agency, counter, service),
            hours=partial(calendar.hours, service=service),
            zone=zone,
            key=key_of(str(plan.seed), counter),
        )
        for agency, counter, service in _counters(places)
    ]


def _public(plan: Plan, agency: str, counter: str, service: str) -> Public:
    """The counters of an agency share its character, not their public."""
    of_agency = character(f"{plan.seed}/{agency}", VOLUMES.get(service, OTHER), SPREAD)
    trouble = plan.trouble() if agency == TROUBLED else CALM
    sat = plan.sat() if counter == SAT else None
    return Public(f"{plan.seed}/{counter}", of_agency, plan.first, trouble, _scale(agency), sat)


def _scale(agency: str) -> Scale:
    return "smiley-4" if agency in FOUR_FACED else "smiley-3"


def live(places: Places, number: int, folder: Path, run_dir: Path) -> list[Box]:
    """Kiosks for the first counter of each agency, then for the second ones, and so on."""
    spots = _spots(places)
    return [
        Box(name, counter, folder / name, run_dir / str(index), _scale(agency))
        for index, (name, agency, counter) in zip(range(number), spots, strict=False)
    ]


def _spots(places: Places) -> Iterator[tuple[str, str, str]]:
    """(kiosk, agency, counter) without end: when every counter has a kiosk, each gets another."""
    by_agency = defaultdict(list)
    for agency, counter, _ in _counters(places):
        by_agency[agency].append((agency, counter))
    ranked = [spot for rank in zip_longest(*by_agency.values()) for spot in rank if spot]
    for turn in count(1):
        for agency, counter in ranked:
            yield (counter if turn == 1 else f"{counter}-{turn}"), agency, counter


def _counters(places: Places) -> Iterator[tuple[str, str, str]]:
    """(agency, counter, type of service), in the order of the file."""
    agency_of = {unit.unit: unit.agency for unit in places.units}
    service_of = {agency.agency: agency.service for agency in places.agencies}
    for counter in places.counters:
        agency = agency_of[counter.unit]
        yield agency, counter.counter, service_of[agency]
