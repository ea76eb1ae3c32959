"""Answers about the system itself: kiosks, jobs, and what waits for somebody."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from collector.alerts.kinds import Seen, is_for
from collector.alerts.wording import words
from collector.ledger import alerts as ledger_alerts
from collector.ledger import runs
from collector.ledger.alerts import Kept
from collector.ledger.cases import Case
from collector.ledger.cases import cases as ledger_cases
from collector.ledger.places import agencies
from collector.ledger.rows import openings as rows_opened
from collector.ledger.waiting import waiting as ledger_waiting
from collector.web import fleet
from collector.web.api import answers
from collector.web.api.answers import Page
from collector.web.api.asked import Asked, Cases
from collector.web.api.door import reader
from collector.web.api.paging import page
from collector.web.integrity import LATELY, OPENINGS
from collector.web.site import ledger, moment


def kiosks(asked: Asked) -> Page[answers.Kiosk]:
    shown = fleet.lines(silences=reader().reach == "district")
    return page(map(_kiosk, shown), lambda each: each.kiosk, asked)


def _kiosk(line: fleet.Line) -> answers.Kiosk:
    health, spot = line.kiosk.health, line.spot
    said = health.said if health else None
    return answers.Kiosk(
        line.kiosk.kiosk,
        spot.agency if spot else None,
        spot.unit if spot else None,
        spot.counter if spot else None,
        line.state,
        _utc(health.received_ms) if health else None,
        fleet.magnitude(said.queue) if said and reader().reach == "district" else None,
        said.sent.clock if said else None,
        said.temperature if said else None,
        said.disk_free if said else None,
        said.firmware if said else None,
        said.config if said else None,
        line.wanted,
        line.amiss,
    )


def alerts(asked: Asked) -> Page[answers.Alert]:
    """What whoever the token stands for is told; technicians nothing that moves with votes."""
    seen = Seen(reader().reach, reader().agency)
    shorts = {agency.agency: agency.short for agency in agencies(ledger())}
    found = (each for each in ledger_alerts.live(ledger()) if is_for(each.alert, seen))
    rows = [_alert(each, shorts) for each in found]
    return page(rows, lambda each: f"{each.alert:09}", asked)


def _alert(kept: Kept, shorts: Mapping[str, str]) -> answers.Alert:
    alert = kept.alert
    return answers.Alert(
        kept.id,
        alert.kind,
        words(alert, shorts).indonesian(),
        alert.agency,
        date.fromisoformat(alert.since),
        kept.state,
        kept.comment if reader().reach == "district" else "",
    )


def cases(asked: Cases) -> Page[answers.Case]:
    found = ledger_cases(ledger(), closed=asked.closed)
    return page(map(_case, found), lambda each: f"{each.case:09}", asked)


def _case(case: Case) -> answers.Case:
    closing, days = case.closing, case.opening.days
    return answers.Case(
        case.id,
        case.opening.rule,
        case.opening.kiosk,
        days.first,
        days.last,
        closing.verdict if closing else None,
        closing.reason if closing else None,
        _utc(closing.at_ms) if closing else None,
    )


def openings(asked: Asked) -> Page[answers.Opening]:
    """As long as on the page of integrity."""
    since_ms = round((moment() - OPENINGS).timestamp() * 1000)
    rows = [
        answers.Opening(
            _utc(each.at_ms), each.who, each.kiosk, date.fromisoformat(each.day), each.reason
        )
        for each in rows_opened(ledger(), since_ms)
    ]
    return page(rows, lambda each: f"{each.at.isoformat()} {each.kiosk} {each.day}", asked)


def jobs(asked: Asked) -> Page[answers.Run]:
    rows = [
        answers.Run(run.job, _utc(run.at_ms), run.ok, run.took_ms, run.said)
        for run in runs.latest(ledger()).values()
    ]
    return page(rows, lambda each: each.job, asked)


def waiting(asked: Asked) -> Page[answers.Waiting]:
    """Since a week, as on the page of integrity."""
    since = moment() - LATELY
    found = ledger_waiting(ledger(), round(since.timestamp() * 1000), since.date().isoformat())
    rows = [answers.Waiting(why, number) for why, number in found._asdict().items()]
    return page(rows, lambda each: each.why, asked)


def _utc(at_ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
