"""How much of a figure an audience gets: the finest detail that determines nothing small."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from collector.ledger.releases import Counts, Detail
from collector.release.doubt import Cell, Known, Memory, in_doubt, small_cells
from collector.release.exactness import may_be_exact
from collector.release.received import Received, Region, Values, total
from collector.release.rules import DETAILS, Rules
from collector.release.told import NOTHING, Told, tell


class Recipient(NamedTuple):
    """Who would see the figure: by whose rules a cell is small, and all that they have received.

    `region` is the figure as a sum of the parts that this recipient is to doubt.
    """

    rules: Rules
    region: Region
    received: Sequence[Received]
    memory: Memory  # grows


class Decision(NamedTuple):
    told: Told
    cap: Detail
    held: bool  # less is told than the votes alone would allow


def decide(rules: Rules, seen_by: Sequence[Recipient], values: Values) -> Decision:
    """`seen_by` are all who would see it, at least one; `rules` are those by which it is told."""
    votes = total(seen_by[0].region, values)
    most = tell(rules, votes, rules.finest)
    for cap in _caps(rules, most.detail):
        told = tell(rules, votes, cap)
        if all(_may_have(each, told, cap, rules, values) for each in seen_by):
            return Decision(told, cap, held=told != most)
    return Decision(NOTHING, "nothing", held=most != NOTHING)


def units_may_be_told(units: Sequence[Counts], rules: Rules) -> bool:
    """All units of an agency, or none: each must be fit to be exact by its own votes.

    Were some told and some not, then the choice itself would tell of those that are not, to
    whoever subtracts them from the agency's figure and runs the rules on what may be left.
    """
    voted = [votes for votes in units if any(votes)]
    return all(tell(rules, votes, rules.finest).detail == rules.finest for votes in voted)


def _caps(rules: Rules, most: Detail) -> Iterator[Detail]:
    """Falling. What the votes alone forbid is no holding down."""
    yield rules.finest
    yield from DETAILS[DETAILS.index(most) + 1 : -1]


def _may_have(recipient: Recipient, told: Told, cap: Detail, rules: Rules, values: Values) -> bool:
    """Does this recipient still doubt every small cell that it doubted before?"""
    if told == NOTHING:
        return True
    if told.detail == "exact" and not may_be_exact(
        recipient.region, recipient.received, recipient.rules, values
    ):
        return False
    figure = Received(*recipient.region, rules, cap, told)
    return not any(_newly_known(figure, recipient, values))


def _newly_known(figure: Received, recipient: Recipient, values: Values) -> Iterator[Cell]:
    """What is not in doubt with this figure; but for cells that were given up with an earlier one.

    A cell that no earlier figure told apart was never tried, so it is not given up.
    """
    rules, _, before, memory = recipient
    after, earlier = Known([*before, figure], values), Known(before, values)
    tried = set(small_cells(before, rules, values))
    for cell in small_cells(after.received, rules, values):
        if not in_doubt(cell, after, rules, memory) and (
            cell not in tried or in_doubt(cell, earlier, rules, memory)
        ):
            yield cell
