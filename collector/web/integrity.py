"""The integrity page: whether votes are safe, and what an admin has to do about it.

Nothing on it moves with a vote: jobs, places, and how many kiosks wait for a word.
"""

import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from flask import Blueprint, render_template
from sqlite_utils import Database

from collector.index.periods import Days
from collector.ledger import runs
from collector.ledger.handlings import handlings
from collector.ledger.places import agencies
from collector.ledger.plans import plans
from collector.ledger.rows import openings
from collector.ledger.waiting import waiting
from collector.servicehours import read_calendar
from collector.web.followups import late_complaints, late_plans
from collector.web.languages import gettext
from collector.web.permissions import may_open
from collector.web.reader import reader
from collector.web.site import ledger, local, moment, site
from collector.web.upkeep import Check, Places, decisions, jobs, places

blueprint = Blueprint("integrity", __name__, url_prefix="/integritas")

LATELY: Final = timedelta(days=7)
OPENINGS: Final = timedelta(days=90)
BEGINNING: Final = date(2012, 1, 1)  # of LAPOR!: no complaint is older


@blueprint.get("")
def integrity() -> str:
    parts = _parts()
    return render_template(
        "integrity.html",
        parts=parts,
        todo=[check for _, checks in parts for check in checks if check.state == "act"],
        now=moment(),
        openings=list(_openings()),
        may_look=may_open(reader().role, "rows.rows"),
    )


def _parts() -> list[tuple[str, list[Check]]]:
    now = moment()
    since = now - LATELY
    since_ms, now_ms = (round(each.timestamp() * 1000) for each in (since, now))
    db = ledger()
    return [
        (gettext("Pekerjaan berkala"), list(jobs(runs.latest(db), runs.latest_good(db), now_ms))),
        (gettext("Tempat"), list(places(_places(), now))),
        (
            gettext("Menunggu keputusan"),
            list(decisions(waiting(db, since_ms, since.date().isoformat()))),
        ),
        (gettext("Tindak lanjut"), list(_owed(db, now.date()))),
    ]


class Opened(NamedTuple):
    """Rows that somebody looked at."""

    at: datetime
    who: str
    kiosk: str
    day: date
    reason: str


def _openings() -> Iterator[Opened]:
    since_ms = round((moment() - OPENINGS).timestamp() * 1000)
    for each in openings(ledger(), since_ms):
        at, day = local(each.at_ms / 1000), date.fromisoformat(each.day)
        yield Opened(at, each.who.partition(":")[2], each.kiosk, day, each.reason)


def _owed(db: Database, today: date) -> Iterator[Check]:
    """Late plans; and complaints, once any were brought in."""
    shorts = {agency.agency: agency.short for agency in agencies(db)}
    yield late_plans(plans(db), shorts, today)
    holiday = read_calendar(site().config.data_dir).holiday
    found = handlings(db, Days(BEGINNING, today + timedelta(days=1)), holiday)
    if found is not None:
        yield late_complaints(found, shorts)


def _places() -> Places:
    data, backups = site().config.data_dir, site().config.backups
    return Places(
        shutil.disk_usage(data).free,
        _device(data) == _device(backups),
        list(_set_aside(data.glob("set-aside-*"))),
    )


def _device(folder: Path) -> int:
    """The disk on which it is, or would be made."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    return there.stat().st_dev


def _set_aside(folders: Iterable[Path]) -> Iterable[datetime]:
    """When; the name says it, in UTC."""
    for folder in folders:
        yield datetime.strptime(folder.name, "set-aside-%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
