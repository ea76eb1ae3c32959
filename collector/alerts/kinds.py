"""What each kind of alert asks for, whether it can wait for the daily letter, and whose it is."""

from typing import Final, Literal, NamedTuple

from collector.ledger.alerts import Alert, Kind

Act = Literal["upkeep", "visit", "approve", "remind", "hurry", "review", "chase", "sign", "look"]
Role = Literal["district", "agency", "technician"]


class Trait(NamedTuple):
    act: Act
    urgent: bool = False  # told at once, in waking hours of a working day
    technical: bool = False  # says nothing of votes, so that technicians may have it


TRAITS: Final[dict[Kind, Trait]] = {
    "disk": Trait("upkeep", urgent=True, technical=True),
    "job": Trait("upkeep", technical=True),
    "quarantine": Trait("upkeep", urgent=True, technical=True),
    "fork": Trait("visit", urgent=True, technical=True),
    "unheard": Trait("visit", urgent=True, technical=True),
    "silent": Trait("visit"),
    "box": Trait("visit", technical=True),
    "held": Trait("approve"),
    "complaints": Trait("remind"),
    "near": Trait("hurry"),
    "case": Trait("review"),
    "plan": Trait("chase"),
    "sign": Trait("sign"),
    "drop": Trait("look"),
}


class Seen(NamedTuple):
    """Who reads: a role and, of role agency, which one."""

    role: Role
    agency: str | None = None


DISTRICT: Final = Seen("district")


def is_for(alert: Alert, seen: Seen) -> bool:
    """An agency reads of itself alone, and never that a kiosk is silent or odd."""
    if seen.role == "agency":
        return alert.agency is not None and alert.agency == seen.agency
    return seen.role == "district" or TRAITS[alert.kind].technical
