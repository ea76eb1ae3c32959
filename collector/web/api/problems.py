"""Errors for programs: RFC 9457, in plain words."""

from http import HTTPStatus
from typing import Final

import msgspec
from flask import Response, request
from werkzeug.exceptions import HTTPException

from collector.web.api.answers import Problem

METRICS: Final = "/metrics"
PREFIXES: Final = ("/api/", METRICS)
TYPE: Final = "application/problem+json"


class Refused(Exception):
    """A request that gets no answer; `why` says what to do."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


def to_program() -> bool:
    """Whether it is a program that asks, by the address."""
    return request.path.startswith(PREFIXES)


def problem(status: int, why: str) -> Response:
    body = Problem("about:blank", HTTPStatus(status).phrase, status, why)
    answer = Response(msgspec.json.encode(body), status, content_type=TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="senyum"'
    return answer


def http_problem(error: HTTPException) -> Response:
    """With what HTTP asks for beside it: which methods there are."""
    answer = problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            answer.headers[name] = value
    return answer
