"""Figures that are proposed, and that nobody signed yet."""

from datetime import date
from typing import NamedTuple

from collector.ledger.releases import proposals, unsigned
from collector.ledger.releases import proposed as figures_of
from collector.web.givenlines import Line, as_lines
from collector.web.period import Period, around
from collector.web.site import ledger, today


class Proposed(NamedTuple):
    number: int
    period: Period
    until: date  # the last day for remarks
    lines: list[Line]

    @property
    def takes_remarks(self) -> bool:
        return today() <= self.until


def proposed() -> list[Proposed]:
    """In the order in which they were proposed."""
    db = ledger()
    return [
        Proposed(
            each.p,
            around(each.kind, date.fromisoformat(each.first_day)),
            each.reply_until,
            as_lines(figures_of(db, each.p)),
        )
        for each in unsigned(proposals(db))
    ]
