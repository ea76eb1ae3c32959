"""The gate of these pages: how often a password or a code may be tried, and what is said then."""

import math
from typing import Final

from flask import Flask, current_app, request

from collector.web.attempts import Gate
from collector.web.languages import gettext
from collector.web.site import site

_GATE: Final = "senyum-gate"


def init_app(app: Flask) -> None:
    app.extensions[_GATE] = Gate()


def knock(name: str) -> str | None:
    """Before a password is checked: None, or how long to wait."""
    return _too_many(_gate().begin(name, _address(), site().clock()))


def opened(name: str) -> None:
    _gate().succeeded(name, _address())


def knock_with_code(name: str) -> str | None:
    """Before a code is checked: None, or how long to wait."""
    return _too_many(_gate().begin_code(name, _address(), site().clock()))


def opened_with_code(name: str) -> None:
    _gate().code_succeeded(name, _address())


def _gate() -> Gate:
    gate: Gate = current_app.extensions[_GATE]
    return gate


def _address() -> str:
    return request.remote_addr or ""


def _too_many(seconds: float) -> str | None:
    if not seconds:
        return None
    return gettext(
        "Terlalu banyak percobaan. Coba lagi dalam %(minutes)s menit.",
        minutes=math.ceil(seconds / 60),
    )
