"""What /api/v1 answers: these shapes are the schemas of its description.

Figures are decimal numbers written as strings, so that no reader's floats touch them. Days are
local, `last_day` included; moments are in UTC.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct

from collector.index.classes import Grade
from collector.index.periods import Kind
from collector.index.plans import State
from collector.ledger.alerts import Kind as AlertKind
from collector.ledger.alerts import State as AlertState
from collector.ledger.cases import Verdict
from collector.ledger.releases import Alone, Detail, Scope
from collector.ledger.runs import Job

T = TypeVar("T")
Slug = Annotated[str, Meta(description="The name of an agency in addresses.")]


class Page(Struct, Generic[T], frozen=True):
    """Some of a list, in its order."""

    items: Sequence[T]
    next: Annotated[str | None, Meta(description="The address of what follows; null: no more.")]


class Problem(Struct, frozen=True):
    """RFC 9457: what went wrong, and what to do."""

    type: str
    title: str
    status: int
    detail: str


class Agency(Struct, frozen=True):
    """One agency; compared only within its type of service."""

    agency: Slug
    name: str
    short: str
    service: str
    valid_from: str | None
    valid_to: str | None
    successor: str | None


class Period(Struct, frozen=True):
    """Of which something was given out."""

    kind: Kind
    first_day: date
    last_day: date


class Figure(Struct, frozen=True):
    """As it was given out; null is what the rules do not tell (docs/releases.md)."""

    scope: Scope
    place: Annotated[str, Meta(description="Slug of the agency or unit; empty: the regency.")]
    agency: str | None
    kind: Kind
    first_day: date
    last_day: date
    version: int
    reason: Annotated[str, Meta(description="Why there is this version.")]
    rules: str
    mapping: str
    detail: Detail
    alone: Annotated[
        Alone | None, Meta(description="cells: votes of this face, then of all others together.")
    ]
    n: int | None
    cells: Annotated[Sequence[int], Meta(description="Votes of each face, the worst first.")]
    index: Decimal | None
    low: Annotated[Decimal | None, Meta(description="Lower bound of the 95 % interval.")]
    high: Decimal | None
    grade: Grade | None
    remark: Annotated[str | None, Meta(description="What the agency says of it.")]


class Plan(Struct, frozen=True):
    """A follow-up plan (rencana tindak lanjut)."""

    plan: int
    agency: Slug
    element: str | None
    cause: str
    action: str
    post: Annotated[str, Meta(description="In charge: an office, never a name.")]
    due: date
    realised: date | None
    evidence: str
    state: State


class Told(Struct, frozen=True):
    """A count, or percent, between two bounds; equal bounds tell it."""

    low: int
    high: int


class Complaints(Struct, frozen=True):
    """How an agency handled complaints (SP4N-LAPOR!); null where too few to tell."""

    agency: Slug
    received: Told
    answered: Told | None
    closed: Told | None
    over: Annotated[Told | None, Meta(description="Open beyond their limit.")]
    in_time_percent: Told | None
    median_days: int | None
    p90_days: int | None


class Participation(Struct, frozen=True):
    """What stands beside an index; null is not known."""

    agency: Slug
    people: Annotated[int | None, Meta(description="Who came, by the agency's own count.")]
    uptime: Annotated[Decimal | None, Meta(description="Percent of the service hours.")]
    counters: int
    kiosks: Annotated[int, Meta(description="Counters that have one.")]


class Kiosk(Struct, frozen=True):
    """How a kiosk is; nothing here moves with a single vote."""

    kiosk: str
    agency: str | None
    unit: str | None
    counter: str | None
    state: Annotated[str, Meta(description="live, late, lost or never.")]
    heard: datetime | None
    queue: Annotated[
        str | None,
        Meta(description="Votes that wait, by order of magnitude; for the district alone."),
    ]
    clock: str | None
    temperature: Annotated[int | None, Meta(description="Thousandths of a degree Celsius.")]
    disk_free: int | None
    firmware: str | None
    config: int | None
    config_wanted: int
    amiss: Annotated[Sequence[str], Meta(description="In words, the gravest first.")]


class Alert(Struct, frozen=True):
    """Something that needs somebody. It says days, and of an index what was given out."""

    alert: int
    kind: AlertKind
    text: Annotated[str, Meta(description="In words, in Indonesian.")]
    agency: str | None
    since: date
    state: AlertState
    comment: Annotated[str, Meta(description="Of whoever closed it.")]


class Case(Struct, frozen=True):
    """Votes of a kiosk were odd; it may be chance."""

    case: int
    rule: str
    kiosk: str
    first_day: date
    last_day: date
    verdict: Verdict | None
    reason: str | None
    closed: datetime | None


class Remark(Struct, frozen=True):
    """An agency's last word on a proposal."""

    agency: Slug
    text: str


class Proposal(Struct, frozen=True):
    """Figures of a period that were made to be signed; the last proposal of each period."""

    proposal: int
    kind: Kind
    first_day: date
    last_day: date
    reply_until: date
    signed: datetime | None
    remarks: Sequence[Remark]


class Opening(Struct, frozen=True):
    """Somebody looked at single votes of one kiosk and day."""

    at: datetime
    who: str
    kiosk: str
    day: date
    reason: str


class Run(Struct, frozen=True):
    """The last run of a job."""

    job: Job
    at: datetime
    ok: bool
    took_ms: int
    said: str


class Waiting(Struct, frozen=True):
    """How many kiosks or messages wait for an admin's word, by reason."""

    why: str
    number: int
