"""Faces to numbers. A mapping is named, and never changes under its name: it gets a new one.

A vote carries its face and no scale. So a face belongs to one scale only, and votes of a panel
with four faces are never counted as if they came from one with three.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from collector.index.classes import CLASSES_2017, ClassTable


@dataclass(frozen=True)
class FaceMapping:
    """Exact `points` for each face, least favourable first.

    `classes` grade it; None where the points are not on the scale 25 to 100 of the IKM.
    """

    name: str
    points: Mapping[str, Fraction]
    classes: ClassTable | None
    source: str

    @property
    def scale(self) -> str:
        return self.name.partition("/")[0]

    @property
    def faces(self) -> tuple[str, ...]:
        return tuple(self.points)

    @property
    def bottom(self) -> Fraction:
        return min(self.points.values())

    @property
    def top(self) -> Fraction:
        return max(self.points.values())


# The faces of each scale, least favourable first. Those of smiley-4 are the four answers of the
# SKM: tidak baik, kurang baik, baik, sangat baik.
SCALES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "smiley-3": ("frown", "neutral", "smile"),
        "smiley-4": ("bad", "poor", "good", "great"),
        "smiley-5": ("worst", "worse", "middling", "better", "best"),
    }
)

_HAPPY: Final = (
    "HappyOrNot's Happy Index: equal steps from 0 to 100. It is no IKM and has no class."
)


def _of(scale: str, name: str, points: str, classes: ClassTable | None, source: str) -> FaceMapping:
    exact = zip(SCALES[scale], map(Fraction, points.split()), strict=True)
    return FaceMapping(f"{scale}/{name}", MappingProxyType(dict(exact)), classes, source)


LINEAR: Final = _of(
    "smiley-3",
    "linear",
    "25 125/2 100",
    CLASSES_2017,
    "Perceptions 1, 2.5 and 4, times 25 as PermenPANRB 14/2017 does with its answers 1 to 4."
    " No rule maps three faces: equal steps are our choice.",
)
STRICT: Final = _of(
    "smiley-3",
    "strict",
    "25 50 100",
    CLASSES_2017,
    "As linear, but neutral is perception 2, kurang baik.",
)
KIND: Final = _of(
    "smiley-3",
    "kind",
    "25 75 100",
    CLASSES_2017,
    "As linear, but neutral is perception 3, baik.",
)
SKM_4: Final = _of(
    "smiley-4",
    "skm",
    "25 50 75 100",
    CLASSES_2017,
    "Perceptions 1 to 4, times 25: the answers of PermenPANRB 14/2017 as they are.",
)
LINEAR_5: Final = _of(
    "smiley-5",
    "linear",
    "25 175/4 125/2 325/4 100",
    CLASSES_2017,
    "As linear of three faces: equal steps from perception 1 to 4 are our choice.",
)
HAPPY_4: Final = _of("smiley-4", "happy", "0 100/3 200/3 100", None, _HAPPY)
HAPPY_5: Final = _of("smiley-5", "happy", "0 25 50 75 100", None, _HAPPY)

MAPPINGS: Final[Mapping[str, FaceMapping]] = MappingProxyType(
    {each.name: each for each in (LINEAR, STRICT, KIND, SKM_4, LINEAR_5, HAPPY_4, HAPPY_5)}
)
DEFAULT: Final = LINEAR
# By which the votes of each scale are counted, unless another is asked for.
USUAL: Final[Mapping[str, FaceMapping]] = MappingProxyType(
    {each.scale: each for each in (LINEAR, SKM_4, LINEAR_5)}
)


def scale_of(face: str) -> str | None:
    """The scale to which a face belongs; None for one that no scale has."""
    return next((name for name, faces in SCALES.items() if face in faces), None)


def usual_for(votes: Mapping[str, int]) -> list[FaceMapping]:
    """The usual mapping of each scale that these votes (face → n) are of, most votes first.

    Votes of two scales have two figures and no sum. DEFAULT alone where there are no votes.
    """
    n = {name: sum(votes.get(face, 0) for face in each.faces) for name, each in USUAL.items()}
    shown = sorted((name for name in n if n[name]), key=lambda name: -n[name])
    return [USUAL[name] for name in shown] or [DEFAULT]
