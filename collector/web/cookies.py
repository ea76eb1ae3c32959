"""Cookies go to this host alone, and through HTTPS alone as soon as the reader comes through it."""

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from collector.web import opendata


def of_this_host(name: str) -> str:
    """Through HTTPS a name that no other host and no plain page can set."""
    return f"__Host-{name}" if request.is_secure else name


class Sessions(SecureCookieSessionInterface):
    """Each page has one; open data has none."""

    def get_cookie_name(self, app: Flask) -> str:
        return of_this_host(super().get_cookie_name(app))

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """A cache that keeps open data would hand a reader's session on."""
        kept = request.blueprint == opendata.blueprint.name
        return not kept and super().should_set_cookie(app, session)
