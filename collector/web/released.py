"""Which periods an audience was given, and the one that an address asks for."""

from flask import request

from collector.ledger.releases import Audience, published_periods
from collector.web.languages import gettext
from collector.web.period import Period, PeriodError, around
from collector.web.site import ledger


def released_periods(audience: Audience) -> list[Period]:
    """The latest first."""
    return [around(kind, days.first) for kind, days in published_periods(ledger(), audience)]


def asked_period(given: list[Period]) -> Period | None:
    """That of the address, else the latest; None while nothing was given out."""
    asked = request.args.get("periode")
    if not asked:
        return given[0] if given else None
    return given_period(given, asked)


def given_period(given: list[Period], code: str) -> Period:
    """Raises PeriodError for one that was not given out."""
    for period in given:
        if period.code == code:
            return period
    raise PeriodError(gettext("Angka periode “%(code)s” belum diterbitkan.", code=code[:20]))
