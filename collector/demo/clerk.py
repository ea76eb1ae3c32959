"""What clerks of the regency have brought in by the end of the history, once: from files, as with
`visitors import` and `lapor import`. Beside it, when each kiosk was heard."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from sqlite_utils import Database

from collector.demo import beside, files
from collector.demo.cast import TROUBLED, Plan
from collector.demo.public import CALM
from collector.demo.station import Station
from collector.index.periods import Days
from collector.lapor import bringing as lapor
from collector.ledger import places, reading
from collector.ledger.complaints import last_import
from collector.ledger.deeds import By
from collector.ledger.heard import hear_all
from collector.ledger.store import writing
from collector.visitors import bringing as visitors


def bring_in(db: Database, folder: Path, plan: Plan, stations: Sequence[Station], by: By) -> None:
    if last_import(db):
        return
    with writing(db):
        for station in stations:
            hear_all(db, station.kiosk, beside.heard(station, plan.days))
    agency_of = {counter: agency for counter, _unit, agency in places.belonging(db)}
    _count_people(db, folder, plan, agency_of, by)
    volumes: dict[str, float] = defaultdict(float)
    for station in stations:
        volumes[agency_of[station.counter]] += station.public.character.volume
    file, mapping = files.write_lapor(folder, _complaints(plan, volumes))
    lapor.bring_in(db, lapor.Source(file, mapping, plan.last), folder / lapor.KEY, by)


def _count_people(
    db: Database, folder: Path, plan: Plan, agency_of: Mapping[str, str], by: By
) -> None:
    votes: dict[str, Counter[date]] = defaultdict(Counter)
    end = plan.last + timedelta(days=1)
    for counter, days in reading.by_counter(db, Days(plan.first, end)).items():
        for day, tally in days.items():
            votes[agency_of[counter]][day] += sum(tally.values())
    counted = {
        each.agency: beside.people(plan.seed, each.agency, votes[each.agency])
        for each in places.agencies(db)
        if each.service in beside.COUNTING
    }
    visitors.bring_in(db, files.write_visitors(folder, counted), end, by)


def _complaints(plan: Plan, volumes: Mapping[str, float]) -> Iterator[beside.Complaint]:
    for agency, volume in volumes.items():
        trouble = plan.trouble() if agency == TROUBLED else CALM
        yield from beside.complaints(plan.seed, agency, volume, plan.days, trouble)
    if TROUBLED in volumes:
        yield beside.forgotten(plan.seed, TROUBLED, plan.last)
