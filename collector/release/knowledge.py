"""Everything that the public, and the head of each agency, was ever given of one year.

No figure reaches over a year's end, so no other year says anything of it. Of a figure of the whole
regency an agency's recipients are taken to know the votes of all other agencies: so those may all
have told each other what they have.
"""

from collections.abc import Iterable, Sequence

from collector.index.periods import Days
from collector.ledger.releases import Arrival, Audience, Counts, Detail, Release
from collector.release.deciding import Recipient
from collector.release.doubt import Memory
from collector.release.received import Part, Received, Region, minus, total
from collector.release.rules import AGENCY, PUBLIC, Rules, rules_of
from collector.release.timetable import months_of
from collector.release.told import Told


class Knowledge:
    """Of one agency's votes in one year. `values` are all parts of its units."""

    def __init__(self, units: frozenset[str], arrivals: Iterable[Arrival]) -> None:
        self.units = units
        self.values: dict[Part, Counts] = {}
        self.public: list[Received] = []
        self.agency: list[Received] = []
        self._memories: dict[Audience, Memory] = {"public": {}, "agency": {}}
        self.arrive(arrivals)

    def arrive(self, arrivals: Iterable[Arrival]) -> None:
        for each in arrivals:
            if each.unit in self.units:
                self.values[Part(each.unit, each.month, each.a)] = each.votes

    def receive(self, region: Region, rules: Rules, cap: Detail, told: Told) -> None:
        figure = Received(*region, rules, cap, told)
        (self.public if rules.audience == "public" else self.agency).append(figure)

    def region(
        self, units: frozenset[str], days: Days, votes: Counts, upto: int | None = None
    ) -> Region:
        """The parts of a figure that had arrived by `upto`, and its other votes."""
        months = set(months_of(days))
        parts = frozenset(
            part
            for part in self.values
            if part.unit in units
            and part.month in months
            and (upto is None or part.arrival <= upto)
        )
        nothing = tuple(0 for _ in votes)
        return Region(parts, minus(votes, total(Region(parts, nothing), self.values)))

    def recipients(self, audience: Audience, region: Region) -> Sequence[Recipient]:
        """Who would see such a figure: what is public the agency's head sees as well."""
        everything = [*self.public, *self.agency]
        head = Recipient(AGENCY, region, everything, self._memories["agency"])
        people = Recipient(PUBLIC, region, self.public, self._memories["public"])
        return [people, head] if audience == "public" else [head]


def knowledge_of(
    units: frozenset[str],
    arrivals: Iterable[Arrival],
    given: Iterable[tuple[Release, frozenset[str]]],
) -> Knowledge:
    """`given` are figures of the ledger, in order, with those of the units that they are of."""
    knowledge = Knowledge(units, arrivals)
    for release, of in given:
        rules = rules_of(release.audience, release.scope)
        if rules is None:
            continue
        days = Days.from_to(release.first_day, release.last_day)
        region = knowledge.region(of, days, release.votes, release.upto)
        told = Told(release.detail, release.n, release.cells, release.alone, release.index)
        knowledge.receive(region, rules, release.cap, told)
    return knowledge
