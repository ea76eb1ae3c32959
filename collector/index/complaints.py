"""A complaint (pengaduan) as SP4N-LAPOR! keeps it, without its text and its people; its clocks.

Limits in working days, as the guides of SP4N-LAPOR! give them: verification 3, response 5, settled
within 14, or 60 where somebody has to go and look.
"""

from datetime import date
from typing import Final, Literal, NamedTuple, get_args

from collector.index.workingdays import WorkingDays

Status = Literal["open", "answered", "closed", "rejected"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)

VERIFY: Final = 3  # working days from received
RESPOND: Final = 5  # from disposition
SETTLE: Final = 14  # from disposition
SETTLE_EXAMINED: Final = 60


class Complaint(NamedTuple):
    """Days are local; None is not known, or not yet."""

    agency: str  # slug
    received: date
    status: Status
    verified: date | None = None
    disposition: date | None = None  # handed on to the agency
    answered: date | None = None  # first answer
    closed: date | None = None
    examined: bool | None = None  # does it need an examination on site?

    @property
    def begun(self) -> date:
        """When the agency's own clock began: handed on to it, or received, if that is not told."""
        return self.disposition or self.received

    @property
    def reply(self) -> date | None:
        """The first answer; what was closed without one was answered then."""
        return self.answered or self.closed

    @property
    def settle_within(self) -> int:
        """Working days; 14 where nothing says that it needs an examination."""
        return SETTLE_EXAMINED if self.examined else SETTLE


class Clock(NamedTuple):
    """How long a complaint has taken, in working days, as known on the day `as_of`."""

    verification: int | None  # received to verified; None: not verified
    reply: int | None  # the agency's clock to its first answer; None: no answer yet
    age: int  # of the agency's clock until its answer, or until `as_of`
    over: bool  # not closed, and its limit has passed

    @property
    def due(self) -> bool:
        """Can be judged: it was answered, or its time to answer has run out."""
        return self.reply is not None or self.age > RESPOND

    @property
    def in_time(self) -> bool:
        return self.reply is not None and self.reply <= RESPOND


def clock(complaint: Complaint, as_of: date, working: WorkingDays) -> Clock:
    """Raises ValueError if a day is later than `as_of`, or outside of `working`."""
    until = complaint.reply
    age = working.between(complaint.begun, until or as_of)
    verified = complaint.verified
    return Clock(
        verification=None if verified is None else working.between(complaint.received, verified),
        reply=None if until is None else age,
        age=age,
        over=_over(complaint, as_of, working),
    )


def left(complaint: Complaint, as_of: date, working: WorkingDays) -> int | None:
    """Working days until its limit, below 0 where that has passed; None: nothing is owed.

    The limit of what was not even answered is that of the answer.
    """
    if complaint.status == "closed" or complaint.closed is not None:
        return None
    limit = complaint.settle_within if complaint.reply else RESPOND
    return limit - working.between(complaint.begun, as_of)


def _over(complaint: Complaint, as_of: date, working: WorkingDays) -> bool:
    """Not closed for longer than it may, or not even answered."""
    days = left(complaint, as_of, working)
    return days is not None and days < 0
