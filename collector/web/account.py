"""Logging in and out, and the wall: nothing but the open pages is seen without a login."""

import math
from typing import Final

from flask import (
    Blueprint,
    Flask,
    current_app,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import lazy_gettext
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from collector.ledger import users
from collector.ledger.store import LedgerError
from collector.web.api.problems import to_program
from collector.web.attempts import Gate
from collector.web.languages import gettext, own_address
from collector.web.noting import note_failed_login, note_login
from collector.web.site import ledger, site

OPEN: Final = {
    "account.login",
    "languages.choose",
    "health.health",
    "public.public",
    "opendata.figures_csv",
    "opendata.figures_json",
    "opendata.columns_csv",
    "opendata.package_json",
    "static",
    "bootstrap.static",
}
MISSING: Final = lazy_gettext("Wajib diisi.")
_GATE: Final = "senyum-gate"

blueprint = Blueprint("account", __name__)


class Reader(UserMixin):  # type: ignore[misc]
    """Who reads the pages; the cookie carries the session word, not the name."""

    def __init__(self, user: users.User) -> None:
        self.name = user.name
        self.session = user.session

    def get_id(self) -> str:
        return self.session


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
    manager.user_loader(_of_session)
    app.extensions[_GATE] = Gate()
    app.before_request(_wall)
    app.register_blueprint(blueprint)


def _of_session(word: str) -> Reader | None:
    user = users.of_session(ledger(), word)
    return Reader(user) if user else None


def _wall() -> Response | None:
    if request.endpoint in OPEN or to_program():  # which shows its token at its own door
        return None
    if not current_user.is_authenticated:
        return _to_login()
    g.reader = current_user
    return None


def _to_login() -> Response:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("account.login", kembali=None if wanted == "/" else wanted))


@blueprint.route("/masuk", methods=["GET", "POST"])
def login() -> Response | str | tuple[str, int]:
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("login.html", form=form, nobody=_nobody())
    name, address = form.name.data.strip().lower(), request.remote_addr or ""
    wait = _gate().begin(name, address, site().clock())
    if wait:
        return _refused(form, _too_many(wait), 429)
    user = users.log_in(ledger(), name, form.password.data)
    if user is None:
        note_failed_login(name)
        return _refused(form, gettext("Nama pengguna atau kata sandi salah."), 403)
    _gate().succeeded(name, address)
    note_login(user.name)
    _enter(user)
    return redirect(own_address(request.args.get("kembali", "")))


def _nobody() -> bool:
    """A fresh installation: the page says how to add the first user."""
    try:
        return not users.names(ledger())
    except LedgerError:
        return True


def _gate() -> Gate:
    gate: Gate = current_app.extensions[_GATE]
    return gate


def _refused(form: LoginForm, why: str, status: int) -> tuple[str, int]:
    return render_template("login.html", form=form, why=why), status


def _too_many(seconds: float) -> str:
    return gettext(
        "Terlalu banyak percobaan. Coba lagi dalam %(minutes)s menit.",
        minutes=math.ceil(seconds / 60),
    )


def _enter(user: users.User) -> None:
    """A fresh session, in the language already chosen."""
    language = session.get("language")
    session.clear()
    session["language"] = language
    session.permanent = True
    login_user(Reader(user))


@blueprint.post("/keluar")
def logout() -> Response:
    logout_user()
    return redirect(url_for("account.login"))
