"""Who wants to know a small cell, and has all figures, all rules, and an afternoon.

Written without the product's code: the rules as docs/releases.md tells them, over every number of
votes there can be, in arrays. `Tree` adds up what nests in what, and finds for each part of it
exactly the votes that go with all that was told. Its answer is complete: a number that it leaves
out is impossible.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

SHAPE = (34, 44, 150)  # more frowns, neutral faces and smiles than these are not looked at
SMALL = {"public": 9, "agency": 4, "regency": 9}
MINIMUM = {"public": 30, "agency": 30, "regency": 1000}
LEVELS = ("exact", "rounded", "index", "merged", "shares", "floor", "nothing")

Mask = NDArray[np.bool_]
Votes = NDArray[np.int_]
F, U, S = np.indices(SHAPE)


class Reckoning:
    """All votes there can be, each with the same known votes beside it, by one audience's rules."""

    def __init__(self, audience: str, beside: tuple[int, ...]) -> None:
        self.f, self.u, self.s = F + beside[0], U + beside[1], S + beside[2]
        self.n = self.f + self.u + self.s
        self.small, self.minimum = SMALL[audience], MINIMUM[audience]
        self.step, self.width = (100, (50, 49)) if audience == "regency" else (5, (2, 2))
        self.finest = LEVELS.index("exact" if audience == "agency" else "rounded")

    def goes_with(self, told: Any, cap: str) -> Mask:
        """The votes of which this audience would have been told so."""
        allowed = self._allowed()
        begin, end = max(LEVELS.index(cap), self.finest), LEVELS.index(told.detail)
        found = allowed[told.detail] & self._content(told)
        for finer in LEVELS[begin:end]:
            found &= ~allowed[finer]
        return np.asarray(found)

    def _allowed(self) -> dict[str, Mask]:
        enough = self.n >= self.minimum
        whole = enough & self._fine(self.f) & self._fine(self.u) & self._fine(self.s)
        merged = enough & (self._best() | self._worst())
        floor = enough & ((10 * self.s > 7 * self.n) | (10 * self.f > 7 * self.n))
        always = np.ones(SHAPE, dtype=bool)
        return dict(zip(LEVELS, (whole, whole, whole, merged, merged, floor, always), strict=True))

    def _fine(self, cells: Votes) -> Mask:
        return np.asarray((cells == 0) | (cells > self.small))

    def _best(self) -> Mask:
        return self._fine(self.s) & self._fine(self.f + self.u)

    def _worst(self) -> Mask:
        return self._fine(self.f) & self._fine(self.u + self.s)

    def _content(self, told: Any) -> Mask:
        found = np.ones(SHAPE, dtype=bool)
        for votes, cell in zip(self._cells(told), told.cells, strict=True):
            found &= self._near(votes, cell, told)
        if told.alone is not None:
            best = 10 * self.s > 7 * self.n if told.detail == "floor" else self._best()
            found &= best if told.alone == "best" else ~best
        if told.n is not None:
            found &= self._near(self.n, told.n, told)
        if told.index is not None and told.detail != "exact":
            points, index = 50 * self.f + 125 * self.u + 200 * self.s, int(told.index)
            found &= (2 * index - 1) * self.n <= points  # twice the points
            found &= points < (2 * index + 1) * self.n
        return found

    def _near(self, votes: Votes, number: int, told: Any) -> Mask:
        if told.detail == "exact":
            return np.asarray(votes == number)
        under, over = (5 * self.step, 5 * self.step - 1) if told.detail == "index" else self.width
        return np.asarray((number - under <= votes) & (votes <= number + over))

    def _cells(self, told: Any) -> tuple[Votes, ...]:
        if not told.cells:
            return ()
        if told.alone is None:
            return self.f, self.u, self.s
        alone = self.s if told.alone == "best" else self.f
        return alone, self.n - alone


def goes_with(told: Any, audience: str, cap: str, beside: tuple[int, ...] = (0, 0, 0)) -> Mask:
    return Reckoning(audience, beside).goes_with(told, cap)


def anything() -> Mask:
    """Nothing is told."""
    return np.ones(SHAPE, dtype=bool)


def added(one: Mask, other: Mask) -> Mask:
    """All sums of the two."""
    (first, a), (second, b) = _cropped(one), _cropped(other)
    return _placed(_sums(a, b), first + second)


def subtracted(one: Mask, other: Mask) -> Mask:
    """All x with x + y in `one`, for a y in `other`."""
    (first, a), (second, b) = _cropped(one), _cropped(other)
    return _placed(_sums(a, b[::-1, ::-1, ::-1]), first - second - np.array(b.shape) + 1)


def _cropped(mask: Mask) -> tuple[Votes, Mask]:
    """The least block that holds all of it, and where that begins."""
    where = np.nonzero(mask)
    if not where[0].size:
        return np.zeros(3, dtype=int), np.zeros((1, 1, 1), dtype=bool)
    first = np.array([axis.min() for axis in where])
    last = [axis.max() + 1 for axis in where]
    return first, mask[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]


def _sums(one: Mask, other: Mask) -> Mask:
    whole = fftconvolve(one.astype(np.float32), other.astype(np.float32))
    return np.asarray(whole > 0.5)


def _placed(block: Mask, first: Votes) -> Mask:
    """The block where it belongs, and of it what lies inside."""
    found = np.zeros(SHAPE, dtype=bool)
    begin, end = np.maximum(first, 0), np.minimum(first + block.shape, SHAPE)
    if (begin < end).all():
        into = tuple(slice(a, b) for a, b in zip(begin, end, strict=True))
        of = tuple(slice(a, b) for a, b in zip(begin - first, end - first, strict=True))
        found[into] = block[of]
    return found


@dataclass
class Tree:
    """Votes of which something was told, as the sum of its branches."""

    told: Mask
    branches: Sequence["Tree"] = ()
    up: Mask = field(init=False)

    def __post_init__(self) -> None:
        self.up = self.told
        if self.branches:
            self.up = self.told & _sum([branch.up for branch in self.branches])

    def possible(self) -> list[Mask]:
        """Of itself, of each branch below it, and of all branches of a node without one."""
        return list(self._below(self.up))

    def _below(self, own: Mask) -> Any:
        yield own
        for branch in self.branches:
            others = _sum([each.up for each in self.branches if each is not branch])
            yield others & subtracted(own, branch.up)
            yield from branch._below(branch.up & subtracted(own, others))


def _sum(masks: Sequence[Mask]) -> Mask:
    zero = np.zeros(SHAPE, dtype=bool)
    zero[0, 0, 0] = True
    whole = zero
    for mask in masks:
        whole = mask if whole is zero else added(whole, mask)
    return whole


def determined(possible: Mask, audience: str) -> list[int]:
    """The small cells of which only one number is left: of each face, and of those merged."""
    assert prod(possible.shape) == prod(SHAPE)
    assert possible.any(), "nothing goes with what was told: the attacker reckons wrongly"
    cells = [votes[possible] for votes in (F, U, S, F + U, U + S)]
    return [
        int(cell[0])
        for cell in cells
        if cell.min() == cell.max() and 1 <= cell[0] <= SMALL[audience]
    ]
