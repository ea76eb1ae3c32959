"""The remark of an agency's head on the figures that are proposed of it."""

from flask import Blueprint, flash, redirect, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField

from collector.release import signing
from collector.release.signing import NoRemark, NotNow
from collector.release.timetable import Period as Due
from collector.web.given import Wrong, given
from collector.web.languages import gettext
from collector.web.proposed import proposed
from collector.web.reader import reader
from collector.web.site import by, today, writable

blueprint = Blueprint("replying", __name__, url_prefix="/perangkat")


class RemarkForm(FlaskForm):  # type: ignore[misc]
    text = StringField()


@blueprint.post("/<slug>/tanggapan/<int:number>")
def reply(slug: str, number: int) -> Response | tuple[str, int]:
    """What was typed is given back where it cannot stand beside a figure, or comes too late."""
    text = RemarkForm().text.data or ""
    found = [each.period for each in proposed() if each.number == number]
    try:
        if not found:
            raise NotNow
        period = Due(found[0].kind, found[0].days)
        with writable() as db:
            signing.reply(db, by(reader().name), period, agency=slug, text=text, today=today())
    except NoRemark:
        return given(slug, Wrong(number, text)), 400
    except NotNow:
        flash(gettext("Tidak disimpan, hari untuk tanggapan sudah lewat: “%(typed)s”", typed=text))
    else:
        flash(gettext("Tanggapan disimpan; terbit di samping angkanya."))
    return redirect(url_for("agency.agency", slug=slug))
