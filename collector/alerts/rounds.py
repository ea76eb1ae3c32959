"""Which alerts are new, which are over, and who is told what now. Pure.

Nobody is told anything in quiet hours, on a weekend or on a holiday: it waits. What is urgent goes
out in the first waking hour of a working day, all else in that day's one digest.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from typing import Final, NamedTuple

from collector.alerts.kinds import TRAITS, is_for
from collector.alerts.recipients import Recipient
from collector.ledger.alerts import Alert, Kept, Letter

SATURDAY: Final = 5


class Quiet(NamedTuple):
    """Local times: silence from `begins` until `ends`, the digest from `digest` on."""

    begins: time
    ends: time
    digest: time

    def wakes(self, now: time) -> bool:
        if self.begins <= self.ends:
            return not self.begins <= now < self.ends
        return self.ends <= now < self.begins


class Sent(NamedTuple):
    """What has gone out."""

    told: AbstractSet[tuple[str, int]]  # recipient, live alert
    today: AbstractSet[tuple[str, str, str]]  # recipient, kind, subject: told of today
    digested: AbstractSet[str]  # recipients that had today's digest


class Changes(NamedTuple):
    fresh: list[Alert]
    over: list[int]


def changes(found: Iterable[Alert], live: Iterable[Kept]) -> Changes:
    """What is wrong beside what was: closed alerts are live as long as it lasts."""
    wrong = {alert.key: alert for alert in found}
    known = {kept.alert.key: kept.id for kept in live}
    return Changes(
        [alert for key, alert in wrong.items() if key not in known],
        [number for key, number in known.items() if key not in wrong],
    )


def may_speak(now: datetime, quiet: Quiet, holiday: Callable[[date], str | None]) -> bool:
    at_work = now.weekday() < SATURDAY and holiday(now.date()) is None
    return at_work and quiet.wakes(now.time())


def letters(
    live: Sequence[Kept], recipients: Iterable[Recipient], sent: Sent, now: time, quiet: Quiet
) -> Iterator[Letter]:
    """At a moment at which one may speak. What somebody looks after already is not told."""
    waiting = [kept for kept in live if kept.state == "open"]
    for to in recipients:
        fresh = [
            kept
            for kept in waiting
            if is_for(kept.alert, to.seen) and (to.name, kept.id) not in sent.told
        ]
        digest = now >= quiet.digest and to.name not in sent.digested
        chosen = [kept.id for kept in fresh if digest or _hurries(kept.alert, to, sent)]
        if chosen:
            yield Letter(to.name, digest, tuple(chosen))


def _hurries(alert: Alert, to: Recipient, sent: Sent) -> bool:
    """What comes and goes is told at once only the first time in a day."""
    again = (to.name, alert.kind, alert.subject) in sent.today
    return TRAITS[alert.kind].urgent and not again
