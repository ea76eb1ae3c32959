"""What is wrong with kiosks: keys, silence, what the box says of itself, messages refused.

By days alone: of a kiosk that is silent, the hour would be that of a vote.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from collector.alerts.situation import Situation, Stand
from collector.index.calendar import Span
from collector.ledger.alerts import Alert, Kind
from collector.ledger.fleet import Machine

FULL: Final = 100 * 1024 * 1024  # bytes left on a kiosk's card


def of_kiosk(stand: Stand, situation: Situation) -> Iterator[Alert]:
    now = situation.now
    yield from _keys(stand.machine, now)
    yield from _unheard(stand, situation)
    yield from _silent(stand.machine, now)
    yield from _box(stand.machine, now)


def _keys(machine: Machine, now: datetime) -> Iterator[Alert]:
    for fork in machine.forks:
        since = _day(fork.first_ms, now)
        yield _alert("fork", f"{machine.kiosk}/{fork.epoch[:12]}", machine, since)
    for epoch in machine.epochs:
        if epoch.state == "held":
            since = _day(epoch.added_at * 1000, now)
            yield _alert("held", f"{machine.kiosk}/{epoch.epoch[:12]}", machine, since)


def _alert(kind: Kind, subject: str, machine: Machine, since: str) -> Alert:
    return Alert(kind, subject, since, {"kiosk": machine.kiosk, "day": since})


def _unheard(stand: Stand, situation: Situation) -> Iterator[Alert]:
    health = stand.machine.health
    if health is None:
        return
    heard = datetime.fromtimestamp(health.received_ms / 1000, situation.now.tzinfo)
    if served_minutes(stand.hours, heard, situation.now) > situation.limits.unheard_minutes:
        yield _alert("unheard", stand.machine.kiosk, stand.machine, str(heard.date()))


def served_minutes(
    hours: Mapping[date, tuple[Span, ...]], since: datetime, until: datetime
) -> float:
    """Minutes of service in [since, until): nights and holidays are no silence."""
    total = 0.0
    for day, spans in hours.items():
        midnight = datetime.combine(day, time(), until.tzinfo)
        for opens, closes in spans:
            begin = max(midnight + timedelta(minutes=opens), since)
            end = min(midnight + timedelta(minutes=closes), until)
            total += max((end - begin).total_seconds() / 60, 0)
    return total


def _silent(machine: Machine, now: datetime) -> Iterator[Alert]:
    presence = machine.presence
    if presence is not None and presence.state == "silent" and presence.last is not None:
        yield _alert("silent", machine.kiosk, machine, _day(presence.last * 1000, now))


def _box(machine: Machine, now: datetime) -> Iterator[Alert]:
    if machine.health is None:
        return
    said, since = machine.health.said, _day(machine.health.received_ms, now)
    troubles = {
        "lost": machine.lost_before is not None,
        "damaged": bool(said.damaged),
        "refused": bool(said.counters.refused),
        "stuck": bool(said.stuck),
        "full": said.disk_free is not None and said.disk_free < FULL,
    }
    for trouble, is_so in troubles.items():
        if is_so:
            facts = {"kiosk": machine.kiosk, "trouble": trouble}
            yield Alert("box", f"{machine.kiosk}/{trouble}", since, facts)


def refused(situation: Situation) -> Iterator[Alert]:
    """'' is the name under which messages of no kiosk are counted."""
    for kiosk, number in situation.refused.items():
        if number >= situation.limits.refused:
            facts: dict[str, str | int] = {"kiosk": kiosk, "number": number}
            yield Alert("quarantine", kiosk, str(situation.now.date()), facts)


def _day(at_ms: int, now: datetime) -> str:
    return str(datetime.fromtimestamp(at_ms / 1000, now.tzinfo).date())
