"""An agency beside those that serve alike: above, level or below, and never a place."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from collector.index.compare import Standing, standings
from collector.index.dispersion import INDEPENDENT
from collector.index.figure import figure
from collector.index.scales import FaceMapping
from collector.ledger.places import Agency, agencies
from collector.ledger.reading import Tally
from collector.web.site import ledger


class Beside(NamedTuple):
    standing: Standing
    others: int  # agencies of the same type of service that have an index too


def beside(
    about: Agency,
    votes: Mapping[str, Tally],
    alike: Mapping[str, Decimal],
    mapping: FaceMapping,
) -> Beside | None:
    """Of the votes and phi of all; None where fewer than three of its kind have an index.

    Only boxes whose votes the mapping knows are compared.
    """
    kind = [each.agency for each in agencies(ledger()) if each.service == about.service]
    found = standings(
        {slug: figure(votes.get(slug, {}), mapping, alike.get(slug, INDEPENDENT)) for slug in kind}
    )
    own = found.get(about.agency)
    return own and Beside(own, len(found) - 1)
