"""What a report says, before anything is drawn: figures as they were given out, and plans.

The same releases make the same content: no clock is read, and what came later is not in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from collector.index.periods import Days, Kind
from collector.index.plans import Plan
from collector.index.trend import Trend, trend
from collector.ledger.places import Agency
from collector.ledger.releases import Audience, Release


@dataclass(frozen=True)
class Subject:
    """What a report is about: an agency, or without one the whole regency."""

    audience: Audience
    kind: Kind
    days: Days
    agency: Agency | None = None


class Line(NamedTuple):
    """One figure, and that of the period before, if there was one."""

    name: str
    service: str
    figure: Release
    before: Release | None
    remark: str  # the agency's; '' for none

    @property
    def change(self) -> Trend | None:
        """None where the two cannot be compared."""
        return None if self.before is None else trend(self.before, self.figure)


class Past(NamedTuple):
    """The figure of a period, for the course over several."""

    kind: Kind
    days: Days
    figure: Release


@dataclass(frozen=True)
class Content:
    """`main` is the agency's figure, or the regency's; `lines` are its units, or all agencies.

    `course` ends with the period itself. `published` is the local day on which the last of the
    figures was given out; plans are as they stood at that moment.
    """

    subject: Subject
    main: Line
    lines: Sequence[Line]
    course: Sequence[Past]
    plans: Sequence[tuple[Agency, Plan]]
    published: date
