"""The second step of a login: a code from a phone, which district users set up at the first."""

import logging
from typing import Final, NamedTuple

import segno
from flask import (
    Blueprint,
    Flask,
    current_app,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired

from collector.ledger import secondstep, users
from collector.ledger.roles import DISTRICT, UserError
from collector.ledger.users import User
from collector.secretfile import BYTES, load_or_create
from collector.web import door, totp
from collector.web.languages import gettext, own_address
from collector.web.menu import home
from collector.web.newpassword import MISSING
from collector.web.noting import note_failed_login
from collector.web.reader import begin_anew, enter
from collector.web.site import by, ledger, site, writable
from collector.web.spent import Spent

log = logging.getLogger("senyum.collector.web")

HALF: Final = 600  # seconds from the password to the code
_KEY: Final = "senyum-second-step"

blueprint = Blueprint("secondstep", __name__, url_prefix="/masuk")


class Step(NamedTuple):
    key: bytes  # which locks the secrets
    spent: Spent


class CodeForm(FlaskForm):  # type: ignore[misc]
    code = StringField(
        lazy_gettext("Kode enam angka dari ponsel"),
        [InputRequired(MISSING)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )

    @property
    def digits(self) -> str:
        return "".join(self.code.data.split())


def init_app(app: Flask) -> None:
    with app.app_context():
        key = load_or_create(site().config.data_dir / "totp.key")
    app.extensions[_KEY] = Step(key[:BYTES], Spent())
    app.register_blueprint(blueprint)


def proceed(user: User) -> Response:
    """After the right password: in, or to the second step."""
    wanted = request.args.get("kembali", "")
    if not (site().config.web.second_step and user.role in DISTRICT):
        enter(user)
        return redirect(_inside(wanted))
    begin_anew()
    session["half"], session["half_at"] = user.session, int(site().clock())
    return redirect(url_for("secondstep.code", kembali=wanted or None))


def _inside(wanted: str) -> str:
    """Where a login leads to: to what was asked for, else to the reader's first page."""
    return own_address(wanted) if wanted else home(current_user)


def _half() -> User | None:
    """Who gave the right password in this browser, lately."""
    if not site().clock() < session.get("half_at", 0) + HALF:
        return None
    return users.of_session(ledger(), session["half"])


@blueprint.route("/kode", methods=["GET", "POST"])
def code() -> Response | str | tuple[str, int]:
    user, form = _half(), CodeForm()
    if user is None:
        return redirect(url_for("account.login"))
    if user.totp is None:
        return redirect(url_for("secondstep.set_up", kembali=request.args.get("kembali")))
    if not form.validate_on_submit():
        return render_template("code.html", form=form)
    if wait := door.knock_with_code(user.name):
        return render_template("code.html", form=form, why=wait), 429
    if why := _wrong(user, user.totp, form.digits):
        note_failed_login(user.name)
        return render_template("code.html", form=form, why=why), 403
    return _in(user)


def _wrong(user: User, locked: str, digits: str) -> str | None:
    """Why this code does not open; None: it does, once."""
    try:
        taken = totp.step_of(totp.unlock(locked, _step().key), digits, site().clock())
    except totp.OtherKey as error:
        log.error("code_not_checked user=%s error=%s", user.name, error)
        return gettext("Kode tidak dapat diperiksa di server ini. Beri tahu administratornya.")
    if taken is None:
        return _wrong_code()
    if not _step().spent.spend(user, taken):
        return gettext("Kode ini sudah dipakai. Tunggu kode berikutnya.")
    return None


def _wrong_code() -> str:
    return gettext("Kode salah. Periksa apakah jam ponsel tepat.")


@blueprint.route("/kode-baru", methods=["GET", "POST"])
def set_up() -> Response | str | tuple[str, int]:
    user, form = _half(), CodeForm()
    if user is None or user.totp is not None:
        return redirect(url_for("account.login"))
    secret = _offered()
    if not form.validate_on_submit():
        return _page(user, form, secret), 200
    if wait := door.knock_with_code(user.name):
        return _page(user, form, secret, wait), 429
    taken = totp.step_of(secret, form.digits, site().clock())
    if taken is None:
        return _page(user, form, secret, _wrong_code()), 403
    return _set_up(user, secret, taken)


def _set_up(user: User, secret: bytes, taken: int) -> Response:
    try:
        with writable() as db:
            locked = totp.lock(secret, _step().key)
            secondstep.set_up(db, by(user.name), user, locked, taken)
    except UserError:  # in another window
        return redirect(url_for("account.login"))
    return _in(user)


def _offered() -> bytes:
    """The secret that this browser is shown until its first code comes."""
    session.setdefault("offered", totp.new_secret().hex())
    return bytes.fromhex(session["offered"])


def _page(user: User, form: CodeForm, secret: bytes, why: str | None = None) -> str:
    picture = segno.make(totp.address(secret, user.name), error="m", micro=False)
    return render_template(
        "code_new.html",
        form=form,
        why=why,
        picture=picture.svg_inline(border=4, omitsize=True),
        spelled=totp.spelled(secret),
    )


def _in(user: User) -> Response:
    door.opened_with_code(user.name)
    enter(user)
    return redirect(_inside(request.args.get("kembali", "")))


def _step() -> Step:
    step: Step = current_app.extensions[_KEY]
    return step
