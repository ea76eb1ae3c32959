"""The content of a report, from releases and from nowhere else."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from typing import Final

from sqlite_utils import Database

from collector.errors import CollectorError
from collector.index.periods import Days, previous
from collector.index.plans import Plan
from collector.ledger.places import Agency, agencies, units
from collector.ledger.plans import plans
from collector.ledger.releases import Release, given_ms, published, remarks
from collector.release.rules import ALL
from collector.report.content import Content, Line, Past, Subject
from collector.report.words import AUDIENCES, period_code, period_name

COURSE: Final = 8  # periods at most


class NoReport(CollectorError, LookupError):
    """There is nothing to report of; the message says what to do."""


def gather(db: Database, subject: Subject, zone: tzinfo) -> Content:
    """Raises NoReport where the audience was given nothing of exactly these days."""
    rows = _given(db, subject)
    main = next((row for row in rows if row.agency == _slug(subject) and row.scope != "unit"), None)
    if main is None:
        raise _no_figure(subject)
    lines = _lines(db, subject, rows)
    of_main = lines.pop(main.place)
    told = sorted(lines.values(), key=lambda line: (line.service.casefold(), line.name.casefold()))
    moment = max(given_ms(db, row) for row in [main, *(line.figure for line in told)])
    return Content(
        subject=subject,
        main=of_main,
        lines=told,
        course=[*_course(db, subject, main), Past(subject.kind, subject.days, main)],
        plans=_plans(db, subject, moment, zone),
        published=_day(moment, zone),
    )


def reported_agencies(db: Database, subject: Subject) -> list[Agency]:
    """The agencies of which the audience was given a figure of these days, by slug."""
    told = {row.agency for row in _given(db, subject) if row.scope == "agency"}
    return [each for each in agencies(db) if each.agency in told]


# ---------------------------------------------------------------- figures


def _given(db: Database, subject: Subject) -> list[Release]:
    rows = published(db, subject.audience, subject.days)
    if not rows:
        raise _nothing(subject)
    return rows


def _slug(subject: Subject) -> str | None:
    return None if subject.agency is None else subject.agency.agency


def _lines(db: Database, subject: Subject, rows: Iterable[Release]) -> dict[str, Line]:
    """Place → its line: the main one and those that stand below it."""
    slug = _slug(subject)
    wanted = [row for row in rows if row.agency == slug or (slug is None and row.scope != "unit")]
    earlier = published(db, subject.audience, previous(subject.kind, subject.days))
    before = {(row.scope, row.place): row for row in earlier}
    beside = {p: remarks(db, p) for p in {row.proposal for row in wanted} if p is not None}
    names, services = _names(db)
    found = {}
    for row in wanted:
        remark = beside.get(row.proposal or 0, {}).get(row.agency or "")
        said = "" if remark is None or row.scope == "unit" else remark.text
        past = before.get((row.scope, row.place))
        service = services.get(row.place, "")
        found[row.place] = Line(names.get(row.place, ""), service, row, past, said)
    return found


def _names(db: Database) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Place → its name; agency → its type of service."""
    known = agencies(db)
    names = {each.unit: each.name for each in units(db)} | {
        each.agency: each.name for each in known
    }
    return names, {each.agency: each.service for each in known}


def _course(db: Database, subject: Subject, main: Release) -> list[Past]:
    """The periods before, as they stand now, oldest first; it ends at the first that is missing."""
    found: list[Past] = []
    days = previous(subject.kind, subject.days)
    while len(found) < COURSE - 1:
        figure = _figure(published(db, subject.audience, days), main)
        if figure is None:
            break
        found.append(Past(subject.kind, days, figure))
        days = previous(subject.kind, days)
    return found[::-1]


def _figure(rows: Iterable[Release], like: Release) -> Release | None:
    same = (row for row in rows if (row.scope, row.place) == (like.scope, like.place))
    return next(same, None)


# ---------------------------------------------------------------- plans


def _plans(db: Database, subject: Subject, moment: int, zone: tzinfo) -> list[tuple[Agency, Plan]]:
    """Those that concern the period; the public is told none: nobody released them."""
    if subject.audience == "public":
        return []
    known = {each.agency: each for each in agencies(db)}
    stood = plans(db, _slug(subject), until_ms=moment).values()
    on = _day(moment, zone)
    return [(known[each.agency], each) for each in stood if _concerns(each, subject.days, on)]


def _concerns(plan: Plan, days: Days, on: date) -> bool:
    if plan.mistaken:
        return False
    ended = plan.realised or plan.withdrawn
    return plan.state(on) in ("open", "late") or plan.due in days or (ended or on) in days


def _day(at_ms: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(at_ms / 1000, zone).date()


# ---------------------------------------------------------------- what is not there


def _nothing(subject: Subject) -> NoReport:
    name = f"{period_name(subject.kind, subject.days)} ({AUDIENCES[subject.audience]})"
    kinds = {kind for rules in ALL if rules.audience == subject.audience for kind in rules.kinds}
    if subject.kind not in kinds:
        return NoReport(f"{name}: this audience is given no {subject.kind} (docs/releases.md)")
    code = period_code(subject.kind, subject.days)
    how = (
        "'senyum-collector release publish' gives out months that are due"
        if subject.kind == "month"
        else f"'senyum-collector release propose {code}', and after seven days 'release sign'"
    )
    return NoReport(
        f"{name} was not given out yet, so there is nothing to report of: {how};"
        " 'senyum-collector release show' lists what was given out"
    )


def _no_figure(subject: Subject) -> NoReport:
    if subject.agency is None:
        return NoReport(
            f"there is no report of the whole regency {AUDIENCES[subject.audience]}: heads of"
            " agencies get figures of their own; name one with --agency, or all with --each"
        )
    name = period_name(subject.kind, subject.days)
    return NoReport(
        f"{subject.agency.agency}: has no figure of {name}; was it an agency in those days?"
        " 'senyum-collector release show' lists who has"
    )
