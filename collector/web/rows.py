"""Single votes of one kiosk and day: for an auditor, after a reason that everybody can read.

What is shown here is the answer to that reason, and no address leads to it again.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from flask import Blueprint, render_template, request
from flask_wtf import FlaskForm
from wtforms import StringField

from collector.ledger.fleet import machines
from collector.ledger.rows import LONGEST, SHORTEST, Asked, NoReason, Row, open_rows
from collector.web.casewords import FILTERS
from collector.web.languages import gettext
from collector.web.reader import reader
from collector.web.site import begins, by, ledger, local, today, writable

blueprint = Blueprint("rows", __name__, url_prefix="/rincian")


class AskForm(FlaskForm):  # type: ignore[misc]
    kiosk = StringField()
    hari = StringField()
    alasan = StringField()


class Typed(NamedTuple):
    kiosk: str
    day: str
    reason: str = ""


class Line(NamedTuple):
    row: Row
    at: datetime  # when its quarter of an hour began
    gap: float | None  # seconds after the one before, while exact times are known
    rule: str


@blueprint.get("")
def rows() -> str:
    """The form; a case leads here with its kiosk and day."""
    return _page(Typed(request.args.get("kiosk", ""), request.args.get("hari", "")))


@blueprint.post("")
def open_() -> str | tuple[str, int]:
    form = AskForm()
    typed = Typed(form.kiosk.data or "", form.hari.data or "", form.alasan.data or "")
    day = _day(typed.day)
    if typed.kiosk not in _kiosks():
        return _page(typed, gettext("Kiosk itu tidak ada.")), 400
    if day is None:
        return _page(typed, gettext("Pilih hari yang sudah ditutup.")), 400
    try:
        with writable() as db:
            found = open_rows(db, by(reader().name), _asked(typed.kiosk, day), typed.reason)
    except NoReason:
        return _page(typed, _bad_reason()), 400
    return _page(typed, lines=list(_lines(found)), day=day)


def _page(
    typed: Typed, wrong: str = "", lines: list[Line] | None = None, day: date | None = None
) -> str:
    return render_template(
        "rows.html",
        kiosks=_kiosks(),
        typed=typed,
        wrong=wrong,
        lines=lines,
        day=day,
        last_day=today() - timedelta(days=1),
        longest=LONGEST,
    )


def _bad_reason() -> str:
    return gettext(
        "Alasan harus satu baris, %(least)s sampai %(most)s huruf.", least=SHORTEST, most=LONGEST
    )


def _kiosks() -> list[str]:
    return sorted(each.kiosk for each in machines(ledger()))


def _day(text: str) -> date | None:
    """None unless it is over."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < today() else None


def _asked(kiosk: str, day: date) -> Asked:
    return Asked(kiosk, str(day), begins(day), begins(day + timedelta(days=1)))


def _lines(found: Iterable[Row]) -> Iterator[Line]:
    before: Row | None = None
    for row in found:
        rule = str(FILTERS[row.rule].name) if row.rule else ""
        yield Line(row, local(row.lo), _gap(before, row), rule)
        before = row


def _gap(before: Row | None, row: Row) -> float | None:
    if before is None or row.up_ms is None or before.up_ms is None or before.boot != row.boot:
        return None
    return (row.up_ms - before.up_ms) / 1000
