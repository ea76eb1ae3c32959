"""The fleet as the rules see it, read from the ledger."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from sqlite_utils import Database

from collector.index.calendar import Calendar
from collector.index.corrected import Direction
from collector.index.periods import Days
from collector.ledger import reading
from collector.ledger.copies import Place
from collector.ledger.misuse import Cast, corrected
from collector.ledger.placements import Placement, everywhere
from collector.ledger.places import services
from collector.misuse.judging import LONG, Subject, Vote

Lists = Mapping[date, Sequence[Vote]]


def by_day(votes: Sequence[Cast], left_out: Collection[Place], zone: tzinfo) -> Lists:
    """Those of one kiosk that are not left out, by local day and in order.

    Gaps within one boot are exact; where a boot began is known to a quarter of an hour.
    """
    begins = _begins(votes)
    found: dict[date, list[Vote]] = defaultdict(list)
    for vote in votes:
        if vote.rule is None and vote.place not in left_out:
            day = datetime.fromtimestamp(vote.lo, zone).date()
            found[day].append((begins[vote.boot] + vote.up_ms / 1000, vote.face))
    return {day: sorted(own) for day, own in found.items()}


def _begins(votes: Sequence[Cast]) -> dict[bytes, float]:
    """Boot → a moment, Unix seconds, at which it had not begun later: each vote bounds it."""
    found: dict[bytes, float] = {}
    for vote in votes:
        bound = vote.lo - vote.up_ms / 1000
        found[vote.boot] = max(found.get(vote.boot, bound), bound)
    return found


class Fleet:
    """`lists`: kiosk → day → its votes with their times."""

    def __init__(
        self, db: Database, calendar: Calendar, zone: tzinfo, lists: Mapping[str, Lists]
    ) -> None:
        self._db = db
        self._calendar = calendar
        self._zone = zone
        self._lists = lists
        self._services = services(db)

    def subjects(self, week: Days, weeks: int) -> list[Subject]:
        """Kiosks that stood at one counter all week, with so many weeks before each span.

        Of two at one counter, the first by name stands for its counts.
        """
        earliest = week.end - timedelta(weeks=weeks + LONG)
        tallies = reading.by_counter(self._db, Days(earliest, week.end))
        turned = self._corrections(week)
        found: list[Subject] = []
        for kiosk, placement in self._placed(week):
            counts = tallies.pop(placement.counter, {})
            found.append(
                Subject(
                    kiosk,
                    self._since(placement),
                    counts,
                    self._opening(placement.counter),
                    self._lists.get(kiosk, {}),
                    turned.get(kiosk, {}) if counts else {},
                )
            )
        return found

    def _corrections(self, week: Days) -> dict[str, dict[date, Counter[Direction]]]:
        """Kiosk → local day → direction → how many, over the longest span before its end."""
        first = week.end - timedelta(weeks=LONG)
        found: dict[str, dict[date, Counter[Direction]]] = defaultdict(lambda: defaultdict(Counter))
        for each in corrected(self._db, self._midnight(first), self._midnight(week.end)):
            day = datetime.fromtimestamp(each.lo, self._zone).date()
            if each.first != each.last:
                found[each.kiosk][day][each.first, each.last] += each.n
        return found

    def _placed(self, week: Days) -> Iterator[tuple[str, Placement]]:
        first, end = (self._midnight(day) for day in (week.first, week.end))
        for kiosk, from_at, to_at, counter in everywhere(self._db):
            placement = Placement(from_at, to_at, counter)
            if placement.covers(first, end):
                yield kiosk, placement

    def _since(self, placement: Placement) -> date:
        """The first whole day."""
        at = datetime.fromtimestamp(placement.from_at, self._zone)
        return at.date() if at.time() == time() else at.date() + timedelta(days=1)

    def _opening(self, counter: str) -> "Opens":
        return Opens(self._calendar, self._services[counter])

    def _midnight(self, day: date) -> int:
        return round(datetime.combine(day, time(), self._zone).timestamp())


class Opens:
    """Are people served there on that day? Remembers: it is asked often."""

    def __init__(self, calendar: Calendar, place: tuple[str, str]) -> None:
        self._calendar = calendar
        self._place = place
        self._known: dict[date, bool] = {}

    def __call__(self, day: date) -> bool:
        if day not in self._known:
            self._known[day] = bool(self._calendar.hours(day, *self._place))
        return self._known[day]
