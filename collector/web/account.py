"""Logging in and out, and the wall: a page is seen by those whose role may open it."""

from typing import Final

from flask import Blueprint, Flask, abort, g, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from flask_login import LoginManager, current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from collector.ledger import users
from collector.ledger.store import LedgerError
from collector.web import door
from collector.web.api.problems import to_program
from collector.web.languages import gettext
from collector.web.menu import home
from collector.web.newpassword import MISSING
from collector.web.noting import note_failed_login
from collector.web.permissions import OPEN, may_open
from collector.web.reader import Reader, leave, of_cookie, saw
from collector.web.secondstep import proceed
from collector.web.site import ledger

KNOWS_READERS: Final = "public.public"  # is open, and keeps the menu of who is logged in
# Asked for by a script: nobody need be there.
BY_ITSELF: Final = ("fleet.fleet_part", "fleet.fleet_events")

blueprint = Blueprint("account", __name__)


class LoginForm(FlaskForm):  # type: ignore[misc]
    name = StringField(
        lazy_gettext("Nama pengguna"),
        [InputRequired(MISSING)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        lazy_gettext("Kata sandi"),
        [InputRequired(MISSING)],
        render_kw={"autocomplete": "current-password"},
    )


def init_app(app: Flask) -> None:
    manager = LoginManager()
    # Its processor would ask the ledger who reads, even on the page that says it is unreadable.
    manager.init_app(app, add_context_processor=False)
    manager.user_loader(of_cookie)
    app.before_request(_wall)
    app.register_blueprint(blueprint)


def _wall() -> Response | None:
    if to_program():  # which shows its token at its own door
        return None
    if request.endpoint in OPEN and request.endpoint != KNOWS_READERS:
        return None
    if current_user.is_authenticated:
        g.reader = current_user
        if request.endpoint not in BY_ITSELF:
            saw()
        return _beyond(current_user)
    return None if request.endpoint in OPEN else _to_login()


def _beyond(reader: Reader) -> Response | None:
    """403 beyond the role, 404 for another agency: it is not told even whether there is one."""
    endpoint, wanted = request.endpoint, (request.view_args or {}).get("slug")
    if reader.agency is not None and wanted not in (None, reader.agency):
        abort(404)
    if endpoint is None or may_open(reader.role, endpoint):
        return None
    return redirect(home(reader)) if request.path == "/" else abort(403)


def _to_login() -> Response:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("account.login", kembali=None if wanted == "/" else wanted))


@blueprint.route("/masuk", methods=["GET", "POST"])
def login() -> Response | str | tuple[str, int]:
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("login.html", form=form, nobody=_nobody())
    name = form.name.data.strip().lower()
    if wait := door.knock(name):
        return _refused(form, wait, 429)
    user = users.log_in(ledger(), name, form.password.data)
    if user is None:
        note_failed_login(name)
        return _refused(form, gettext("Nama pengguna atau kata sandi salah."), 403)
    door.opened(name)
    return proceed(user)


def _nobody() -> bool:
    """A fresh installation: the page says how to invite the first user."""
    try:
        return not users.names(ledger())
    except LedgerError:
        return True


def _refused(form: LoginForm, why: str, status: int) -> tuple[str, int]:
    return render_template("login.html", form=form, why=why), status


@blueprint.post("/keluar")
def logout() -> Response:
    leave()
    return redirect(url_for("account.login"))
