"""The page of alerts: what needs somebody, who looks after it, and how it ended."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField

from collector.ledger import alerts as ledger_alerts
from collector.ledger import runs
from collector.ledger.alerts import LONGEST, AlertClosed, BadComment, Kept, NoAlert
from collector.ledger.places import agencies
from collector.ledger.runs import Run
from collector.web.alertwords import Todo, page, todo, told
from collector.web.languages import gettext
from collector.web.permissions import may_open
from collector.web.reader import reader
from collector.web.site import by, ledger, local, moment, writable

blueprint = Blueprint("alerts", __name__, url_prefix="/peringatan")

SHOWN: Final = timedelta(days=30)  # what is over stays on the page
GONE: Final = lazy_gettext("Peringatan itu sudah berlalu atau sudah ditutup.")


class CloseForm(FlaskForm):  # type: ignore[misc]
    comment = StringField()


class Line(NamedTuple):
    """An alert as its row."""

    id: int
    text: str
    since: date
    todo: Todo
    page: str
    state: str
    who: str  # whoever looks after it, or closed it
    comment: str
    ended: date | None  # when it was over by itself


class Wrong(NamedTuple):
    """A comment that was not taken."""

    id: int
    typed: str


@blueprint.get("")
def alerts() -> str:
    return _page()


def _page(wrong: Wrong | None = None) -> str:
    live = _lines(ledger_alerts.live(ledger()))
    since_ms = round((moment() - SHOWN).timestamp() * 1000)
    return render_template(
        "alerts.html",
        open=[line for line in live if line.state == "open"],
        acknowledged=[line for line in live if line.state == "acknowledged"],
        closed=[line for line in live if line.state == "closed"],
        over=_lines(ledger_alerts.over_since(ledger(), since_ms)),
        run=runs.latest(ledger()).get("alerts"),
        run_at=_run_at(runs.latest(ledger()).get("alerts")),
        may_act=may_open(reader().role, "alerts.close"),
        longest=LONGEST,
        wrong=wrong,
    )


def _run_at(run: Run | None) -> datetime | None:
    return local(run.at_ms / 1000) if run else None


def _lines(found: Iterable[Kept]) -> list[Line]:
    shorts = {agency.agency: agency.short for agency in agencies(ledger())}
    closings = ledger_alerts.closings(ledger())
    return [_line(kept, shorts, closings.get(kept.id)) for kept in found]


def _line(kept: Kept, shorts: Mapping[str, str], closing: tuple[str, str] | None) -> Line:
    who, comment = closing or (kept.who, "")
    over = kept.state == "over" and kept.said_ms is not None
    return Line(
        kept.id,
        told(kept.alert, shorts),
        date.fromisoformat(kept.alert.since),
        todo(kept.alert),
        page(kept.alert),
        kept.state,
        who.partition(":")[2],
        comment,
        local((kept.said_ms or 0) / 1000).date() if over else None,
    )


# ---------------------------------------------------------------- what people say


@blueprint.post("/<int:number>/tangani")
def acknowledge(number: int) -> Response:
    try:
        with writable() as db:
            ledger_alerts.acknowledge(db, by(reader().name), number)
    except (NoAlert, AlertClosed):
        flash(str(GONE), "warning")
    else:
        flash(gettext("Dicatat: Anda menanganinya. Tidak seorang pun diberi tahu lagi."), "success")
    return redirect(url_for("alerts.alerts"))


@blueprint.post("/<int:number>/tutup")
def close(number: int) -> Response | tuple[str, int]:
    comment = CloseForm().comment.data or ""
    try:
        with writable() as db:
            ledger_alerts.close_alert(db, by(reader().name), number, comment)
    except BadComment:
        return _page(Wrong(number, comment)), 400
    except (NoAlert, AlertClosed):
        flash(str(GONE), "warning")
    else:
        flash(
            gettext("Ditutup. Bila keadaannya berlalu lalu datang lagi, ada peringatan baru."),
            "success",
        )
    return redirect(url_for("alerts.alerts"))
