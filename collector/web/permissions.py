"""Which role opens which page: one line for each endpoint. Without a line, nobody does.

Whoever belongs to one agency gets 404 for any other, whatever stands here. What programs read has
a door of its own, collector/web/api/door.py.
"""

from collections.abc import Mapping
from typing import Final

from collector.ledger.roles import DISTRICT, OF_AGENCY, Role

Roles = frozenset[Role]

ADMIN: Final[Roles] = frozenset(("district-admin",))
AUDITOR: Final[Roles] = frozenset(("auditor",))
HEAD: Final[Roles] = frozenset(("agency-head",))
TECHNICIAN: Final[Roles] = frozenset(("technician",))
ALL: Final[Roles] = DISTRICT | OF_AGENCY | TECHNICIAN

OPEN: Final = {  # without a login
    "account.login",
    "bootstrap.static",
    "health.health",
    "invitation.invitation",
    "languages.choose",
    "opendata.columns_csv",
    "opendata.figures_csv",
    "opendata.figures_json",
    "opendata.package_json",
    "public.public",
    "secondstep.code",
    "secondstep.set_up",
    "static",
}
ROLES: Final[Mapping[str, Roles]] = {
    "account.logout": ALL,
    "alerts.acknowledge": ADMIN,
    "alerts.alerts": DISTRICT,
    "alerts.close": ADMIN,
    "agency.agency": DISTRICT | OF_AGENCY,
    "cases.cases": DISTRICT,
    "cases.close": ADMIN,
    "compare.compare": DISTRICT,
    "compare.picture": DISTRICT,
    "fleet.fleet": DISTRICT | TECHNICIAN,
    "fleet.fleet_events": DISTRICT | TECHNICIAN,
    "fleet.fleet_part": DISTRICT | TECHNICIAN,
    "integrity.integrity": DISTRICT,
    "lapor.lapor": DISTRICT,
    "livecharts.static": DISTRICT,
    "morning.morning": DISTRICT,
    "overview.overview": DISTRICT,
    "own.own": ALL,
    "own.end_sessions": ALL,
    "pictures.control": DISTRICT,
    "pictures.trend": DISTRICT,
    "releasing.propose": ADMIN,
    "releasing.releasing": DISTRICT,
    "releasing.revise": ADMIN,
    "releasing.sign": ADMIN,
    "replying.reply": HEAD,
    "reports.download": DISTRICT,
    "reports.own": HEAD,
    "reports.reports": DISTRICT,
    "rows.open_": AUDITOR,
    "rows.rows": AUDITOR,
    "thresholds.set_": ADMIN,
    "thresholds.shown": DISTRICT,
}


def may_open(role: Role, endpoint: str) -> bool:
    return endpoint in OPEN or role in ROLES.get(endpoint, ())
