"""One run of the rules over all votes whose exact time is still known."""

from datetime import datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from sqlite_utils import Database

from collector.index.calendar import Calendar
from collector.index.periods import Days, containing
from collector.ledger import misuse, presence
from collector.ledger.cases import Opening, open_cases
from collector.ledger.misuse import Flag, Look
from collector.ledger.placements import placements
from collector.ledger.places import services
from collector.ledger.presence import Presence
from collector.ledger.store import writing
from collector.misuse.filtering import Filter
from collector.misuse.fleet import Fleet, Lists, by_day
from collector.misuse.judging import Week
from collector.misuse.presence import Watch
from collector.misuse.ruleset import Rules, Ruleset

WEEKS: Final = 3  # closed ones that are judged anew each time: votes may come late


class Found(NamedTuple):
    kiosks: int
    votes: int  # that were looked at
    flags: list[Flag]
    openings: list[Opening]  # also those that are known already
    opened: int  # those that were not
    presences: list[Presence]


def run(db: Database, ruleset: Ruleset, calendar: Calendar, now: datetime) -> Found:
    """Judge the votes of closed days; what is found is stored as one. `now` has the zone.

    Done again, it finds nothing new.
    """
    found = look(db, ruleset.rules, calendar, now)
    with writing(db):
        number = misuse.add_look(db, _noted(found, ruleset, now), found.flags)
        presence.put(db, found.presences)
        return found._replace(opened=open_cases(db, number, found.openings))


def look(db: Database, rules: Rules, calendar: Calendar, now: datetime) -> Found:
    """What a run would find; nothing is stored."""
    zone, known = _zone(now), services(db)
    filter_ = Filter(rules.burst.as_limits(), rules.hours.margin_minutes, calendar, zone, known)
    votes, flags = 0, list[Flag]()
    lists: dict[str, Lists] = {}
    for kiosk, own in misuse.cast(db, _midnight(now)):
        fresh = list(filter_.flags(own, placements(db, kiosk)))
        votes += len(own)
        flags += fresh
        lists[kiosk] = by_day(own, {flag.place for flag in fresh}, zone)
    openings = _openings(Fleet(db, calendar, zone, lists), rules, now)
    closed = datetime.fromtimestamp(_midnight(now), zone)
    presences = Watch(db, rules, calendar, closed).presences()
    return Found(len(lists), votes, flags, openings, 0, presences)


def _openings(fleet: Fleet, rules: Rules, now: datetime) -> list[Opening]:
    monday = containing("week", now.date()).first
    weeks = [
        Days(monday - timedelta(weeks=n), monday - timedelta(weeks=n - 1))
        for n in range(WEEKS, 0, -1)
    ]
    return [
        case
        for week in weeks
        for case in Week(rules, fleet.subjects(week, rules.baseline.weeks), week).cases()
    ]


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
