"""For monitors, without a login: is the ledger readable, and do kiosks report?

It says nothing of votes: not even when the last one was stored, since in a quiet hour that is when
one person pressed. The age of the latest heartbeat tells a monitor as much.
"""

from typing import Any

from flask import Blueprint

from collector.ledger import fleet
from collector.ledger.store import LedgerError
from collector.web.site import ledger, site

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> tuple[dict[str, Any], int]:
    try:
        heard = [each.health.received_ms for each in fleet.machines(ledger()) if each.health]
    except LedgerError:
        return {"ok": False, "ledger": "unreadable", "heartbeat_age_s": None}, 503
    age = round(site().clock() - max(heard) / 1000) if heard else None
    return {"ok": True, "ledger": "readable", "heartbeat_age_s": age}, 200
