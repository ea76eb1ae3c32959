"""What somebody is for: the role decides which pages open, the agency whose figures."""

from typing import Final, Literal, NamedTuple

from sqlite_utils import Database

from collector.errors import CollectorError

Role = Literal["district-admin", "auditor", "agency-head", "agency-staff", "technician"]

DISTRICT: Final[frozenset[Role]] = frozenset(("district-admin", "auditor"))
OF_AGENCY: Final[frozenset[Role]] = frozenset(("agency-head", "agency-staff"))


class UserError(CollectorError, ValueError):
    """A name, password or role that is not allowed, or a user who is there or not there."""


class Standing(NamedTuple):
    role: Role
    agency: str | None = None  # of the roles of an agency, its slug

    def __str__(self) -> str:
        return self.role if self.agency is None else f"{self.role} {self.agency}"


ADMIN: Final = Standing("district-admin")


def check_standing(db: Database, standing: Standing) -> None:
    """Raises UserError unless the role has an agency where it needs one, and one that exists."""
    if (standing.role in OF_AGENCY) != (standing.agency is not None):
        raise UserError(
            f"{standing.role}: give --agency SLUG with agency-head and agency-staff, and with no"
            " other role"
        )
    if standing.agency is not None and not _known(db, standing.agency):
        raise UserError(f"{standing.agency}: there is no such agency; 'agency list' names them")


def _known(db: Database, agency: str) -> bool:
    found = db.conn.execute("SELECT 1 FROM agencies WHERE agency = ?", (agency,)).fetchone()
    return found is not None
