"""What came of it in a period, for a page: complaints that were answered, and promises kept."""

from typing import NamedTuple

from collector.index.handling import Shown, shown
from collector.index.periods import Days
from collector.index.plans import FollowUp, follow_up
from collector.ledger.handlings import handlings
from collector.ledger.places import agencies
from collector.ledger.plans import plans
from collector.servicehours import read_calendar
from collector.web.site import ledger, site


class Answering(NamedTuple):
    complaints: Shown | None  # received in these days; None where there were none
    plans: FollowUp  # first due in these days


def answering(days: Days) -> dict[str, Answering]:
    """Of every agency."""
    found = handlings(ledger(), days, read_calendar(site().config.data_dir).holiday)
    handled = {} if found is None else {slug: shown(each) for slug, each in found.of.items()}
    every = list(plans(ledger()).values())
    return {
        slug: Answering(
            handled.get(slug), follow_up([each for each in every if each.agency == slug], days)
        )
        for slug in (agency.agency for agency in agencies(ledger()))
    }
