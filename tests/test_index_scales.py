"""Mappings are data, and what one has said under its name it says for ever."""

from decimal import Decimal
from itertools import pairwise

import pytest

from collector.index.figure import figure
from collector.index.scales import DEFAULT, MAPPINGS, SCALES, FaceMapping, scale_of

# Never edited: a figure that was published names its mapping. A better one gets a new name.
SHIPPED = {
    "smiley-3/linear": {"frown": "25", "neutral": "125/2", "smile": "100"},
    "smiley-3/strict": {"frown": "25", "neutral": "50", "smile": "100"},
    "smiley-3/kind": {"frown": "25", "neutral": "75", "smile": "100"},
    "smiley-4/skm": {"bad": "25", "poor": "50", "good": "75", "great": "100"},
    "smiley-5/linear": {
        "worst": "25",
        "worse": "175/4",
        "middling": "125/2",
        "better": "325/4",
        "best": "100",
    },
    "smiley-4/happy": {"bad": "0", "poor": "100/3", "good": "200/3", "great": "100"},
    "smiley-5/happy": {
        "worst": "0",
        "worse": "25",
        "middling": "50",
        "better": "75",
        "best": "100",
    },
}

every_mapping = pytest.mark.parametrize("mapping", MAPPINGS.values(), ids=list(MAPPINGS))


def test_a_mapping_never_changes_under_its_name() -> None:
    points = {
        name: {face: str(value) for face, value in mapping.points.items()}
        for name, mapping in MAPPINGS.items()
    }
    assert SHIPPED.items() <= points.items()
    assert DEFAULT.name == "smiley-3/linear"


@pytest.mark.parametrize(
    ("mapping", "votes", "index"),
    [
        ("smiley-3/linear", (15, 25, 60), "79.38"),
        ("smiley-3/strict", (15, 25, 60), "76.25"),
        ("smiley-3/kind", (15, 25, 60), "82.50"),
        ("smiley-4/skm", (0, 0, 0, 30), "100.00"),
        ("smiley-4/skm", (10, 20, 30, 41), "75.25"),
        ("smiley-4/happy", (17, 16, 60, 126), "78.23"),
        ("smiley-5/happy", (4, 2, 12, 23, 51), "81.25"),
    ],
)
def test_the_published_examples_come_out(mapping: str, votes: tuple[int, ...], index: str) -> None:
    chosen = MAPPINGS[mapping]
    result = figure(dict(zip(chosen.faces, votes, strict=True)), chosen)
    assert (result.index, result.mapping) == (Decimal(index), mapping)


@every_mapping
def test_a_better_face_is_worth_more_and_the_scale_is_its_own(mapping: FaceMapping) -> None:
    assert all(worse < better for worse, better in pairwise(mapping.points.values()))
    assert mapping.faces == SCALES[mapping.scale]
    assert {scale_of(face) for face in mapping.faces} == {mapping.scale}


def test_no_face_belongs_to_two_scales() -> None:
    faces = [face for scale in SCALES.values() for face in scale]
    assert len(faces) == len(set(faces))
    assert scale_of("grin") is None


@every_mapping
def test_only_what_is_on_the_scale_of_the_ikm_has_a_class(mapping: FaceMapping) -> None:
    best = figure({mapping.faces[-1]: 1000}, mapping)
    assert best.grade == ("A" if mapping.bottom == 25 else None)


def test_votes_of_another_panel_are_foreign() -> None:
    result = figure({"smile": 40, "great": 30, "bad": 5})
    assert (result.n, result.foreign, result.index) == (40, 35, Decimal("100.00"))
