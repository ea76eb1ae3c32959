"""/api/v1 among the pages: its addresses, and how their failures are told."""

from collections.abc import Callable
from typing import Final

import msgspec
from flask import Blueprint, Flask, Response

from collector.web.api.asked import asked
from collector.web.api.document import document
from collector.web.api.door import enter
from collector.web.api.problems import Refused, problem
from collector.web.api.routes import BASE, ROUTES, Route

blueprint = Blueprint("api", __name__, url_prefix=BASE)
_JSON: Final = "application/json"


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.register_error_handler(Refused, lambda error: problem(error.status, error.why))


def _view(route: Route) -> Callable[[], Response]:
    def view() -> Response:
        enter(route.reaches)
        found = route.answer(asked(route.form))
        return Response(msgspec.json.encode(found), content_type=_JSON)

    return view


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """For everybody: what can be had is no secret."""
    return Response(document(), content_type=_JSON)


for each in ROUTES:
    blueprint.add_url_rule(each.path, each.path.strip("/"), _view(each), methods=["GET"])
