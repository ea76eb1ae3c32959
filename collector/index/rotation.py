"""Which element of the SKM a kiosk asks when: randomised blocks, the same for whoever repeats them.

A block asks each of the nine elements once. Within it the order is by SHA-256 of seed, block and
element: so the schedule follows from what is published, in any language, and nobody can choose it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from hashlib import sha256
from itertools import islice
from typing import Final, Literal, NamedTuple

from collector.index.periods import Days
from collector.index.skm import SLUGS

Step = Literal["day", "week"]

MOST_BLOCKS: Final = 60
_ONE: Final = timedelta(days=1)
_WEEK: Final = timedelta(weeks=1)
_LONGEST_BREAK: Final = 60  # days without an open one; longer is no service


class Slot(NamedTuple):
    """Days on which one element is asked."""

    days: Days
    element: str


class NeverOpen(ValueError):
    """No day is open for so long that a schedule would have no end."""


def schedule(seed: str, stretches: Sequence[Days]) -> list[Slot]:
    """One slot for each stretch, which are whole blocks of nine."""
    if len(stretches) % len(SLUGS):
        raise ValueError(f"{len(stretches)} stretches are no whole blocks of {len(SLUGS)}")
    blocks = range(1, len(stretches) // len(SLUGS) + 1)
    elements = [element for block in blocks for element in block_order(seed, block)]
    return [Slot(*each) for each in zip(stretches, elements, strict=True)]


def block_order(seed: str, block: int) -> list[str]:
    """The nine elements in the order of block 1, 2, …"""

    def drawn(element: str) -> str:
        return sha256(f"senyum rotation\n{seed}\n{block}\n{element}\n".encode()).hexdigest()

    return sorted(SLUGS, key=drawn)


def stretches(first: date, blocks: int, step: Step, is_open: Callable[[date], bool]) -> list[Days]:
    """Nine stretches for each block, one after the other, from `first` on.

    By day each begins on an open day and lasts until the next one; by week it is seven days. One
    without an open day is added to the one before, so that no element is asked behind closed doors.
    Raises NeverOpen.
    """
    starts = list(islice(_starts(first, step, is_open), blocks * len(SLUGS) + 1))
    ends = starts[1:]
    return [Days(*each) for each in zip([first, *starts[1:-1]], ends, strict=True)]


def _starts(first: date, step: Step, is_open: Callable[[date], bool]) -> Iterator[date]:
    """The first day of each stretch that has an open day."""
    length = _ONE if step == "day" else _WEEK
    at, opened = first, first
    while True:
        if any(is_open(at + n * _ONE) for n in range(length.days)):
            yield at
            opened = at
        elif (at - opened).days > _LONGEST_BREAK:
            raise NeverOpen(f"no day is open in the {_LONGEST_BREAK} days from {opened} on")
        at += length


def counting(plans: Sequence[tuple[date, Sequence[Slot]]]) -> list[Slot]:
    """What is asked when, of all plans (first day, slots) in the order in which they were made.

    A later plan takes the place of earlier ones from its first day on; what came before it stays.
    """
    found: list[Slot] = []
    for first, slots in plans:
        kept = [_until(first, slot) for slot in found if slot.days.first < first]
        found = [*kept, *slots]
    return found


def _until(end: date, slot: Slot) -> Slot:
    return slot if slot.days.end <= end else Slot(Days(slot.days.first, end), slot.element)
