"""Simulated votes of a kiosk: honest ones, burstier than chance, and what misuse adds to them.

Pure: chance is handed in. Times are Unix seconds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import exp
from random import Random
from typing import Final, NamedTuple

FACES: Final = ("smile", "neutral", "frown")
SETTLE: Final = 3.0  # seconds; the kiosk takes no second vote within it
QUARTER: Final = 900
HOUR: Final = 3600

Vote = tuple[float, str]  # Unix second, face


class Open(NamedTuple):
    """When people are served on one day."""

    opens: int  # Unix seconds
    closes: int


@dataclass(frozen=True)
class Office:
    """An honest counter. Its days and hours differ, people come in groups that feel alike."""

    a_day: float  # groups of people that vote
    smile: float  # logit of the share of smiles on a usual day
    neutral: float  # of those that do not smile
    days_differ: float  # standard deviation of the log of how many come
    moods_differ: float  # … of the logit of smiles, for the day; and half as much for the hour
    slips: float  # of the votes that are no smile, the part that was one first, by mistake
    even: int  # shape of the gaps between groups: 1 is chance, 3 a steady queue

    def day(self, open_: Open, chance: Random) -> list[Vote]:
        groups = self.a_day * exp(chance.gauss(0, self.days_differ) - self.days_differ**2 / 2)
        gap = (open_.closes - open_.opens) / max(groups, 0.01)
        mood = chance.gauss(0, self.moods_differ)
        votes: list[Vote] = []
        at, hour, now = open_.opens - chance.random() * gap, -1, 0.0
        while (at := at + chance.gammavariate(self.even, gap / self.even)) < open_.closes:
            if hour != int(at // HOUR):
                hour, now = int(at // HOUR), chance.gauss(0, self.moods_differ / 2)
            votes += self._group(at, self.smile + mood + now, chance)
        return taken(votes)

    def _group(self, at: float, logit: float, chance: Random) -> Iterator[Vote]:
        """One in four comes with somebody, who mostly feels the same."""
        face = self._face(logit, chance)
        yield at, face
        while chance.random() < 0.25:  # noqa: PLR2004
            at += 3 + chance.expovariate(1 / 5)
            yield at, face if chance.random() < 0.7 else self._face(logit, chance)  # noqa: PLR2004

    def _face(self, logit: float, chance: Random) -> str:
        if chance.random() < 1 / (1 + exp(-logit)):
            return "smile"
        return "neutral" if chance.random() < self.neutral else "frown"


def office(chance: Random) -> Office:
    """Quiet and busy ones, liked and disliked ones."""
    return Office(
        a_day=min(8 * exp(chance.gauss(0.8, 0.8)), 100),
        smile=chance.gauss(1.3, 0.5),
        neutral=chance.uniform(0.3, 0.7),
        days_differ=chance.uniform(0.15, 0.45),
        moods_differ=chance.uniform(0.1, 0.5),
        slips=chance.uniform(0.02, 0.2),
        even=chance.choice((1, 1, 2, 3)),
    )


def taken(votes: Sequence[Vote]) -> list[Vote]:
    """In order, without what the kiosk does not take."""
    found: list[Vote] = []
    for at, face in sorted(votes):
        if not found or at - found[-1][0] > SETTLE:
            found.append((at, face))
    return found


# ---------------------------------------------------------------- misuse

Misuse = Callable[[Open, Sequence[Vote], int, Random], list[Vote]]  # … of the how manieth day


def burst(open_: Open, votes: Sequence[Vote], day: int, chance: Random) -> list[Vote]:
    """A minute of mashing the smile, every day."""
    return _every(3.1, 60, _some_time(open_, 60, chance))


def sitting(open_: Open, votes: Sequence[Vote], day: int, chance: Random) -> list[Vote]:
    """Sixty smiles in a row, some seconds apart, on the first day."""
    at, found = _some_time(open_, 1200, chance), []
    for _ in range(60 if day == 0 else 0):
        at += chance.uniform(8, 30)
        found.append((at, "smile"))
    return found


def rhythm(open_: Open, votes: Sequence[Vote], day: int, chance: Random) -> list[Vote]:
    """A smile every two minutes, give or take five seconds, for an hour a day."""
    at = _some_time(open_, HOUR, chance)
    return [(at + 120 * n + chance.gauss(0, 5), "smile") for n in range(30)]


def off_hours(open_: Open, votes: Sequence[Vote], day: int, chance: Random) -> list[Vote]:
    """Ten smiles in the hour before the office is prepared for the day."""
    begin = open_.opens - 2 * HOUR
    return [(begin + chance.random() * HOUR, "smile") for _ in range(10)]


def ten_smiles(open_: Open, votes: Sequence[Vote], day: int, chance: Random) -> list[Vote]:
    """Ten more smiles a day, whenever nobody looks."""
    return [(_some_time(open_, 0, chance), "smile") for _ in range(10)]


def doubling(open_: Open, votes: Sequence[Vote], day: int, chance: Random) -> list[Vote]:
    """As many smiles again as all votes of the day, at any time."""
    return [(_some_time(open_, 0, chance), "smile") for _ in range(max(10, len(votes)))]


def sabotage(open_: Open, votes: Sequence[Vote], day: int, chance: Random) -> list[Vote]:
    """Twenty frowns a day, at any time."""
    return [(_some_time(open_, 0, chance), "frown") for _ in range(20)]


def erasing(open_: Open, votes: Sequence[Vote], day: int, chance: Random) -> list[Vote]:
    """A clerk who presses the smile within two seconds of a frown: no vote, the frown stands."""
    return [(at + chance.uniform(0.5, 2), "smile") for at, face in votes if face == "frown"]


def answering(open_: Open, votes: Sequence[Vote], day: int, chance: Random) -> list[Vote]:
    """A clerk who waits, and answers each frown by two smiles."""
    frowns = [at for at, face in votes if face == "frown"]
    return [(at + wait + chance.random(), "smile") for at in frowns for wait in (4, 9)]


KINDS: Final[dict[str, Misuse]] = {
    each.__name__: each
    for each in (
        burst, sitting, rhythm, off_hours, ten_smiles, doubling, sabotage, erasing, answering
    )
}  # fmt: skip


def _some_time(open_: Open, lasting: int, chance: Random) -> float:
    return open_.opens + chance.random() * (open_.closes - open_.opens - lasting)


def _every(seconds: float, lasting: int, begin: float) -> list[Vote]:
    return [(begin + seconds * n, "smile") for n in range(int(lasting / seconds))]
