"""create_app: the pages, put together."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from flask import Flask, g, request
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect

from collector.config import Config
from collector.secretfile import load_or_create
from collector.web import (
    account,
    agency,
    alerts,
    assets,
    cases,
    compare,
    door,
    failures,
    fleet,
    headers,
    health,
    integrity,
    invitation,
    languages,
    lapor,
    livecharts,
    metrics,
    morning,
    noting,
    numbers,
    opendata,
    overview,
    own,
    pictures,
    public,
    releasing,
    replying,
    reports,
    rows,
    secondstep,
    site,
    thresholds,
    words,
)
from collector.web.api import blueprint as api
from collector.web.cookies import Sessions
from collector.web.menu import menu
from collector.web.reader import LONGEST

SETTINGS: Final[dict[str, Any]] = {
    "SESSION_COOKIE_NAME": "senyum",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "PERMANENT_SESSION_LIFETIME": timedelta(seconds=LONGEST),
    "WTF_CSRF_TIME_LIMIT": None,  # a form is good as long as its session
    "MAX_CONTENT_LENGTH": 16 * 1024,
    "BOOTSTRAP_SERVE_LOCAL": True,
}


def create_app(config: Config, clock: Callable[[], float] = time.time) -> Flask:
    """The pages over the ledger of `config`; `clock` gives Unix seconds. Raises SecretError."""
    app = Flask("collector.web")
    app.logger = logging.getLogger("senyum.collector.web")
    app.secret_key = load_or_create(config.data_dir / "web.secret")
    app.session_interface = Sessions()
    app.config.update(SETTINGS)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    site.init_app(app, config, clock)
    CSRFProtect(app)
    Bootstrap5(app)
    for room in (languages, assets, headers, failures, noting, numbers, words):
        room.init_app(app)
    for room in (door, account, secondstep, fleet, livecharts, api):
        room.init_app(app)
    pages = (morning, overview, agency, compare, pictures, lapor, health, integrity)
    others = (public, opendata, reports, invitation, own, alerts, thresholds, metrics)
    acts = (releasing, replying, cases, rows)
    for page in (*pages, *others, *acts):
        app.register_blueprint(page.blueprint)
    app.context_processor(_for_every_page)
    return app


def _for_every_page() -> dict[str, Any]:
    reader = g.get("reader")
    return {
        "reader": reader,
        "menu": menu(reader) if reader else [],
        "here": request.full_path.rstrip("?") if request.method == "GET" else "/",
        "zone": site.moment().tzname(),
    }
