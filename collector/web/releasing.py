"""The page of releases: what waits for a signature, what is due, and what may need a new version.

Each of these acts is a deed of collector.release.signing, with its entry in the journal.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField

from collector.ledger.reading import first_day
from collector.ledger.releases import Audience, proposals
from collector.release import signing
from collector.release.publishing import Overtaken
from collector.release.rules import LONGEST_REMARK
from collector.release.signing import NoRemark, NotNow, paragraph
from collector.release.timetable import Period as Due
from collector.release.timetable import due
from collector.web.givenlines import Line
from collector.web.languages import gettext, ngettext
from collector.web.period import Period, around, named
from collector.web.permissions import may_open
from collector.web.proposed import Proposed, proposed
from collector.web.reader import reader
from collector.web.released import released_periods
from collector.web.site import by, ledger, today, writable

blueprint = Blueprint("releasing", __name__, url_prefix="/terbitan")

Row = dict[Audience, Line]  # of one agency, or of the regency

CHANGED: Final = lazy_gettext("Itu belum, atau tidak lagi, dapat dilakukan: lihat di bawah.")


class PeriodForm(FlaskForm):  # type: ignore[misc]
    periode = StringField()
    alasan = StringField()


class Waiting(NamedTuple):
    """A proposal as its section."""

    proposed: Proposed
    rows: list[Row]
    units: int  # figures of units, which only heads are told


class Wrong(NamedTuple):
    """A reason that was not taken."""

    code: str
    typed: str


@blueprint.get("")
def releasing() -> str:
    return _page()


def _page(wrong: Wrong | None = None) -> str:
    return render_template(
        "releasing.html",
        waiting=[_waiting(each) for each in proposed()],
        proposable=_proposable(),
        given=released_periods("agency"),
        wrong=wrong,
        longest=LONGEST_REMARK,
        may_act=may_open(reader().role, "releasing.sign"),
    )


def _waiting(each: Proposed) -> Waiting:
    rows = _rows(line for line in each.lines if line.figure.scope != "unit")
    return Waiting(each, rows, sum(line.figure.scope == "unit" for line in each.lines))


def _rows(lines: Iterable[Line]) -> list[Row]:
    """The regency first, then agencies by name."""
    found: dict[str, Row] = {}
    for line in sorted(lines, key=lambda line: line.name.casefold()):
        found.setdefault(line.name, {})[line.figure.audience] = line
    return list(found.values())


def _proposable() -> list[Period]:
    """Due and never proposed, the latest first."""
    first = first_day(ledger())
    if first is None:
        return []
    known = {(each.first_day, each.last_day) for each in proposals(ledger())}
    return [
        around(each.kind, each.days.first)
        for each in reversed(due(first, today()))
        if each.is_signed and (str(each.days.first), str(each.days.last)) not in known
    ]


# ---------------------------------------------------------------- acts


@blueprint.post("/usul")
def propose() -> Response:
    period = _asked(PeriodForm().periode.data)
    try:
        with writable() as db:
            signing.propose(db, by(reader().name), period, today(), "")
    except (NotNow, Overtaken):
        flash(str(CHANGED), "warning")
    else:
        flash(gettext("Diusulkan. Kepala perangkat daerah dapat menanggapi selama tujuh hari."))
    return redirect(url_for("releasing.releasing"))


@blueprint.post("/<int:number>/tanda-tangan")
def sign(number: int) -> Response:
    """That very proposal: another may have taken its place while it was read. On to its reports."""
    found = [each.period for each in proposed() if each.number == number]
    try:
        if not found:
            raise NotNow
        with writable() as db:
            signing.sign(db, by(reader().name), Due(found[0].kind, found[0].days), today())
    except NotNow:
        flash(str(CHANGED), "warning")
    else:
        flash(gettext("Ditandatangani: %(name)s sudah terbit.", name=found[0].name))
        return redirect(url_for("reports.reports", untuk="agency", periode=found[0].code))
    return redirect(url_for("releasing.releasing"))


@blueprint.post("/versi")
def revise() -> Response | tuple[str, int]:
    """A month gets its new version at once, a longer period is proposed again."""
    form = PeriodForm()
    period, typed = _asked(form.periode.data), form.alasan.data or ""
    try:
        changed = _revise(period, paragraph(typed), today())
    except NoRemark:
        return _page(Wrong(form.periode.data or "", typed)), 400
    except (NotNow, Overtaken):
        flash(str(CHANGED), "warning")
    else:
        flash(ngettext("%(num)s angka berubah.", "%(num)s angka berubah.", changed))
    return redirect(url_for("releasing.releasing"))


def _revise(period: Due, reason: str, day: date) -> int:
    """How many figures have a new version."""
    with writable() as db:
        if period.is_signed:
            return len(signing.propose(db, by(reader().name), period, day, reason))
        return len(signing.revise(db, by(reader().name), period, reason))


def _asked(code: str | None) -> Due:
    """Raises PeriodError; 400 for one that is not given out."""
    period = named(code or "", today())
    return abort(400) if period.kind == "day" else Due(period.kind, period.days)
