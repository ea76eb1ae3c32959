"""Answers about figures: as they were given out, and what stands beside them."""

from collections.abc import Iterator

from collector.index.periodnames import period_named
from collector.index.periods import Days
from collector.ledger import places
from collector.ledger.places import Agency
from collector.ledger.releases import Audience, Release, published, published_periods, remarks
from collector.web.api import answers
from collector.web.api.answers import Page
from collector.web.api.asked import Asked, Figures, GivenOut
from collector.web.api.door import own, reader
from collector.web.api.paging import page
from collector.web.api.problems import Refused
from collector.web.site import ledger


def agencies(asked: Asked) -> Page[answers.Agency]:
    return page(map(_agency, places.agencies(ledger())), lambda each: each.agency, asked)


def _agency(each: Agency) -> answers.Agency:
    return answers.Agency(
        each.agency,
        each.name,
        each.short,
        each.service,
        each.valid_from,
        each.valid_to,
        each.successor,
    )


def periods(asked: GivenOut) -> Page[answers.Period]:
    given = published_periods(ledger(), _audience(asked.to))
    rows = [answers.Period(kind, days.first, days.last) for kind, days in given]
    return page(rows, lambda each: f"{each.first_day} {each.last_day}", asked)


def figures(asked: Figures) -> Page[answers.Figure]:
    """An agency's reader gets its own, and of the public's figures all."""
    audience = _audience(asked.to)
    agency = asked.agency or None
    only = own(agency) if audience == "agency" else agency
    given = published(ledger(), audience, days_of(asked.period))
    told = [row for row in given if only in (None, row.agency)]
    return page(_figures(told), lambda each: f"{each.scope} {each.place}", asked)


def _audience(to: str) -> Audience:
    reach = reader().reach
    return "public" if to == "public" or reach == "technician" else reach


def days_of(period: str) -> Days:
    """Raises Refused for a year that no calendar has."""
    try:
        return period_named(period)
    except ValueError as error:
        raise Refused(400, f"period: {error}") from None


def _figures(rows: list[Release]) -> Iterator[answers.Figure]:
    beside = {p: remarks(ledger(), p) for p in {row.proposal for row in rows} if p is not None}
    for row in rows:
        remark = beside.get(row.proposal or 0, {}).get(row.agency or "")
        yield _figure(row, remark and remark.text)


def _figure(row: Release, remark: str | None) -> answers.Figure:
    days = Days.from_to(row.first_day, row.last_day)
    return answers.Figure(
        row.scope,
        row.place,
        row.agency,
        row.kind,
        days.first,
        days.last,
        row.version,
        row.reason,
        row.rules,
        row.mapping,
        row.detail,
        row.alone,
        row.n,
        row.cells,
        row.index,
        row.low,
        row.high,
        row.grade,
        remark,
    )
