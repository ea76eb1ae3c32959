"""Participation for a page: who was served, and how well kiosks stood ready."""

from collector.index.participation import Participation
from collector.index.periods import Days
from collector.ledger.participation import Clock, participations
from collector.servicehours import read_calendar
from collector.web.site import ledger, site


def joined(days: Days, votes: dict[str, int]) -> dict[str, Participation]:
    """Of every agency; `votes` of those that have any."""
    here = site()
    clock = Clock(read_calendar(here.config.data_dir), here.config.zone, int(here.clock()))
    return participations(ledger(), days, votes, clock)
