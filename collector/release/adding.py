"""A figure, added up from what was said of its pieces, and so saying nothing beside that.

Votes that a reader may take as known are added as they are: none of their cells is small. Of others
that is added which the reader was told of them. What was said without numbers is left out.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from collector.index.rounding import half_up_to
from collector.index.scales import DEFAULT
from collector.ledger.releases import Alone, Counts, Piece
from collector.release.alike import Said, say
from collector.release.measure import likely
from collector.release.pieces import total, votes_of
from collector.release.rules import AGENCY, PUBLIC, REGENCY, Rules
from collector.release.told import NOTHING, Told, nearest, tell, two


class Known(NamedTuple):
    """What one reader may take as known of some pieces."""

    votes: Counts  # of all that are told whole, together; () if none is
    told: Sequence[Told]  # of each other


def of_agency(rules: Rules, pieces: Sequence[Piece]) -> Told:
    """What the public, or the head, is told of these pieces of one agency together."""
    known = _known(rules, pieces)
    if len(known.told) == 1 and not known.votes:
        return known.told[0]
    if any(told.cells for told in known.told):
        return _merged(rules, known)
    if known.votes:
        return tell(rules, known.votes)
    return _floor(known.told)


def of_regency(pieces: Sequence[Piece]) -> Told:
    """What the public is told of all agencies together: of merged cells, what they are likely."""
    known = _known(PUBLIC, pieces)
    others = [likely(told) for told in known.told if told.cells]
    votes = total([*([known.votes] if known.votes else []), *others])
    return tell(REGENCY, votes) if votes else NOTHING


def of_unit(unit: str, pieces: Iterable[Piece]) -> Told:
    """What the head is told of one of several units: all units of a piece are told, or none.

    Were some told and some not, then the choice would tell of those that are not.
    """
    fit: list[Piece] = []
    for piece in pieces:
        if _units_are_fit(piece, fit):
            fit.append(piece)
    votes = _of_unit(unit, fit)
    return tell(AGENCY, total(votes)) if votes else NOTHING


def _of_unit(unit: str, pieces: Iterable[Piece]) -> list[Counts]:
    return [piece.votes[unit] for piece in pieces if unit in piece.votes]


def _units_are_fit(piece: Piece, before: Iterable[Piece]) -> bool:
    inside = _inside(piece, before)
    voted = {unit: votes for unit, votes in piece.votes.items() if any(votes)}
    return all(
        say(votes, None).exactly and _leaves_no_small_cell(votes, _of_unit(unit, inside))
        for unit, votes in voted.items()
    )


def _known(rules: Rules, pieces: Iterable[Piece]) -> Known:
    whole: list[Piece] = []
    told: list[Told] = []
    for piece in pieces:
        said = say(votes_of(piece), piece.most)
        inside = map(votes_of, _inside(piece, whole))
        if _is_whole(said, rules) and _leaves_no_small_cell(votes_of(piece), inside):
            whole.append(piece)
        else:
            told.append(said.public)
    return Known(total(map(votes_of, whole)), told)


def _is_whole(said: Said, rules: Rules) -> bool:
    return said.exactly if rules is AGENCY else said.whole


def _inside(piece: Piece, before: Iterable[Piece]) -> list[Piece]:
    return [each for each in before if piece.days.holds(each.days)]


def _leaves_no_small_cell(votes: Counts, before: Iterable[Counts]) -> bool:
    """Votes that are taken away may leave few, of which nothing may be told."""
    if min(votes) >= 0:
        return True
    left = total([*before, votes])
    return min(left) >= 0 and not any(map(PUBLIC.is_small, left))


def _merged(rules: Rules, known: Known) -> Told:
    """Two cells; those of pieces where the other face stands alone cannot be added to them."""
    alone = _alone(known.told)
    parts = [told for told in known.told if told.cells and told.alone == alone]
    cells = [told.cells for told in parts]
    if known.votes:
        cells.append(two(known.votes, alone))
    n = sum(known.votes) + sum(told.n or 0 for told in parts)
    rounded = tuple(nearest(cell, rules.step) for cell in total(cells))
    return Told("merged", nearest(n, rules.step), rounded, alone, _index(known.votes, parts))


def _alone(told: Sequence[Told]) -> Alone:
    best = sum(each.n or 0 for each in told if each.alone == "best")
    worst = sum(each.n or 0 for each in told if each.alone == "worst")
    return "best" if best >= worst else "worst"


def _index(votes: Counts, parts: Sequence[Told]) -> Decimal:
    """The mean of the points of the whole votes and of the others' indices, each by its votes."""
    points, n = Fraction(0), sum(votes)
    for face, own in zip(DEFAULT.faces, votes, strict=bool(votes)):
        points += DEFAULT.points[face] * own
    for told in parts:
        points, n = points + Fraction(told.index or 0) * (told.n or 0), n + (told.n or 0)
    return half_up_to(0, points / n)


def _floor(told: Iterable[Told]) -> Told:
    """What each of them says, all of them say together."""
    floors = {each for each in told if each.detail == "floor"}
    return floors.pop() if len(floors) == 1 else NOTHING
