"""One round: what is wrong, what is new and what is over; then letters, each noted once it left."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time
from typing import NamedTuple

from sqlite_utils import Database

from collector.alerts.conditions import conditions
from collector.alerts.gathering import situation
from collector.alerts.kinds import is_for
from collector.alerts.recipients import Recipient, read_recipients
from collector.alerts.rounds import Quiet, Sent, changes, letters, may_speak
from collector.alerts.wording import Envelope, letter, words
from collector.config import AlertsSection, Config
from collector.errors import CollectorError
from collector.ledger.alerts import (
    Kept,
    Letter,
    add_letter,
    digested,
    end_alerts,
    live,
    open_alerts,
    told,
    told_on,
)
from collector.ledger.places import agencies, require_agency
from collector.ledger.store import writing
from collector.servicehours import read_calendar

Deliver = Callable[[str, str, str], bool]  # was it taken? Of url, title and text


class NotDelivered(CollectorError, OSError):
    """Somebody was not reached."""


class Round(NamedTuple):
    """What a round did."""

    fresh: int
    over: int
    live: int
    letters: int


def run(db: Database, config: Config, now: datetime, deliver: Deliver) -> Round:
    """Raises FileError for a file that makes no sense, NotDelivered after all else is done."""
    recipients = read_recipients(config.recipients)
    _require_agencies(db, recipients)
    wrong, at_ms = conditions(situation(db, config, now)), round(now.timestamp() * 1000)
    with writing(db):
        found = changes(wrong, live(db))
        open_alerts(db, found.fresh, at_ms)
        end_alerts(db, found.over, at_ms)
    sent, failed = _tell(db, config, now, _Post(recipients, deliver))
    if failed:
        raise NotDelivered(f"alerts: not taken by {', '.join(failed)}; it is tried again")
    return Round(len(found.fresh), len(found.over), len(live(db)), sent)


def _require_agencies(db: Database, recipients: Iterable[Recipient]) -> None:
    """A slug that is misspelt would tell nobody. Raises UnknownPlace."""
    for each in recipients:
        if each.seen.agency is not None:
            require_agency(db, each.seen.agency)


# ---------------------------------------------------------------- telling


class _Post(NamedTuple):
    recipients: Sequence[Recipient]
    deliver: Deliver


def _tell(db: Database, config: Config, now: datetime, post: _Post) -> tuple[int, list[str]]:
    """How many letters left; who did not take one, by name and way: an address holds passwords."""
    quiet, holiday = quiet_hours(config.alerts), read_calendar(config.data_dir).holiday
    if not may_speak(now, quiet, holiday):
        return 0, []
    day, standing, count, failed = str(now.date()), live(db), 0, []
    sent = Sent(told(db), told_on(db, day), digested(db, day))
    known = {to.name: to for to in post.recipients}
    for each in letters(standing, post.recipients, sent, now.time(), quiet):
        to = known[each.recipient]
        title, text = _envelope(db, config, each, _concerning(to, standing))
        if post.deliver(to.url, title, text):
            _note(db, each, day, now)
            count += 1
        else:
            failed.append(f"{to.name} ({to.url.partition(':')[0]})")
    return count, failed


def _concerning(to: Recipient, standing: Sequence[Kept]) -> list[Kept]:
    return [kept for kept in standing if kept.state == "open" and is_for(kept.alert, to.seen)]


def _envelope(db: Database, config: Config, each: Letter, concerning: list[Kept]) -> Envelope:
    shorts = {agency.agency: agency.short for agency in agencies(db)}
    told_now = [kept for kept in concerning if kept.id in each.alerts]
    lines = [words(kept.alert, shorts).indonesian() for kept in told_now]
    others = len(concerning) - len(told_now)
    return letter(lines, digest=each.digest, others=others, address=config.web.address)


def _note(db: Database, each: Letter, day: str, now: datetime) -> None:
    with writing(db):
        add_letter(db, each, day, round(now.timestamp() * 1000))


def quiet_hours(said: AlertsSection) -> Quiet:
    return Quiet(*map(time.fromisoformat, (said.quiet_from, said.quiet_until, said.digest_at)))
