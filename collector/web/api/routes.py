"""The addresses of /api/v1: who may ask which, and what answers. The description is made of it."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from collector.ledger.tokens import Reach
from collector.web.api import answers, beside, figures, system
from collector.web.api.answers import Page
from collector.web.api.asked import Asked, Cases, Figures, GivenOut, OfAgency, OfPeriod
from collector.web.api.door import ALL, DISTRICT, FIGURES, MACHINES

BASE: Final = "/api/v1"


class Route(NamedTuple):
    """One address; its items, and what they are about."""

    path: str
    about: str
    reaches: frozenset[Reach]
    form: type[Asked]
    item: type[Any]
    answer: Callable[[Any], Page[Any]]


ROUTES: Final = (
    Route("/agencies", "All agencies.", ALL, Asked, answers.Agency, figures.agencies),
    Route(
        "/periods",
        "The periods of which figures were given out.",
        ALL,
        GivenOut,
        answers.Period,
        figures.periods,
    ),
    Route(
        "/figures",
        "The index of one period, as it was given out.",
        FIGURES,
        Figures,
        answers.Figure,
        figures.figures,
    ),
    Route("/plans", "Follow-up plans.", FIGURES, OfAgency, answers.Plan, beside.plans),
    Route(
        "/complaints",
        "How complaints that came in a period were handled.",
        FIGURES,
        OfPeriod,
        answers.Complaints,
        beside.complaints,
    ),
    Route(
        "/participation",
        "Who came in a period, and whether kiosks were there for them.",
        FIGURES,
        OfPeriod,
        answers.Participation,
        beside.participation,
    ),
    Route("/kiosks", "How the kiosks are.", MACHINES, Asked, answers.Kiosk, system.kiosks),
    Route(
        "/alerts",
        "What needs somebody: alerts that are live.",
        ALL,
        Asked,
        answers.Alert,
        system.alerts,
    ),
    Route("/cases", "Cases of possible misuse.", DISTRICT, Cases, answers.Case, system.cases),
    Route(
        "/proposals",
        "Figures that wait for a signature, or were signed.",
        DISTRICT,
        Asked,
        answers.Proposal,
        beside.proposals,
    ),
    Route(
        "/openings",
        "Who looked at single votes, and why.",
        DISTRICT,
        Asked,
        answers.Opening,
        system.openings,
    ),
    Route("/jobs", "The last run of each job.", DISTRICT, Asked, answers.Run, system.jobs),
    Route(
        "/waiting",
        "What waits for an admin's word.",
        DISTRICT,
        Asked,
        answers.Waiting,
        system.waiting,
    ),
)
