"""One run of the rules over all votes whose exact time is still known."""

from datetime import datetime, time, tzinfo
from typing import NamedTuple

from sqlite_utils import Database

from collector.index.calendar import Calendar
from collector.ledger import misuse
from collector.ledger.misuse import Flag, Look
from collector.ledger.placements import placements
from collector.ledger.places import services
from collector.ledger.store import writing
from collector.misuse.filtering import Filter
from collector.misuse.ruleset import Ruleset


class Found(NamedTuple):
    kiosks: int
    votes: int  # that were looked at
    flags: list[Flag]


def run(db: Database, ruleset: Ruleset, calendar: Calendar, now: datetime) -> Found:
    """Judge the votes of closed days; what is found is stored as one. `now` has the zone.

    Done again, it finds nothing new.
    """
    found = look(db, ruleset, calendar, now)
    with writing(db):
        misuse.add_look(db, _noted(found, ruleset, now), found.flags)
    return found


def look(db: Database, ruleset: Ruleset, calendar: Calendar, now: datetime) -> Found:
    rules, zone = ruleset.rules, _zone(now)
    filter_ = Filter(
        rules.burst.as_limits(), rules.hours.margin_minutes, calendar, zone, services(db)
    )
    kiosks, votes = 0, 0
    flags: list[Flag] = []
    for kiosk, own in misuse.cast(db, _midnight(now)):
        kiosks, votes = kiosks + 1, votes + len(own)
        flags += filter_.flags(own, placements(db, kiosk))
    return Found(kiosks, votes, flags)


def _noted(found: Found, ruleset: Ruleset, now: datetime) -> Look:
    return Look(
        at_ms=round(now.timestamp() * 1000),
        ruleset=ruleset.rules.version,
        digest=ruleset.digest,
        hours=ruleset.hours,
        kiosks=found.kiosks,
        votes=found.votes,
    )


def _zone(now: datetime) -> tzinfo:
    if now.tzinfo is None:
        raise ValueError("`now` needs the zone in which days are cut")
    return now.tzinfo


def _midnight(now: datetime) -> int:
    """Unix second at which the last closed day ended."""
    return round(datetime.combine(now.date(), time(), now.tzinfo).timestamp())
