"""Bahasa Indonesia first, English by a switch. Indonesian is the language of the source.

The choice has a cookie of its own. In the session's, an answer that was asked for before it, such
as a part of the fleet page that fetches itself, would take it back.
"""

from typing import Any, Final
from urllib.parse import urlsplit

import flask_babel
from flask import Blueprint, Flask, abort, redirect, request
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response

from collector.web.cookies import of_this_host

LANGUAGES: Final = {"id": "Bahasa Indonesia", "en": "English"}
COOKIE: Final = "senyum-language"
A_YEAR: Final = 365 * 24 * 3600

blueprint = Blueprint("languages", __name__)


def init_app(app: Flask) -> None:
    Babel(app, default_locale="id", locale_selector=_chosen)
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(languages=LANGUAGES, language=language)


def _chosen() -> str:
    chosen = request.cookies.get(of_this_host(COOKIE))
    return chosen if chosen in LANGUAGES else "id"


def language() -> str:
    return str(get_locale() or "id")


def gettext(text: str, **values: Any) -> str:
    """`text` in the reader's language, with `values` put in."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, number: int) -> str:
    """As gettext, for `number` things; it stands in the text as num."""
    return str(flask_babel.ngettext(one, many, number))


@blueprint.get("/bahasa/<code>")
def choose(code: str) -> Response:
    """Remember the language and go back to where the reader was."""
    if code not in LANGUAGES:
        abort(404)
    answer = redirect(own_address(request.args.get("kembali", "")))
    name, secure = of_this_host(COOKIE), request.is_secure
    answer.set_cookie(name, code, A_YEAR, secure=secure, httponly=True, samesite="Lax")
    return answer


def own_address(address: str) -> str:
    """`address` as a path on this site: whatever it says, nobody is led elsewhere."""
    parts = urlsplit(address.replace("\\", "/"))
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path
