"""One's own account: another password, and an end to every session."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import InputRequired

from collector.ledger import users
from collector.ledger.deeds import deed
from collector.ledger.users import User
from collector.web import door
from collector.web.languages import gettext
from collector.web.newpassword import MISSING, NewPasswordForm
from collector.web.noting import note_failed_login
from collector.web.reader import begin, begin_anew, reader
from collector.web.site import by, ledger, writable

blueprint = Blueprint("own", __name__, url_prefix="/akun")


class OwnPasswordForm(NewPasswordForm):
    current = PasswordField(
        lazy_gettext("Kata sandi sekarang"),
        [InputRequired(MISSING)],
        render_kw={"autocomplete": "current-password"},
    )


@blueprint.route("", methods=["GET", "POST"])
def own() -> Response | str | tuple[str, int]:
    user, form = users.require(ledger(), reader().name), OwnPasswordForm()
    if not form.validate_on_submit():
        return _page(user, form), 200
    if wait := door.knock(user.name):
        return _page(user, form, wait), 429
    if users.log_in(ledger(), user.name, form.current.data) is None:
        note_failed_login(user.name)
        return _page(user, form, gettext("Kata sandi sekarang salah.")), 403
    door.opened(user.name)
    _change(user.name, form.password.data)
    flash(gettext("Kata sandi sudah diganti. Sesi di perangkat lain sudah berakhir."))
    return redirect(url_for("own.own"))


def _page(user: User, form: OwnPasswordForm, why: str | None = None) -> str:
    return render_template("own.html", user=user, form=form, why=why)


def _change(name: str, password: str) -> None:
    """Every session ends, and this browser gets a new one."""
    with writable() as db:
        with deed(db, by(name), "password-changed", user=name):
            users.change_password(db, name, password)
        begin(users.require(db, name))


@blueprint.post("/sesi")
def end_sessions() -> Response:
    """Everywhere, here as well."""
    name = reader().name
    with writable() as db, deed(db, by(name), "sessions-ended", user=name):
        users.end_sessions(db, name)
    begin_anew()
    return redirect(url_for("account.login"))
