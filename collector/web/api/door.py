"""Who asks: every request to /api/v1 brings a token, and reaches as far as it."""

import logging
from typing import Final

from flask import g, request

from collector.ledger.tokens import Reach, Token, of_word
from collector.web.api.problems import Refused
from collector.web.site import ledger, site

log = logging.getLogger("senyum.collector.web")

_BEARER: Final = "bearer "
_HOW: Final = (
    "send 'Authorization: Bearer TOKEN'; 'senyum-collector token add' makes one for a program"
)
ALL: Final[frozenset[Reach]] = frozenset(("district", "agency", "technician"))
DISTRICT: Final[frozenset[Reach]] = frozenset(("district",))
FIGURES: Final[frozenset[Reach]] = frozenset(("district", "agency"))
MACHINES: Final[frozenset[Reach]] = frozenset(("district", "technician"))


def enter(reaches: frozenset[Reach]) -> None:
    """The reader of this request. Raises Refused: 401 without a token, 403 beyond its reach."""
    said = request.headers.get("Authorization", "")
    word = said[len(_BEARER) :].strip() if said.lower().startswith(_BEARER) else ""
    token = of_word(ledger(), word, int(site().clock()))
    if token is None:
        raise Refused(401, f"no valid token came with the request: {_HOW}")
    if token.reach not in reaches:
        raise Refused(403, f"a token for {token.reach} does not reach this; see openapi.json")
    g.token = token
    log.info("api token=%s path=%s", token.name, request.path)


def reader() -> Token:
    token: Token = g.token
    return token


def own(agency: str | None) -> str | None:
    """The agency to tell of; None: all. Of another than its own a reader learns nothing: 404."""
    if reader().reach != "agency" or agency == reader().agency:
        return agency
    if agency is not None:
        raise Refused(404, f"{agency}: there is no such agency for this token")
    return reader().agency
