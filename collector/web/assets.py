"""Files that pages refer to: named by content, so that browsers may keep them for a year, and
sent compressed, because Bootstrap is 230 kB and offices have slow lines."""

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, g, request

YEAR: Final = 365 * 24 * 3600
COMPRESSED: Final = {"text/css", "text/javascript", "image/svg+xml"}


def init_app(app: Flask) -> None:
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = YEAR
    app.url_defaults(lambda endpoint, values: _name_by_content(app, endpoint, values))
    app.after_request(_compress)


def _name_by_content(app: Flask, endpoint: str, values: dict[str, Any]) -> None:
    blueprint, _, last = endpoint.rpartition(".")
    if last == "static" and "filename" in values:
        room = app.blueprints[blueprint] if blueprint else app
        values["v"] = _digest(Path(room.static_folder or "") / values["filename"])


@cache
def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""


def _compress(response: Response) -> Response:
    """Files; and the page for everybody, while nobody is logged in: any other mixes what the
    reader sent with what is secret."""
    if not _may_compress(response):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    response.set_data(gzip.compress(body) if _is_for_everybody(response) else _zipped(body))
    response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def _may_compress(response: Response) -> bool:
    return (
        response.status_code == 200  # noqa: PLR2004
        and (_is_file(response) or _is_for_everybody(response))
        and request.accept_encodings.best_match(["gzip"]) == "gzip"
    )


def _is_file(response: Response) -> bool:
    return (request.endpoint or "").endswith("static") and response.mimetype in COMPRESSED


def _is_for_everybody(response: Response) -> bool:
    alone = request.endpoint == "public.public" and g.get("reader") is None
    return alone and response.mimetype == "text/html"


@cache
def _zipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)
