"""Which votes of a kiosk the filtered index leaves out."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple, TypeVar

from collector.index.burst import Limit, beyond
from collector.index.calendar import Calendar
from collector.index.offhours import outside
from collector.ledger.misuse import Cast, Flag
from collector.ledger.placements import Placement, counter_of

Place = tuple[str, str]  # type of service, unit
K = TypeVar("K")


class Filter(NamedTuple):
    """What is left out: the limits of bursts, and what lies outside of service hours."""

    limits: Sequence[Limit]
    margin: int  # minutes
    calendar: Calendar
    zone: tzinfo
    services: Mapping[str, Place]  # of each counter

    def flags(self, votes: Sequence[Cast], placed: Sequence[Placement]) -> Iterator[Flag]:
        """Those of one kiosk's votes that are to be left out and were not yet."""
        left = [vote for vote in votes if vote.rule is None]
        late = self._late(left, placed)
        yield from (Flag(vote.place, "hours", vote.lo) for vote in late)
        gone = set(late)
        rest = [vote for vote in left if vote not in gone]
        yield from (Flag(vote.place, "burst", vote.lo) for vote in self._bursts(rest))

    def _late(self, votes: Sequence[Cast], placed: Sequence[Placement]) -> list[Cast]:
        """Votes share few quarters of an hour, and each is looked up once."""
        counters = {vote.lo: counter_of(placed, vote.lo, vote.hi) for vote in votes}
        outside = {lo for lo, counter in counters.items() if self._outside(lo, counter)}
        return [vote for vote in votes if vote.lo in outside]

    def _outside(self, lo: int, counter: str) -> bool:
        place = self.services.get(counter)
        local = datetime.fromtimestamp(lo, self.zone)
        minute = local.hour * 60 + local.minute
        return place is not None and outside(
            self.calendar, place, local.date(), minute, self.margin
        )

    def _bursts(self, votes: Sequence[Cast]) -> Iterator[Cast]:
        """On the clock of each boot: it cannot be wrong, and a reboot takes longer than a burst."""
        for own in _grouped(votes, lambda vote: vote.boot).values():
            ordered = sorted(own, key=lambda vote: vote.up_ms)
            faces = _grouped(ordered, lambda vote: vote.face)
            times = {face: [vote.up_ms for vote in each] for face, each in faces.items()}
            for face, out in beyond(times, self.limits).items():
                yield from (faces[face][position] for position in sorted(out))


def _grouped(votes: Sequence[Cast], key: Callable[[Cast], K]) -> dict[K, list[Cast]]:
    found: dict[K, list[Cast]] = defaultdict(list)
    for vote in votes:
        found[key(vote)].append(vote)
    return found
