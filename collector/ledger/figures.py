"""The figure of each agency over a period, from the counts."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from sqlite_utils import Database

from collector.index.dispersion import INDEPENDENT
from collector.index.figure import Figure, figure
from collector.index.periods import Days
from collector.index.scales import DEFAULT, USUAL, FaceMapping
from collector.ledger import reading
from collector.ledger.places import agencies

LeftOut = Mapping[str, Counter[str]]  # agency → face → votes


def figures(
    db: Database,
    days: Days,
    mapping: FaceMapping = DEFAULT,
    left_out: LeftOut = MappingProxyType({}),
) -> dict[str, Figure]:
    """Of every agency that is known, whether it has votes or not; without what is left out.

    How alike votes of a day are is taken from all votes.
    """
    services = {agency.agency: agency.service for agency in agencies(db)}
    votes = {
        agency: Counter(tally) - left_out.get(agency, Counter())
        for agency, tally in reading.by_agency(db, days).items()
    }
    alike = reading.dispersion(db, days, services, mapping)
    return {
        agency: figure(votes.get(agency, {}), mapping, alike.get(agency, INDEPENDENT))
        for agency in services
    }


def leading(db: Database, days: Days) -> dict[str, Figure]:
    """Likewise, each by the usual mapping of its boxes of the kind that has most votes."""
    found = figures(db, days)
    if not any(each.foreign for each in found.values()):
        return found
    for mapping in USUAL.values():
        other = figures(db, days, mapping)
        found |= {agency: each for agency, each in other.items() if each.n > found[agency].n}
    return found
