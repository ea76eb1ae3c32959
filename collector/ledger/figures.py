"""The figure of each agency over a period, from the counts."""

from sqlite_utils import Database

from collector.index.dispersion import INDEPENDENT
from collector.index.figure import Figure, figure
from collector.index.periods import Days
from collector.index.scales import DEFAULT, FaceMapping
from collector.ledger import reading
from collector.ledger.places import agencies


def figures(db: Database, days: Days, mapping: FaceMapping = DEFAULT) -> dict[str, Figure]:
    """Of every agency that is known, whether it has votes or not."""
    services = {agency.agency: agency.service for agency in agencies(db)}
    votes = reading.by_agency(db, days)
    alike = reading.dispersion(db, days, services, mapping)
    return {
        agency: figure(votes.get(agency, {}), mapping, alike.get(agency, INDEPENDENT))
        for agency in services
    }
