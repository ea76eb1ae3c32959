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
    _note_heard(db, plan, stations)
    visitors.bring_in(db, files.write_visitors(folder, _people(db, plan)), _after(plan), by)
    file, mapping = files.write_lapor(folder, _complaints(plan, _volumes(db, stations)))
    lapor.bring_in(db, lapor.Source(file, mapping, plan.last), folder / lapor.KEY, by)


def _note_heard(db: Database, plan: Plan, stations: Sequence[Station]) -> None:
    with writing(db):
        for station in stations:
            hear_all(db, station.kiosk, beside.heard(station, plan.days))


def _people(db: Database, plan: Plan) -> dict[str, dict[date, int]]:
    """Agency that counts → day → people."""
    votes: dict[str, Counter[date]] = defaultdict(Counter)
    for row in reading.rows(db, Days(plan.first, _after(plan))):
        votes[row.agency][date.fromisoformat(row.first_day)] += row.n
    return {
        each.agency: beside.people(plan.seed, each.agency, votes[each.agency])
        for each in places.agencies(db)
        if each.service in beside.COUNTING
    }


def _volumes(db: Database, stations: Sequence[Station]) -> dict[str, float]:
    """Agency → votes on an ordinary working day."""
    agency_of = {counter: agency for counter, _unit, agency in places.belonging(db)}
    found: dict[str, float] = defaultdict(float)
    for station in stations:
        found[agency_of[station.counter]] += station.public.character.volume
    return found


def _after(plan: Plan) -> date:
    return plan.last + timedelta(days=1)


def _complaints(plan: Plan, volumes: Mapping[str, float]) -> Iterator[beside.Complaint]:
    for agency, volume in volumes.items():
        trouble = plan.trouble() if agency == TROUBLED else CALM
        yield from beside.complaints(plan.seed, agency, volume, plan.days, trouble)
    if TROUBLED in volumes:
        yield beside.forgotten(plan.seed, TROUBLED, plan.last)
