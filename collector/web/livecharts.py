"""The script that draws pictures in the page: Vega, Vega-Lite and vega-embed, out of vl-convert.

The picture is there without it; it is fetched once somebody wants to point at the marks.
"""

from functools import cache
from importlib.metadata import version
from typing import Final

import vl_convert
from flask import Blueprint, Flask, Response

blueprint = Blueprint("livecharts", __name__)

YEAR: Final = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.globals["charts_version"] = version("vl-convert-python")


@blueprint.get("/grafik.js", endpoint="static")
def script() -> Response:
    """Pages name it with the version of what it is made from."""
    answer = Response(_bundle(), mimetype="text/javascript")
    answer.cache_control.max_age = YEAR
    return answer


@cache
def _bundle() -> str:
    """About 900 kB, a third of that compressed; a second's work, once."""
    made: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its default is missing
    return made
