"""A picture as a file: SVG, or what the script in the page draws it from; `data` asks for that."""

from typing import Any, Protocol

from flask import Response, jsonify, request

from collector.web.drawing import Described, time_locale
from collector.web.languages import language


class Room(Protocol):
    """A module that draws one kind of picture."""

    def draw(self, picture: Any, /) -> str: ...

    def describe(self, picture: Any, /) -> Described: ...


def picture_file(room: Room, picture: Any) -> Response:
    if "data" not in request.args:
        return Response(room.draw(picture), mimetype="image/svg+xml")
    return jsonify(drawn=room.describe(picture).whole, times=time_locale(language()))


def narrow() -> bool:
    return "sempit" in request.args
