"""A simulated public: citizens who come by chance and press as citizens do. A seed repeats them.

The shares are plausible, not measured; they are here so that every path of the firmware is used.
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from kiosk.timeline import Push, at_rest, in_order

# What a citizen does, and how many of a hundred do it.
_HABITS: Final = {"once": 84, "twice": 8, "corrects": 4, "holds": 3, "leans": 1}


def crowd(random: Random, every_ms: float, faces: Sequence[str]) -> Iterator[Push]:
    """Pushes without end, by time; citizens come `every_ms` on average, as a Poisson process."""
    mood = _mood(random, len(faces))
    return _free_buttons(in_order(_citizens(random, every_ms, faces, mood)))


def _mood(random: Random, count: int) -> list[float]:
    """How likely each face is, the least favourable first: mostly content, each kiosk its own."""
    return [random.uniform(0.5, 1.5) * 3.0**rank for rank in range(count)]


def _citizens(
    random: Random, every_ms: float, faces: Sequence[str], mood: Sequence[float]
) -> Iterator[list[Push]]:
    at = 0.0
    while True:
        at += random.expovariate(1 / every_ms)
        (face,) = random.choices(faces, mood)
        (habit,) = random.choices(list(_HABITS), list(_HABITS.values()))
        yield _pushes(random, habit, round(at), face, faces)


def _pushes(random: Random, habit: str, at: int, face: str, faces: Sequence[str]) -> list[Push]:
    first = Push(at, face, _tap(random))
    match habit:
        case "twice":
            return [first, Push(_after(first, random.randint(150, 900)), face, _tap(random))]
        case "corrects":
            other = random.choice([other for other in faces if other != face])
            return [first, Push(_after(first, random.randint(500, 1800)), other, _tap(random))]
        case "holds":
            return [Push(at, face, random.randint(800, 4000))]
        case "leans":
            return [Push(at, face, random.randint(11_000, 14_000))]
        case _:
            return [first]


def _tap(random: Random) -> int:
    return round(random.triangular(60, 450, 140))


def _after(push: Push, pause: int) -> int:
    return push.at + push.hold + pause


def _free_buttons(pushes: Iterator[Push]) -> Iterator[Push]:
    """Without those who find the button held down by somebody else."""
    free: dict[str, int] = {}
    for push in pushes:
        if push.at >= free.get(push.face, 0):
            free[push.face] = at_rest(push)
            yield push
