"""Which kind of box a page is about: votes of three faces and of four are never summed."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from flask import request

from collector.index.periods import Days
from collector.index.scales import USUAL, FaceMapping, usual_for
from collector.ledger import reading
from collector.ledger.reading import Tally
from collector.web.site import ledger

ASKED: Final = "wajah"  # in the address: how many faces


class Boxes(NamedTuple):
    """The votes of an agency's boxes of one kind."""

    mapping: FaceMapping
    n: int

    @property
    def faces(self) -> int:
        return len(self.mapping.faces)


def boxes_of(votes: Tally) -> list[Boxes]:
    """The kinds of boxes that these votes are of, most votes first; one if there are no votes."""
    return [
        Boxes(each, sum(votes.get(face, 0) for face in each.faces)) for each in usual_for(votes)
    ]


def boxes_at(slug: str, days: Days) -> list[Boxes]:
    """Likewise, of the votes of an agency on these days."""
    return boxes_of(reading.by_agency(ledger(), days, slug).get(slug, {}))


def chosen_boxes(boxes: Sequence[Boxes]) -> FaceMapping:
    """Those that the address asks for, else those with the most votes."""
    asked = request.args.get(ASKED, "")
    named = [each for each in USUAL.values() if str(len(each.faces)) == asked]
    return named[0] if named else boxes[0].mapping
