"""A year of the past, told day by day to the collector's own verify-and-store code.

An interrupted history continues: of each epoch, the ledger says how far it is told.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter

from sqlite_utils import Database

from collector.demo.station import Stand, Station
from collector.errors import CollectorError
from collector.ingest.inbox import Arrival
from collector.ingest.step import Ingest
from collector.ledger import epochs, registry
from collector.ledger.counts import Day


class HistoryError(CollectorError, RuntimeError):
    """The collector did not take the history as it was sent."""


def is_told(db: Database, stations: Sequence[Station]) -> bool:
    found = [epochs.find(db, station.epoch) for station in stations]
    return all(epoch is not None and epoch.state == "closed" for epoch in found)


def begin(db: Database, stations: Sequence[Station], from_at: int, day: Day) -> None:
    """Register the kiosks of the past; those that are there already are left alone."""
    for station in stations:
        if epochs.find(db, station.epoch) is None:
            registry.add_kiosk(
                db,
                station.kiosk,
                station.key.public,
                station.counter,
                from_at=from_at,
                day=day,
                now=from_at,
            )


def tell(
    db: Database, ingest: Ingest, stations: Sequence[Station], days: Iterable[date]
) -> Iterator[int]:
    """Tell day by day, one transaction each; yields how many votes the day had."""
    tellers = [_Teller(db, station) for station in stations]
    for day in days:
        arrivals = [arrival for teller in tellers for arrival in teller.day(day)]
        if arrivals:
            ingest.take(sorted(arrivals, key=attrgetter("received_ms")))
        yield sum(teller.today for teller in tellers)
    for teller in tellers:
        teller.require_stored(db)


def finish(db: Database, stations: Sequence[Station], now: int, day: Day) -> None:
    """Their keys follow from the seed, so nothing more is taken from the kiosks of the past."""
    for station in stations:
        if registry.is_active(db, station.kiosk):
            registry.retire_kiosk(db, station.kiosk, day, now)
        registry.close(db, station.epoch)


class _Teller:
    """Tells one kiosk's past from where the ledger stands."""

    def __init__(self, db: Database, station: Station) -> None:
        self._station = station
        self._stand = _stand(db, station)
        self._told = 0
        self.today = 0

    def day(self, day: date) -> list[Arrival]:
        presses = self._station.presses(day)
        self.today = len(presses)
        after, self._told = self._told, self._told + self.today
        if self._told <= self._stand.seq:
            return []
        sent, self._stand = self._station.send(day, presses, after, self._stand)
        return [Arrival(*one) for one in sent]

    def require_stored(self, db: Database) -> None:
        if _stand(db, self._station) != self._stand:
            raise HistoryError(
                f"{self._station.kiosk}: the ledger did not take its history; delete the demo's"
                " data and start again, or choose another --data"
            )


def _stand(db: Database, station: Station) -> Stand:
    epoch = epochs.find(db, station.epoch)
    return Stand(epoch.seq, epoch.head) if epoch else Stand(0, station.genesis)
