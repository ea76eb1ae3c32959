"""The integrity page: whether votes are safe, and what an admin has to do about it.

Nothing on it moves with a vote: jobs, places, and how many kiosks wait for a word.
"""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from flask import Blueprint, render_template

from collector.ledger import runs
from collector.ledger.waiting import waiting
from collector.web.languages import gettext
from collector.web.site import ledger, moment, site
from collector.web.upkeep import Check, Places, decisions, jobs, places

blueprint = Blueprint("integrity", __name__, url_prefix="/integritas")

LATELY: Final = timedelta(days=7)


@blueprint.get("")
def integrity() -> str:
    parts = _parts()
    todo = [check for _, checks in parts for check in checks if check.state == "act"]
    return render_template("integrity.html", parts=parts, todo=todo, now=moment())


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
    ]


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
