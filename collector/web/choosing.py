"""The form at the top of a page: what the address asks for, and what else may be chosen."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from flask import request

from collector.index.periods import Days
from collector.index.scales import FaceMapping
from collector.ledger import reading
from collector.ledger.places import agencies
from collector.web import period
from collector.web.period import Period
from collector.web.site import ledger, today


class Choice(NamedTuple):
    period: Period
    groups: dict[str, list[Period]]  # heading → periods that may be chosen
    begun: date | None  # the first day with a vote; None: none yet


def chosen_period() -> Choice:
    """The period of this request; raises PeriodError."""
    now = today()
    begun = reading.first_day(ledger())
    asked = request.args.get("periode") or period.LATEST
    return Choice(period.named(asked, now), period.choices(begun or now, now), begun)


def dispersion(days: Days, mapping: FaceMapping) -> dict[str, Decimal]:
    """phi of each agency that has votes: as wide as their days were uneven, intervals are."""
    services = {agency.agency: agency.service for agency in agencies(ledger())}
    return reading.dispersion(ledger(), days, services, mapping)
