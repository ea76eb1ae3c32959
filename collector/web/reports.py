"""Reports of what was given out, made when they are asked for."""

from typing import Final, NamedTuple

from flask import Blueprint, Response, abort, g, render_template, request
from flask_babel import lazy_gettext

from collector.ledger.places import Agency
from collector.ledger.releases import Audience
from collector.report.content import Subject
from collector.report.gathering import NoReport, gather, reported_agencies
from collector.report.making import Format, Made, make
from collector.web.formats import FORMATS
from collector.web.noting import note_report
from collector.web.period import Period
from collector.web.ran import chosen_agency
from collector.web.released import asked_period, given_period, released_periods
from collector.web.site import ledger, site

blueprint = Blueprint("reports", __name__, url_prefix="/laporan")

AUDIENCES: Final[dict[Audience, object]] = {
    "public": lazy_gettext("Untuk umum"),
    "agency": lazy_gettext("Untuk pimpinan perangkat daerah"),
    "district": lazy_gettext("Untuk kabupaten"),
}


class Line(NamedTuple):
    """What a row offers: reports of an agency or, without one, of the whole regency."""

    agency: Agency | None
    formats: dict[Format, object]


@blueprint.get("")
def reports() -> str:
    audience = _audience(request.args.get("untuk") or "public")
    given = released_periods(audience)
    period = asked_period(given)
    return render_template(
        "reports.html",
        audiences=AUDIENCES,
        audience=audience,
        given=given,
        period=period,
        lines=[] if period is None else _lines(audience, period),
    )


@blueprint.get("/<untuk>/<code>/<wanted>")
def download(untuk: str, code: str, wanted: str) -> Response:
    audience = _audience(untuk)
    period = given_period(released_periods(audience), code)
    slug = request.args.get("opd")
    return _file(_subject(audience, period, chosen_agency(slug) if slug else None), wanted)


def _file(subject: Subject, wanted: str) -> Response:
    """Whoever takes one that is not for the public is noted."""
    formats = [each for each in formats_for(subject.audience) if each == wanted]
    made = _made(subject, formats[0]) if formats else abort(404)
    if subject.audience != "public":
        note_report(g.reader.name, made.name)
    answer = Response(made.data, mimetype=made.type)
    answer.headers.set("Content-Disposition", "attachment", filename=made.name)
    return answer


@blueprint.get("/opd/<slug>/<code>/<wanted>")
def own(slug: str, code: str, wanted: str) -> Response:
    """An agency's own, for its head. The poster is the public's: it hangs where everybody reads."""
    audience: Audience = "public" if wanted == "poster" else "agency"
    period = given_period(released_periods(audience), code)
    return _file(_subject(audience, period, chosen_agency(slug)), wanted)


def _audience(asked: str) -> Audience:
    """404 for one that does not exist."""
    found: list[Audience] = [each for each in AUDIENCES if each == asked]
    return found[0] if found else abort(404)


def formats_for(audience: Audience) -> dict[Format, object]:
    """A poster hangs where everybody reads it."""
    public = audience == "public"
    return {name: word for name, word in FORMATS.items() if public or name != "poster"}


def _lines(audience: Audience, period: Period) -> list[Line]:
    """The regency, then agencies by name; heads of agencies get no figure of the regency."""
    found = reported_agencies(ledger(), _subject(audience, period, None))
    ordered = sorted(found, key=lambda each: each.name.casefold())
    subjects = [*([] if audience == "agency" else [None]), *ordered]
    return [Line(agency, formats_for(audience)) for agency in subjects]


def _subject(audience: Audience, period: Period, agency: Agency | None) -> Subject:
    return Subject(audience, period.kind, period.days, agency)


def _made(subject: Subject, wanted: Format) -> Made:
    try:
        content = gather(ledger(), subject, site().config.zone)
    except NoReport:
        abort(404)
    return make(content, wanted, site().config.web.address)
