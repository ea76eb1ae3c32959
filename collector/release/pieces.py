"""Each vote is told of once: of which votes, and together with which others.

The votes of an agency in a month are a piece of their own if they are enough. If not, they wait,
and are a piece of the triwulan together with all else of it that waits; or else of the semester, or
of the year. So do votes that came late, or that are dated no closer. A piece is made by how many
votes there are, and by nothing else; it never changes. Every figure is added up from pieces.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from collector.index.periods import Days, Kind, containing
from collector.ledger.releases import Counts, Piece
from collector.release.rules import PUBLIC
from collector.release.timetable import Period

_INSIDE: Final[dict[Kind, Kind]] = {"triwulan": "month", "semester": "triwulan", "year": "semester"}


def next_piece(
    agency: str, period: Period, now: Mapping[str, Counts], before: Iterable[Piece]
) -> Piece | None:
    """What of the period waits, if it is enough; `now` are all its votes, by unit.

    `before` are the agency's pieces. Where one reaches over the period's ends, it holds votes that
    cannot be taken out of it again: so there is no further piece of this period.
    """
    own = list(before)
    if any(piece.days.holds(period.days) and piece.days != period.days for piece in own):
        return None
    inside = [piece for piece in own if period.days.holds(piece.days)]
    waiting = {unit: _left(votes, unit, inside) for unit, votes in now.items()}
    gone = {unit for piece in inside for unit in piece.votes} - set(now)
    waiting |= {unit: _left((), unit, inside) for unit in gone}
    if sum(map(abs, total(waiting.values()))) < PUBLIC.minimum:
        return None
    return Piece(agency, period.days, waiting, _most(period, inside))


def votes_of(piece: Piece) -> Counts:
    """Of all units, by face."""
    return total(piece.votes.values())


def total(votes: Iterable[Counts]) -> Counts:
    """By face; none at all are no votes."""
    return tuple(map(sum, zip(*votes, strict=True)))


def _left(votes: Counts, unit: str, told: Sequence[Piece]) -> Counts:
    had = [piece.votes[unit] for piece in told if unit in piece.votes]
    return total([*([votes] if votes else []), *(tuple(-n for n in each) for each in had)])


def _most(period: Period, inside: Sequence[Piece]) -> int | None:
    """Each part of the period of which no piece was made had too few votes for one."""
    kind = _INSIDE.get(period.kind)
    if kind is None:
        return None
    made = {piece.days for piece in inside}
    waiting = [days for days in _parts(kind, period.days) if days not in made]
    return (PUBLIC.minimum - 1) * len(waiting)


def _parts(kind: Kind, days: Days) -> list[Days]:
    found, day = [], days.first
    while day < days.end:
        found.append(containing(kind, day))
        day = found[-1].end
    return found
