"""What agencies promised to put right and did, for everybody: no cause, post or evidence."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from collector.ledger.places import agencies
from collector.ledger.plans import plans
from collector.web.site import ledger, today

LATELY: Final = timedelta(days=366)
MOST: Final = 20


class Change(NamedTuple):
    """A plan that was realised."""

    agency: str  # name
    action: str
    on: date


def changes() -> list[Change]:
    """Of the last year, the latest first."""
    now = today()
    names = {agency.agency: agency.name for agency in agencies(ledger())}
    found = [
        Change(names[plan.agency], plan.action, plan.realised)
        for plan in plans(ledger()).values()
        if plan.realised and not plan.withdrawn and now - LATELY <= plan.realised <= now
    ]
    return sorted(found, key=lambda change: change.on, reverse=True)[:MOST]
