"""The situation, read from one snapshot of the ledger, the disk and the calendar."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from sqlite_utils import Database

from collector.alerts.figures import courses
from collector.alerts.situation import Limits, Owed, Situation, Stand
from collector.config import Config
from collector.index.calendar import Calendar, Span
from collector.index.complaints import Complaint, left
from collector.index.periods import Days
from collector.index.workingdays import WorkingDays
from collector.ledger import journal, runs
from collector.ledger.alerts import thresholds
from collector.ledger.cases import cases
from collector.ledger.complaints import complaints_of, last_import
from collector.ledger.fleet import Machine, machines
from collector.ledger.handlings import working_days
from collector.ledger.places import services
from collector.ledger.plans import plans
from collector.ledger.refused import refused_since
from collector.ledger.releases import proposals
from collector.servicehours import read_calendar

BEGINNING: Final = date(2012, 1, 1)  # of LAPOR!: no complaint is older
NEAR: Final = 1  # working day, or less, until a complaint's limit
LONGEST: Final = timedelta(days=21)  # so far back hours are added up: by then any limit is reached


def situation(db: Database, config: Config, now: datetime) -> Situation:
    """Raises FileError for service hours or holidays that make no sense."""
    calendar = read_calendar(config.data_dir)
    day_ago = now - timedelta(days=1)
    return Situation(
        now=now,
        limits=_limits(config),
        born_ms=journal.began_ms(db),
        latest=runs.latest(db),
        good=runs.latest_good(db),
        disk_free=shutil.disk_usage(config.data_dir).free,
        stands=list(_stands(db, calendar, now)),
        refused=refused_since(db, round(day_ago.timestamp() * 1000), str(now.date())),
        owed=_owed(db, calendar.holiday, now.date()),
        plans=plans(db),
        cases=cases(db),
        proposals=list(proposals(db)),
        courses=list(courses(db, thresholds(db), now.date())),
    )


def _limits(config: Config) -> Limits:
    said = config.alerts
    return Limits(said.unheard_minutes, said.disk_free_mb * 1_000_000, said.refused_a_day)


# ---------------------------------------------------------------- kiosks


def _stands(db: Database, calendar: Calendar, now: datetime) -> Iterator[Stand]:
    known = services(db)
    for machine in machines(db):
        if machine.retired_at is None:
            yield Stand(machine, _hours(machine, known, calendar, now))


def _hours(
    machine: Machine, known: Mapping[str, tuple[str, str]], calendar: Calendar, now: datetime
) -> dict[date, tuple[Span, ...]]:
    """Of each day since it was heard last; none where it stands nowhere."""
    at = round(now.timestamp())
    here = [each.counter for each in machine.placed if each.covers(at, at)]
    if machine.health is None or not here or here[0] not in known:
        return {}
    service, unit = known[here[0]]
    heard = datetime.fromtimestamp(machine.health.received_ms / 1000, now.tzinfo)
    day, found = max(heard, now - LONGEST).date(), {}
    while day <= now.date():
        found[day] = calendar.hours(day, service, unit)
        day += timedelta(days=1)
    return found


# ---------------------------------------------------------------- complaints


def _owed(db: Database, holiday: Callable[[date], str | None], today: date) -> Owed | None:
    last = last_import(db)
    if last is None:
        return None
    found = complaints_of(db, Days(BEGINNING, today + timedelta(days=1)))
    working = working_days((each for own in found.values() for each in own), last.as_of, holiday)
    days = {agency: _least(own, last.as_of, working) for agency, own in found.items()}
    return Owed(
        last.as_of,
        frozenset(agency for agency, least in days.items() if least is not None and least < 0),
        frozenset(agency for agency, least in days.items() if least is not None and least <= NEAR),
    )


def _least(own: list[Complaint], as_of: date, working: WorkingDays) -> int | None:
    """Working days until the first limit of an agency's complaints."""
    counted = (left(each, as_of, working) for each in own if each.status != "rejected")
    return min((days for days in counted if days is not None), default=None)
