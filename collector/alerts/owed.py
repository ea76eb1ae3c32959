"""What people owe: answers to complaints, looking into cases, promised follow-up, signatures."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from collector.alerts.situation import Owed
from collector.index.plans import Plan
from collector.ledger import releases
from collector.ledger.alerts import Alert
from collector.ledger.cases import Case
from collector.ledger.releases import Proposal

TIMES_KEPT: Final = timedelta(days=30)  # exact times of votes, by which a case can be looked into
TIMES_NEAR: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)


def complaints(owed: Owed | None) -> Iterator[Alert]:
    """By agency and without counts: few complaints would tell of people."""
    if owed is None:
        return
    since = str(owed.as_of)
    for agency in sorted(owed.over):
        facts = {"agency": agency, "day": since}
        yield Alert("complaints", agency, since, facts, agency)
    for agency in sorted(owed.near - owed.over):
        facts = {"agency": agency, "day": since}
        yield Alert("near", agency, since, facts, agency)


def cases(found: Iterable[Case], today: date) -> Iterator[Alert]:
    """Those of which the exact times will soon be gone, or are."""
    for case in found:
        gone = case.opening.days.first + TIMES_KEPT
        if today >= gone - TIMES_NEAR:
            facts: dict[str, str | int] = {
                "kiosk": case.opening.kiosk,
                "number": case.id,
                "day": str(gone),
            }
            yield Alert("case", str(case.id), str(gone - TIMES_NEAR), facts)


def plans(found: Mapping[int, Plan], today: date) -> Iterator[Alert]:
    """Those that are late."""
    for number, plan in found.items():
        if plan.state(today) == "late":
            facts: dict[str, str | int] = {
                "agency": plan.agency,
                "number": number,
                "day": str(plan.due),
            }
            yield Alert("plan", str(number), str(plan.due + DAY), facts, plan.agency)


def unsigned(proposals: Iterable[Proposal], today: date) -> Iterator[Alert]:
    """Those that nobody signed, once remarks can no longer come."""
    for each in releases.unsigned(proposals):
        if today > each.reply_until:
            facts = {"first": each.first_day, "last": each.last_day}
            since = str(each.reply_until + DAY)
            yield Alert("sign", f"{each.first_day}/{each.last_day}", since, facts)
