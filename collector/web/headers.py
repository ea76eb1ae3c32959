"""What the browser may do with a page: nothing from elsewhere, nothing kept but open data."""

from http import HTTPStatus
from typing import Final

from flask import Flask, Response, request

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# Open data may be read by any page, and kept by whoever asks before each use whether it is new.
OPEN_DATA: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, no-cache",
}
# A browser that came through HTTPS once never comes without it again.
HTTPS_ONLY: Final = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def init_app(app: Flask) -> None:
    app.after_request(_guard)


def _guard(response: Response) -> Response:
    response.headers.update(HEADERS)
    if request.is_secure:
        response.headers.update(HTTPS_ONLY)
    if not (request.endpoint or "").endswith("static"):
        response.headers["Cache-Control"] = "no-store"
    if request.blueprint == "opendata" and response.status_code < HTTPStatus.BAD_REQUEST:
        response.headers.update(OPEN_DATA)
    return response
