"""What was given out to an audience in a period: a line for each place, and for the regency."""

from collections.abc import Sequence
from typing import NamedTuple

from collector.ledger.places import agencies
from collector.ledger.releases import Audience, Release, Remark, published, remarks
from collector.release.told import shares_of
from collector.web.period import Period
from collector.web.site import ledger


class Line(NamedTuple):
    """What was given out of one agency or unit, or of the regency."""

    name: str  # of the agency; empty: the regency
    service: str
    figure: Release
    shares: tuple[int, ...]  # whole percent of each cell
    remark: Remark | None


def lines_of(audience: Audience, period: Period) -> list[Line]:
    return as_lines(published(ledger(), audience, period.days))


def as_lines(rows: Sequence[Release]) -> list[Line]:
    """With the names, and the remarks of those that were proposed."""
    known = {agency.agency: agency for agency in agencies(ledger())}
    beside = {p: remarks(ledger(), p) for p in {row.proposal for row in rows} if p is not None}
    lines = []
    for row in rows:
        own = known.get(row.agency or "")
        name, service = (own.name, own.service) if own else ("", "")
        remark = beside.get(row.proposal or 0, {}).get(row.agency or "")
        lines.append(Line(name, service, row, shares_of(row.cells), remark))
    return lines
