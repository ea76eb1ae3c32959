"""An agency beside those that serve alike: above, level or below, and never a place."""

from typing import NamedTuple

from collector.index.compare import Standing, standings
from collector.index.dispersion import INDEPENDENT
from collector.index.figure import figure
from collector.index.periods import Days
from collector.ledger import reading
from collector.ledger.places import Agency, agencies
from collector.web.choosing import dispersion
from collector.web.site import ledger


class Beside(NamedTuple):
    standing: Standing
    others: int  # agencies of the same type of service that have an index too


def beside(about: Agency, days: Days) -> Beside | None:
    """None where it has no index, or where fewer than three of its kind have one."""
    votes, alike = reading.by_agency(ledger(), days), dispersion(days)
    kind = [each.agency for each in agencies(ledger()) if each.service == about.service]
    found = standings(
        {slug: figure(votes.get(slug, {}), phi=alike.get(slug, INDEPENDENT)) for slug in kind}
    )
    own = found.get(about.agency)
    return own and Beside(own, len(found) - 1)
