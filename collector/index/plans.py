"""Follow-up plans (rencana tindak lanjut): what was promised, by when, and what came of it."""

from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from collector.index.periods import Days

State = Literal["open", "late", "realised", "realised late", "withdrawn"]


class Plan(NamedTuple):
    """One entry as it stands now; days are local."""

    agency: str  # slug
    element: str | None  # of the SKM, by its slug; this or a cause
    cause: str
    action: str
    post: str  # in charge: an office, never a name
    entered: date
    first_due: date  # as it was promised first
    due: date
    realised: date | None = None
    evidence: str = ""
    withdrawn: date | None = None
    why: str = ""  # it was withdrawn

    def state(self, today: date) -> State:
        """A day that was put off is not late, and not forgotten either: see `kept`."""
        if self.withdrawn is not None:
            return "withdrawn"
        if self.realised is not None:
            return "realised" if self.realised <= self.due else "realised late"
        return "late" if self.due < today else "open"

    @property
    def kept(self) -> bool:
        """Realised by the day that was promised first."""
        return self.realised is not None and self.realised <= self.first_due

    @property
    def mistaken(self) -> bool:
        """Withdrawn on the day on which it was entered: it was never a promise."""
        return self.withdrawn == self.entered


class FollowUp(NamedTuple):
    due: int  # promised for these days
    kept: int  # and realised by then


def follow_up(plans: Iterable[Plan], days: Days) -> FollowUp:
    """Of the plans that were first due in `days`. What was withdrawn later was not kept."""
    promised = [plan for plan in plans if plan.first_due in days and not plan.mistaken]
    kept = sum(plan.kept and plan.withdrawn is None for plan in promised)
    return FollowUp(len(promised), kept)
