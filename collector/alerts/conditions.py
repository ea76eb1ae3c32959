"""Everything that is wrong now. Pure: the same situation gives the same alerts."""

from itertools import chain

from collector.alerts.boxes import of_kiosk, refused
from collector.alerts.drops import fallen
from collector.alerts.duties import disk, jobs
from collector.alerts.owed import cases, complaints, plans, unsigned
from collector.alerts.situation import Situation
from collector.ledger.alerts import Alert


def conditions(situation: Situation) -> list[Alert]:
    """Those first that concern the votes themselves."""
    now = situation.now
    return [
        *disk(situation),
        *jobs(situation),
        *chain.from_iterable(of_kiosk(stand, situation) for stand in situation.stands),
        *refused(situation),
        *complaints(situation.owed),
        *cases(situation.cases, now.date()),
        *plans(situation.plans, now.date()),
        *unsigned(situation.proposals, now.date()),
        *filter(None, map(fallen, situation.courses)),
    ]
