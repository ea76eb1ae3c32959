"""The simulated public: who comes when, and in what mood. Pure: a seed gives the same citizens.

Nobody is modelled on anybody. Numbers are chosen to look like an office: two peaks and a lunch
dip, busy Mondays, moods that differ by agency, drift over a year and vary from day to day more
than chance alone would (votes of one day are not independent).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from statistics import NormalDist
from typing import Final, Literal, NamedTuple

MINUTE: Final = 60
SLICE: Final = 15 * MINUTE  # arrivals have one rate within a quarter of an hour
SETTLE: Final = 3.0  # seconds in which a kiosk takes presses for the same citizen's
FULL_DAY: Final = (7 * 60 + 30, 16 * 60)  # minutes: the hours for which `volume` is told
WEEKDAYS: Final = (1.25, 1.05, 1.0, 0.95, 1.0, 0.7, 0.6)  # Friday's hours are shorter anyway
SMILES: Final = 60  # of somebody who wants a better index
SMILES_APART: Final = (11.0, 40.0)  # seconds
CORRECTED: Final = 0.02  # of presses, where something less favourable is left to press

Scale = Literal["smiley-3", "smiley-4"]
Span = tuple[int, int]  # minutes after local midnight, [from, to)


class Character(NamedTuple):
    """How busy an agency is and how its public feels, in logits of a smile."""

    volume: float  # votes on an ordinary working day
    warmth: float
    drift: float  # change of warmth in a year
    season: float  # 0..1: where in the year it is busiest


class Trouble(NamedTuple):
    """Days in which something went wrong: more people come, and worse served."""

    first: date
    last: date
    volume: float
    warmth: float


CALM: Final = Trouble(date.min, date.min, volume=1.0, warmth=0.0)


class Citizen(NamedTuple):
    """One citizen at the box; times in seconds after local midnight."""

    at: float
    face: str
    corrected_at: float | None = None
    corrected: str | None = None


@dataclass(frozen=True)
class Public:
    """The public of one agency."""

    seed: str
    character: Character
    began: date  # drift is counted from here
    trouble: Trouble = CALM
    scale: Scale = "smiley-3"  # what the boxes in front of it have
    sat: date | None = None  # a day on which somebody of the office pressed for the public

    def citizens(self, day: date, hours: Sequence[Span]) -> list[Citizen]:
        """Everybody who voted on `day`, in order; nobody when there are no hours."""
        random = seeded(self.seed, day)
        busy, mood = self._busy(day, random), self._mood(day, random)
        found = list(_citizens(random, arrivals(random, hours, busy), mood, self.scale))
        return _sat(random, found) if day == self.sat and found else found

    def _busy(self, day: date, random: Random) -> float:
        character = self.character
        season = 1 + 0.25 * math.cos(
            2 * math.pi * (day.timetuple().tm_yday / 365 - character.season)
        )
        luck = math.exp(0.15 * _normal(random))
        extra = self._trouble(day).volume
        return character.volume * WEEKDAYS[day.weekday()] * season * luck * extra

    def _mood(self, day: date, random: Random) -> float:
        drift = self.character.drift * (day - self.began).days / 365
        extra = self._trouble(day).warmth
        return self.character.warmth + drift + extra + 0.22 * _normal(random)

    def _trouble(self, day: date) -> Trouble:
        return self.trouble if self.trouble.first <= day <= self.trouble.last else CALM


def seeded(*parts: object) -> Random:
    """Chance that is the same whenever the same is asked."""
    return Random("/".join(map(str, parts)))  # noqa: S311 (no secret is made of it)


def character(seed: str, volume: float, spread: float) -> Character:
    """An agency's character, drawn by its seed; `volume` is the median, `spread` a factor."""
    random = seeded(seed, "character")
    return Character(
        volume=volume * spread ** _normal(random),
        warmth=_within(0.9, 1.3 + 0.4 * _normal(random), 2.0),
        drift=_within(-0.4, 0.3 * _normal(random), 0.4),
        season=random.random(),
    )


def busyness(minute: float) -> float:
    """How busy an open office is at a minute of the day: peaks before and after lunch."""
    morning = math.exp(-(((minute - 9.25 * 60) / 75) ** 2))
    afternoon = 0.7 * math.exp(-(((minute - 13.75 * 60) / 60) ** 2))
    lunch = 0.3 if 12 * 60 <= minute < 13 * 60 else 1.0
    return (0.15 + morning + afternoon) * lunch


def arrivals(random: Random, hours: Sequence[Span], busy: float) -> Iterator[tuple[float, float]]:
    """A Poisson process over `hours`: (second of the day, busyness then) of each arrival.

    `busy` arrivals are expected over a full day's hours. Unit-rate gaps are walked along the
    cumulated rate, so one draw makes one arrival. Whoever comes within the settle window of the
    one before has to wait and does not vote.
    """
    scale = busy / sum(rate * length for _, length, rate in _slices([FULL_DAY]))
    left, last = _gap(random), -math.inf
    for start, length, rate in _slices(hours):
        at = start
        while left <= (start + length - at) * rate * scale:
            at += left / (rate * scale)
            left = _gap(random)
            if at - last > 2 * SETTLE:
                last = at
                yield at, rate
        left -= (start + length - at) * rate * scale


def _slices(hours: Sequence[Span]) -> Iterator[tuple[float, float, float]]:
    """(start, length, rate), in seconds, of each stretch with one rate."""
    for first, end in hours:
        for minute in range(first, end, SLICE // MINUTE):
            length = min(SLICE // MINUTE, end - minute)
            yield minute * MINUTE, length * MINUTE, busyness(minute + length / 2)


def _citizens(
    random: Random, comings: Iterator[tuple[float, float]], mood: float, scale: Scale
) -> Iterator[Citizen]:
    pressed = face_of if scale == "smiley-3" else face_of_four
    for at, rate in comings:
        face = pressed(random, mood - 0.45 * (rate - 0.6))  # a crowd waits longer
        worse = _WORSE[face]
        if worse and random.random() < CORRECTED:
            yield Citizen(at, face, at + 0.6 + 2 * random.random(), worse)
        else:
            yield Citizen(at, face)


def _sat(random: Random, citizens: list[Citizen]) -> list[Citizen]:
    """From the first citizen on somebody stands at the box; who comes meanwhile does not vote."""
    at, smiles = citizens[0].at, []
    for _ in range(SMILES):
        smiles.append(Citizen(at, "smile"))
        at += random.uniform(*SMILES_APART)
    return [*smiles, *(each for each in citizens if each.at > at)]


_WORSE: Final = {
    **{"smile": "frown", "neutral": "frown", "frown": None},
    **{"great": "poor", "good": "poor", "poor": "bad", "bad": None},
}


def face_of(random: Random, mood: float) -> str:
    """A face pressed in a mood: the logit of a smile; the rest frowns the more the lower it is."""
    if random.random() < _share(mood):
        return "smile"
    return "frown" if random.random() < _share(0.2 - 0.5 * mood) else "neutral"


def face_of_four(random: Random, mood: float) -> str:
    """Likewise on a box of four faces: great and good together are a little more than a smile."""
    chance = random.random()
    steps = (("great", mood - 0.8), ("good", mood + 0.5), ("poor", mood + 1.6))
    return next((face for face, reach in steps if chance < _share(reach)), "bad")


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def _within(low: float, value: float, high: float) -> float:
    """Agencies bear real names: none is to look hopeless by chance."""
    return min(max(low, value), high)


_NORMAL: Final = NormalDist()


def _normal(random: Random) -> float:
    return _NORMAL.inv_cdf(min(max(random.random(), 1e-9), 1 - 1e-9))


def _gap(random: Random) -> float:
    return -math.log(1 - random.random())
