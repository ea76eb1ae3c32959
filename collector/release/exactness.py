"""May a figure be exact beside the exact figures that the audience has?

Exact figures can be added and subtracted at will. So each is a sum of pieces that do not overlap,
and no piece has a small cell: then no sum or difference of them has one.
"""

from collections.abc import Iterable, Sequence

from collector.ledger.releases import Counts
from collector.release.received import Received, Region, Values, minus, total
from collector.release.rules import Rules


def may_be_exact(region: Region, before: Iterable[Received], rules: Rules, values: Values) -> bool:
    """`before` is all that the audience has, in the order in which it got it."""
    pieces: list[Region] = []
    for each in (figure for figure in before if figure.told.detail == "exact"):
        cut = _cut(each.region, pieces, rules, values)
        pieces = pieces if cut is None else cut
    return _cut(region, pieces, rules, values) is not None


def _cut(
    region: Region, pieces: Sequence[Region], rules: Rules, values: Values
) -> list[Region] | None:
    """The pieces once this region is known too, or None if one of them had a small cell."""
    rest = _rest(region, [piece for piece in pieces if piece.parts <= region.parts])
    touched = [piece for piece in pieces if piece.parts & rest.parts]
    if not rest.parts:
        return list(pieces) if not any(total(rest, values)) else None
    if not touched:
        return [*pieces, rest] if _is_safe(total(rest, values), rules) else None
    if len(touched) > 1 or not rest.parts < touched[0].parts:
        return None
    halves = [rest, _rest(touched[0], [rest])]
    others = [piece for piece in pieces if piece != touched[0]]
    safe = all(_is_safe(total(half, values), rules) for half in halves)
    return [*others, *halves] if safe else None


def _rest(region: Region, pieces: Iterable[Region]) -> Region:
    parts, beside = region
    for piece in pieces:
        parts, beside = parts - piece.parts, minus(beside, piece.beside)
    return Region(parts, beside)


def _is_safe(votes: Counts, rules: Rules) -> bool:
    return min(votes) >= 0 and not any(map(rules.is_small, votes))
