"""Open data for everybody: addresses that stay, and answers that say whether anything is new."""

from hashlib import sha256
from typing import Final

from flask import Blueprint, Response, request

from collector.report.opendata import OpenData, as_csv, as_json, dictionary, open_data, package
from collector.web.site import ledger, site

blueprint = Blueprint("opendata", __name__, url_prefix="/data")

CSV: Final = "text/csv; charset=utf-8"
JSON: Final = "application/json"


@blueprint.get("/indeks.csv")
def figures_csv() -> Response:
    data = _data()
    return _answer(data, as_csv(data), CSV)


@blueprint.get("/indeks.json")
def figures_json() -> Response:
    data = _data()
    return _answer(data, as_json(data), JSON)


@blueprint.get("/kamus.csv")
def columns_csv() -> Response:
    return _answer(_data(), dictionary(), CSV)


@blueprint.get("/datapackage.json")
def package_json() -> Response:
    data = _data()
    return _answer(data, package(data), JSON)


def _data() -> OpenData:
    return open_data(ledger(), site().config.zone)


def _answer(data: OpenData, content: bytes, kind: str) -> Response:
    """304 to whoever has the same bytes: the tag is their hash."""
    answer = Response(content, content_type=kind)
    answer.set_etag(sha256(content).hexdigest())
    answer.last_modified = data.updated
    answer.make_conditional(request)
    return answer
