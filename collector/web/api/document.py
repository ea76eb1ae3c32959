"""The description of /api/v1, OpenAPI 3.1: made of its routes and shapes, never written by hand."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import msgspec

from collector.web.api.answers import Page, Problem
from collector.web.api.asked import Asked
from collector.web.api.problems import TYPE
from collector.web.api.routes import BASE, ROUTES, Route

_REF: Final = "#/components/schemas/{name}"
_ABOUT: Final = """\
What the pages of Kotak Senyum show, for programs. Figures are those that were given out \
(docs/releases.md): nothing finer can be had here. Decimal numbers are strings. Lists come in \
pages: follow `next` until it is null."""
_FAILURES: Final = {
    "400": "The address asks for what there is not.",
    "401": "No valid token.",
    "403": "The token does not reach this.",
    "404": "Nothing here for this token.",
    "503": "The ledger cannot be read now.",
}


@cache
def document() -> bytes:
    shapes = [Page[route.item] for route in ROUTES]  # type: ignore[name-defined]
    schemas, components = msgspec.json.schema_components([*shapes, Problem], ref_template=_REF)
    paths = {
        BASE + route.path: {"get": _operation(route, schema)}
        for route, schema in zip(ROUTES, schemas, strict=False)
    }
    described = {
        "openapi": "3.1.0",
        "info": {"title": "Kotak Senyum", "version": "1", "description": _ABOUT},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }
    return msgspec.json.format(msgspec.json.encode(described), indent=2)


def _operation(route: Route, schema: dict[str, Any]) -> dict[str, Any]:
    reach = ", ".join(sorted(route.reaches))
    return {
        "operationId": route.path.strip("/"),
        "summary": route.about,
        "description": f"For tokens of: {reach}.",
        "parameters": list(_parameters(route.form)),
        "responses": {
            "200": {
                "description": "A page of the list.",
                "content": {"application/json": {"schema": schema}},
            },
            **{code: _failure(about) for code, about in _FAILURES.items()},
        },
    }


def _failure(about: str) -> dict[str, Any]:
    problem = {"schema": {"$ref": _REF.format(name="Problem")}}
    return {"description": about, "content": {TYPE: problem}}


def _parameters(form: type[Asked]) -> Iterator[dict[str, Any]]:
    _, shapes = msgspec.json.schema_components([form])
    shape = shapes[form.__name__]
    for name, schema in shape["properties"].items():
        yield {
            "name": name,
            "in": "query",
            "required": name in shape.get("required", []),
            "schema": schema,
        }
