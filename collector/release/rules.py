"""The rule set of releases: who gets which periods, from how many votes, how exactly.

A rule set never changes under its name. What is in it is public itself (UU 14/2008): what a rule
hides can be asked for, so the rule is no secret. docs/releases.md tells it in words.
"""

from dataclasses import dataclass, replace
from typing import Final, get_args

from collector.index.periods import Kind
from collector.ledger.releases import Audience, Detail, Scope

DETAILS: Final[tuple[Detail, ...]] = get_args(Detail)  # falling
NAME: Final = "release/1"
FLOOR: Final = 70  # percent: "puas di atas 70 %"
WAIT_DAYS: Final = 10  # after a period's end: votes of kiosks without network still come
REPLY_DAYS: Final = 7  # an agency may add its remark to a proposed figure
LONGEST_REMARK: Final = 500  # characters
SIGNED: Final[frozenset[Kind]] = frozenset({"triwulan", "semester", "year"})


@dataclass(frozen=True)
class Rules:
    """Of one audience. Cells of 1 to `small` votes are small; `places` are decimals of points."""

    audience: Audience
    kinds: tuple[Kind, ...]
    scopes: tuple[Scope, ...]
    minimum: int  # votes under which nothing is shown
    small: int
    finest: Detail
    places: int
    graded: bool
    step: int  # votes that are not told exactly are told to the nearest multiple

    def is_small(self, cell: int) -> bool:
        return 1 <= abs(cell) <= self.small


PUBLIC: Final = Rules(
    audience="public",
    kinds=("month", "triwulan", "year"),
    scopes=("agency",),
    minimum=30,
    small=9,
    finest="rounded",
    places=0,
    graded=False,
    step=5,
)
# Of the whole regency: added up from what was told of its agencies, part of which is rounded, so
# that a finer figure would be finer than what it is made of.
REGENCY: Final = replace(PUBLIC, scopes=("regency",), minimum=1000, step=100)
AGENCY: Final = Rules(
    audience="agency",
    kinds=("month", "triwulan", "semester", "year"),
    scopes=("unit", "agency"),
    minimum=30,
    small=4,
    finest="exact",
    places=1,
    graded=True,
    step=5,
)
DISTRICT: Final = Rules(
    audience="district",
    kinds=("month", "triwulan", "semester", "year"),
    scopes=("agency", "regency"),
    minimum=10,
    small=0,
    finest="exact",
    places=2,
    graded=True,
    step=1,
)
ALL: Final = (PUBLIC, REGENCY, AGENCY, DISTRICT)


def rules_of(audience: Audience, scope: Scope) -> Rules | None:
    """Those by which such a figure is told; None if it is not."""
    return next((each for each in ALL if each.audience == audience and scope in each.scopes), None)
