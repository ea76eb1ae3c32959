"""What is wrong with the collector itself: its disk, and jobs that run by themselves."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from collector.alerts.situation import Situation
from collector.ledger.alerts import Alert
from collector.ledger.runs import Job, Run

HOUR_MS: Final = 3_600_000
DAY: Final = 24  # hours
# So long the last success of a job may lie back.
DUE_HOURS: Final[dict[Job, int]] = {
    "backup": 2 * DAY,
    "drill": 8 * DAY,
    "audit": 31 * DAY,
    "witness": 2 * DAY,
    "erase": 2 * DAY,
    "misuse": 2 * DAY,
    "release": 2 * DAY,
    "report": 2 * DAY,
}


def disk(situation: Situation) -> Iterator[Alert]:
    free = situation.disk_free
    if free < situation.limits.disk_bytes:
        facts = {"megabytes": free // 1_000_000}
        yield Alert("disk", "ledger", str(situation.now.date()), facts)


def jobs(situation: Situation) -> Iterator[Alert]:
    """Those that failed, or that did not succeed for too long."""
    now_ms = round(situation.now.timestamp() * 1000)
    for job, hours in DUE_HOURS.items():
        last, good = situation.latest.get(job), situation.good.get(job)
        since = _wrong_since(last, good, situation.born_ms)
        overdue = since is not None and now_ms - since > hours * HOUR_MS
        failed = last is not None and not last.ok
        if since is not None and (overdue or failed):
            day = str(datetime.fromtimestamp(since / 1000, situation.now.tzinfo).date())
            ever = "" if good is None else day
            yield Alert("job", job, day, {"job": job, "good": ever})


def _wrong_since(last: Run | None, good: Run | None, born_ms: int | None) -> int | None:
    """Its last success; without one its last run, or the day on which the collector began."""
    if good is not None:
        return good.at_ms
    return last.at_ms if last is not None else born_ms
