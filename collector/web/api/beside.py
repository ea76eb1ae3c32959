"""Answers about what stands beside figures: follow-up, complaints, participation."""

from datetime import UTC, date, datetime

from collector.index.cells import Cell
from collector.index.handling import Handling, shown
from collector.index.plans import Plan
from collector.ledger import plans as ledger_plans
from collector.ledger import releases
from collector.ledger.handlings import handlings
from collector.servicehours import read_calendar
from collector.web.api import answers
from collector.web.api.answers import Page, Told
from collector.web.api.asked import Asked, OfAgency, OfPeriod
from collector.web.api.door import own
from collector.web.api.figures import days_of
from collector.web.api.paging import page
from collector.web.joining import joined
from collector.web.site import ledger, site, today


def plans(asked: OfAgency) -> Page[answers.Plan]:
    found = ledger_plans.plans(ledger(), own(asked.agency or None))
    rows = [_plan(number, each) for number, each in found.items()]
    return page(rows, lambda each: f"{each.due} {each.plan:09}", asked)


def proposals(asked: Asked) -> Page[answers.Proposal]:
    last = {(each.first_day, each.last_day): each for each in releases.proposals(ledger())}
    return page(map(_proposal, last.values()), lambda each: f"{each.proposal:09}", asked)


def _proposal(each: releases.Proposal) -> answers.Proposal:
    said = releases.remarks(ledger(), each.p).values()
    signed_ms = each.signed_ms
    return answers.Proposal(
        each.p,
        each.kind,
        date.fromisoformat(each.first_day),
        date.fromisoformat(each.last_day),
        each.reply_until,
        None if signed_ms is None else datetime.fromtimestamp(signed_ms / 1000, UTC),
        [answers.Remark(remark.agency, remark.text) for remark in said],
    )


def _plan(number: int, each: Plan) -> answers.Plan:
    return answers.Plan(
        number,
        each.agency,
        each.element,
        each.cause,
        each.action,
        each.post,
        each.due,
        each.realised,
        each.evidence,
        each.state(today()),
    )


def complaints(asked: OfPeriod) -> Page[answers.Complaints]:
    """By the rule of small cells, whoever reads. Empty where no file was ever brought in."""
    only = own(asked.agency or None)
    holiday = read_calendar(site().config.data_dir).holiday
    found = handlings(ledger(), days_of(asked.period), holiday)
    of = {} if found is None else found.of
    rows = [_complaints(agency, each) for agency, each in of.items() if only in (None, agency)]
    return page(rows, lambda each: each.agency, asked)


def _complaints(agency: str, handled: Handling) -> answers.Complaints:
    told = shown(handled)
    percent = told.in_time_percent
    return answers.Complaints(
        agency,
        Told(told.received.low, told.received.high),
        _told(told.answered),
        _told(told.closed),
        _told(told.over),
        percent and Told(*percent),
        told.median,
        told.p90,
    )


def _told(cell: Cell | None) -> Told | None:
    return cell and Told(cell.low, cell.high)


def participation(asked: OfPeriod) -> Page[answers.Participation]:
    only = own(asked.agency or None)
    found = joined(days_of(asked.period), {})
    rows = [
        answers.Participation(
            agency,
            each.people and each.people.people,
            each.uptime,
            each.coverage.counters,
            each.coverage.kiosks,
        )
        for agency, each in found.items()
        if only in (None, agency)
    ]
    return page(rows, lambda each: each.agency, asked)
