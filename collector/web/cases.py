"""The page of cases: what a misuse rule found odd, and what a person found out about it."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField

from collector.alerts.owed import TIMES_KEPT
from collector.index.periods import Days
from collector.ledger import cases as ledger_cases
from collector.ledger import misuse
from collector.ledger.cases import LONGEST, VERDICTS, BadReason, Case, Closed, NoCase, Verdict
from collector.ledger.fleet import machines
from collector.ledger.placements import Placement
from collector.ledger.places import Spot, spots
from collector.web.casewords import CASES, FILTERS, Rule, evidence
from collector.web.casewords import VERDICTS as VERDICT_WORDS
from collector.web.languages import gettext
from collector.web.permissions import may_open
from collector.web.reader import reader
from collector.web.site import begins, by, ledger, local, today, writable

blueprint = Blueprint("cases", __name__, url_prefix="/kasus")

CLOSED_SHOWN: Final = 30
LATELY: Final = 30  # days of which the left out votes are told


class CloseForm(FlaskForm):  # type: ignore[misc]
    putusan = StringField()
    alasan = StringField()


class Line(NamedTuple):
    """A case as its row."""

    id: int
    rule: Rule
    kiosk: str
    spot: Spot | None  # where the kiosk stood on the first of these days
    days: Days
    seen: str
    times_until: date  # so long exact times are known, by which it can be looked into
    verdict: str
    reason: str
    who: str
    closed: date | None


class Wrong(NamedTuple):
    """A closing that was not taken."""

    id: int
    verdict: str
    typed: str


@blueprint.get("")
def cases() -> str:
    return _page()


def _page(wrong: Wrong | None = None) -> str:
    found = _lines(ledger_cases.cases(ledger(), closed=True))
    closed = [line for line in found if line.closed]
    since = begins(today() - timedelta(days=LATELY))
    flags = misuse.flags_by_rule(ledger(), since, begins(today()))
    return render_template(
        "cases.html",
        open=[line for line in found if not line.closed],
        closed=sorted(closed, key=lambda line: (line.closed, line.id), reverse=True)[:CLOSED_SHOWN],
        filters=[(rule, flags.get(name, 0)) for name, rule in FILTERS.items()],
        lately=LATELY,
        verdicts=VERDICT_WORDS,
        longest=LONGEST,
        today=today(),
        wrong=wrong,
        may_act=may_open(reader().role, "cases.close"),
        may_look=may_open(reader().role, "rows.rows"),
    )


def _lines(found: list[Case]) -> list[Line]:
    places = {spot.counter: spot for spot in spots(ledger())}
    placed = {each.kiosk: each.placed for each in machines(ledger())}
    return [_line(case, placed.get(case.opening.kiosk, []), places) for case in found]


def _line(case: Case, placed: list[Placement], places: dict[str, Spot]) -> Line:
    opening, closing = case.opening, case.closing
    return Line(
        case.id,
        CASES[opening.rule],
        opening.kiosk,
        _spot(opening.days.first, placed, places),
        opening.days,
        evidence(opening),
        opening.days.first + TIMES_KEPT,
        "" if closing is None else str(VERDICT_WORDS[closing.verdict]),
        "" if closing is None else closing.reason,
        "" if closing is None else closing.who.partition(":")[2],
        None if closing is None else local(closing.at_ms / 1000).date(),
    )


def _spot(day: date, placed: list[Placement], places: dict[str, Spot]) -> Spot | None:
    """Where it stood when the day ended."""
    end = begins(day + timedelta(days=1))
    here = [at for at in placed if at.from_at < end and (at.to_at is None or end <= at.to_at)]
    return places.get(here[0].counter) if here else None


@blueprint.post("/<int:number>/tutup")
def close(number: int) -> Response | tuple[str, int]:
    form = CloseForm()
    verdict, reason = form.putusan.data or "", form.alasan.data or ""
    try:
        with writable() as db:
            ledger_cases.close_case(db, by(reader().name), number, _verdict(verdict), reason)
    except BadReason:
        return _page(Wrong(number, verdict, reason)), 400
    except (NoCase, Closed):
        flash(gettext("Kasus itu tidak ada, atau sudah ditutup; yang tertulis dulu tetap."))
    else:
        flash(gettext("Kasus %(number)s ditutup.", number=number))
    return redirect(url_for("cases.cases"))


def _verdict(asked: str) -> Verdict:
    """Raises BadReason."""
    found = [each for each in VERDICTS if each == asked]
    if not found:
        raise BadReason("a case is closed with a verdict")
    return found[0]
