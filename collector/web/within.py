"""What an agency's figure is made of: its counters, and the questions that were asked there.

For the district alone: behind a counter sits a person.
"""

from decimal import Decimal
from typing import NamedTuple

from collector.index.figure import Figure, figure
from collector.index.periods import Days
from collector.index.scales import FaceMapping
from collector.index.skm import SLUGS
from collector.ledger import reading
from collector.ledger.places import questions, spots
from collector.web.languages import language
from collector.web.site import ledger


class Part(NamedTuple):
    name: str
    figure: Figure


def counters_of(slug: str, days: Days, mapping: FaceMapping, phi: Decimal) -> list[Part]:
    """In the order of the agency's units; none where there is but one counter."""
    votes = reading.of_counters(ledger(), slug, days)
    parts = [
        Part(
            f"{spot.unit_name} · {spot.counter_name}",
            figure(votes.get(spot.counter, {}), mapping, phi),
        )
        for spot in spots(ledger())
        if spot.agency == slug
    ]
    return parts if len(parts) > 1 else []


def questions_of(votes: dict[str, reading.Tally], mapping: FaceMapping, phi: Decimal) -> list[Part]:
    """Of more than one question that is no element of the SKM; those have a table of their own."""
    texts = {each.question: each for each in questions(ledger())}
    asked = [slug for slug in texts if slug in votes and slug not in SLUGS]
    if len(asked) < 2:  # noqa: PLR2004
        return []
    english = language() == "en"
    return [
        Part(
            texts[slug].text_en if english else texts[slug].text_id,
            figure(votes[slug], mapping, phi),
        )
        for slug in asked
    ]
