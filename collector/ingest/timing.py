"""When was a vote pressed, and how well is that known? Pure arithmetic over what clocks said.

A kiosk's wall clock may be wrong by years; `up`, the time since its boot, never is. So everything
rests on the offset of a boot: true time minus `up`, in milliseconds.

A  the clock was synced at the press, and agrees with the offset of its boot
B  the offset is known: the clock was synced at another moment of the same boot, or a hello (a
   health, if that was lost) and the batch that answered to its receipt enclose it in one quarter
C  only neighbours, or a receipt's round trip, enclose the press: an interval
D  nothing says that it was not earlier
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from collector.ledger.counts import DATED
from collector.ledger.epochs import Greeting
from collector.ledger.votes import Dating
from kiosk.wire import QUARTER_SECONDS, Moment, Vote

APART_MS: Final = 300_000  # a synced clock may be so far from ours
TOLERANCE_MS: Final = 5_000  # a clock that is kept in time wanders less than this against `up`
EARLIEST: Final = 1_577_836_800  # 2020-01-01: there were no kiosks before
QUARTER_MS: Final = QUARTER_SECONDS * 1000


class Bounds(NamedTuple):
    """What a hello, and a batch that echoes its nonce, prove about the offset of a boot, ms."""

    boot: str
    low: int | None
    high: int


class Evidence(NamedTuple):
    """What is known beside the votes of a batch."""

    received_ms: int
    not_before: int | None  # the votes before this batch are not older, Unix seconds
    offsets: dict[str, int]  # wall − up of boots whose clock was synced when it spoke to us
    bounds: Bounds


def offset_of(moment: Moment, received_ms: int) -> int | None:
    """wall − up, if the clock says that it is right and can be."""
    possible = EARLIEST * 1000 <= moment.wall <= received_ms + APART_MS
    return moment.wall - moment.up if moment.clock == "synced" and possible else None


def bounds_of(sent: Moment, nonce: str, received_ms: int, hello: Greeting | None) -> Bounds:
    """Of a batch, with the latest hello of the boot from which it was sent.

    Both were sent before they arrived. A batch that echoes the hello's nonce was sent after our
    receipt had left, and so after the hello had arrived.
    """
    high = received_ms - sent.up
    if hello is None:
        return Bounds(sent.boot, None, high)
    low = hello.received_ms - sent.up
    high = min(hello.received_ms - hello.up_ms, high)
    # Clocks that contradict each other prove nothing.
    return Bounds(sent.boot, low if hello.nonce == nonce and low <= high else None, high)


def floor_of(dated_at: int | None, received_ms: int) -> int | None:
    """What a batch is not older than; nothing, if on some day our own clock ran ahead."""
    return None if dated_at is None or dated_at * 1000 > received_ms + APART_MS else dated_at


def resolve(votes: Sequence[Vote], evidence: Evidence) -> tuple[list[Dating], int | None]:
    """The dating of each vote of a batch, and what the votes after it are not older than.

    In the order of seq, which is the truth.
    """
    clocks = _Clocks(votes, evidence)
    floor, datings = evidence.not_before, []
    for vote in votes:
        dating = clocks.date(vote, floor)
        datings.append(dating)
        if dating.lo is not None and (floor is None or dating.lo > floor):
            floor = dating.lo
    if any(dating.quality not in DATED for dating in datings):
        _bound_by_later(datings)
    return datings, floor


def outward(dating: Dating) -> Dating:
    """To whole quarters, as it is kept for ever: nothing that is not erased may tell the second."""
    quality, lo, hi = dating
    if quality in DATED:
        return dating
    begin = None if lo is None else lo // QUARTER_SECONDS * QUARTER_SECONDS
    return Dating(quality, begin, -(-hi // QUARTER_SECONDS) * QUARTER_SECONDS)


def _bound_by_later(datings: list[Dating]) -> None:
    """A vote was pressed before those that follow it."""
    end = datings[-1].hi
    for index in range(len(datings) - 1, -1, -1):
        quality, lo, hi = datings[index]
        end = min(hi, end)
        if quality not in DATED:
            # The quarter of an earlier vote is no hard bound: its clock may have been ahead.
            begin = lo if lo is None or lo < end else end - QUARTER_SECONDS
            datings[index] = Dating(quality, begin, end)


@lru_cache(maxsize=1024)
def _dated(quality: str, quarter: int) -> Dating:
    return Dating(quality, quarter, quarter + QUARTER_SECONDS)


class _Clocks:
    """Dates single votes."""

    def __init__(self, votes: Sequence[Vote], evidence: Evidence) -> None:
        self._bounds = evidence.bounds
        self._latest = evidence.received_ms + APART_MS
        self._now = evidence.received_ms // 1000 + 1
        self._offsets = _witnessed(votes, evidence.offsets) | evidence.offsets
        self._distrust_contradictions()

    def _distrust_contradictions(self) -> None:
        """Where a synced clock and the round trip of a receipt disagree, neither is believed."""
        boot, low, high = self._bounds
        offset = self._offsets.get(boot)
        if (
            offset is None
            or (offset if low is None else low) - APART_MS <= offset <= high + APART_MS
        ):
            return
        del self._offsets[boot]
        self._bounds = Bounds(boot, None, high)

    def date(self, vote: Vote, floor: int | None) -> Dating:
        quality, quarter = self._quarter(vote)
        if quarter is not None and (quarter == floor or self._possible(quarter, floor)):
            return _dated(quality, quarter)
        return self._enclosed(vote, floor)

    def _quarter(self, vote: Vote) -> tuple[str, int | None]:
        fine = vote.fine
        if fine is None:
            # Erased: what the clock said can no longer be held against `up`, so not A. The
            # quarter was signed when it could.
            return "B", vote.quarter
        offset = self._offsets.get(fine.boot)
        if offset is None:
            return "B", None
        press = fine.up + offset
        if (
            fine.clock == "synced"
            and abs(fine.wall - press) <= TOLERANCE_MS
            and vote.quarter == fine.wall // QUARTER_MS * QUARTER_SECONDS
            and fine.wall <= self._latest
        ):
            return "A", vote.quarter
        return "B", press // QUARTER_MS * QUARTER_SECONDS

    def _possible(self, quarter: int, floor: int | None) -> bool:
        return (
            quarter >= EARLIEST
            and quarter * 1000 <= self._latest
            and (floor is None or quarter >= floor - QUARTER_SECONDS)
        )

    def _enclosed(self, vote: Vote, floor: int | None) -> Dating:
        low, high = self._span(vote)
        lo, hi = floor, self._now
        if EARLIEST < high <= hi:
            hi = high
        if low is not None and EARLIEST < low < hi and (lo is None or low > lo):
            lo = low
        if lo is not None and lo == low and lo // QUARTER_SECONDS == (hi - 1) // QUARTER_SECONDS:
            return _dated("B", lo // QUARTER_SECONDS * QUARTER_SECONDS)
        return Dating("D" if lo is None else "C", lo, hi)

    def _span(self, vote: Vote) -> tuple[int | None, int]:
        """Seconds between which the bounds of its boot enclose a press, [low, high)."""
        bounds, fine = self._bounds, vote.fine
        if fine is None or fine.boot != bounds.boot:
            return None, self._now
        low = None if bounds.low is None else (fine.up + bounds.low) // 1000
        return low, (fine.up + bounds.high) // 1000 + 1


def _witnessed(votes: Sequence[Vote], known: Mapping[str, int]) -> dict[str, int]:
    """The offset of each other boot in which the synced presses agree with each other."""
    spans: dict[str, tuple[int, int]] = {}
    for vote in votes:
        fine = vote.fine
        if fine is not None and fine.boot not in known and fine.clock == "synced":
            offset = fine.wall - fine.up
            least, most = spans.get(fine.boot, (offset, offset))
            spans[fine.boot] = min(least, offset), max(most, offset)
    return {boot: least for boot, (least, most) in spans.items() if most - least <= TOLERANCE_MS}
