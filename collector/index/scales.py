"""Faces to numbers. A mapping is named, and never changes under its name."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True)
class FaceMapping:
    """`points` for each face, on the scale 25 to 100 of the IKM; least favourable first."""

    name: str
    points: Mapping[str, Decimal]
    source: str

    @property
    def faces(self) -> tuple[str, ...]:
        return tuple(self.points)


LINEAR: Final = FaceMapping(
    name="smiley-3/linear",
    points={"frown": Decimal(25), "neutral": Decimal("62.5"), "smile": Decimal(100)},
    source=(
        "Perceptions 1, 2.5 and 4, times 25 as PermenPANRB 14/2017 does with its answers 1 to 4."
        " No rule maps three faces: equal steps are our choice."
    ),
)
